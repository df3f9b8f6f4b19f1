import type { InstanceState } from '../domain/instance.js';
import type { Pool } from '../domain/pool.js';
import type { Repositories } from '../ports/index.js';

/** A pool with how many of its instances are in which state; absent states count zero. */
export interface PoolView {
  readonly pool: Pool;
  readonly counts: ReadonlyMap<InstanceState, number>;
  /** People whose claim waits for a start. */
  readonly waiting: number;
}

/** The pool with its counts as they are now. */
export async function poolViewOf(
  { instances }: Pick<Repositories, 'instances'>,
  pool: Pool,
): Promise<PoolView> {
  const [counts, waiting] = await Promise.all([
    instances.countByState(pool.id),
    instances.countWaiting(pool.id),
  ]);
  return { pool, counts, waiting };
}
