import type { InstanceState } from '../domain/instance.js';
import type { Pool } from '../domain/pool.js';

/** A pool with how many of its instances are in which state; absent states count zero. */
export interface PoolView {
  readonly pool: Pool;
  readonly counts: ReadonlyMap<InstanceState, number>;
}
