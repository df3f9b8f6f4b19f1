import type { InstanceState } from '../domain/instance.js';
import type { Pool } from '../domain/pool.js';
import { offerNameOf } from '../domain/pool.js';
import { BOOTS, DEMAND_WINDOW, refillMsOf } from '../domain/sizing/refill.js';
import { offeredLoadOf } from '../domain/sizing/size-pool.js';
import { stockOutShare } from '../domain/sizing/stock-out.js';
import { plusMs } from '../lib/clock.js';
import type { Repositories, Served } from '../ports/index.js';

/** The last hour in pieces in which a few claims make a share. */
const OBSERVED_WINDOW = { bucketMs: 5 * 60_000, buckets: 12 } as const;

/** A pool with how many of its instances are in which state; absent states count zero. */
export interface PoolView {
  readonly pool: Pool;
  readonly counts: ReadonlyMap<InstanceState, number>;
  /** People whose claim waits for a start. */
  readonly waiting: number;
  readonly stockOut: StockOutView;
}

/** How often claims of the pool's offer find no idle member: by the model, and as it was. */
export interface StockOutView {
  /** Share of claims that are expected to find none at the present target, 0 to 1. */
  readonly predicted: number;
  /** Claims to be expected while one member is refilled. */
  readonly offeredLoad: number;
  /** Mean time until a claimed member is replaced, in milliseconds; null before the first was. */
  readonly refillMs: number | null;
  /** The last hour, oldest first. */
  readonly observed: readonly ObservedClaims[];
}

export interface ObservedClaims extends Served {
  readonly from: Date;
}

/** The pool with its counts as they are at `now`. */
export async function poolViewOf(
  { instances, claims }: Pick<Repositories, 'instances' | 'claims'>,
  pool: Pool,
  now: Date,
): Promise<PoolView> {
  const offer = offerNameOf(pool);
  const [counts, waiting, demand, boots, served] = await Promise.all([
    instances.countByState(pool.id),
    instances.countWaiting(pool.id),
    claims.demand(offer, { now, ...DEMAND_WINDOW }),
    instances.recentBoots(pool.id, BOOTS),
    claims.served(offer, { now, ...OBSERVED_WINDOW }),
  ]);
  const refillMs = refillMsOf(boots);
  const offeredLoad = offeredLoadOf(demand, refillMs);
  const predicted = stockOutShare(pool.idleTarget, offeredLoad);
  const observed = served.map((claimed, index) => ({ ...claimed, from: beginOf(index, now) }));
  return { pool, counts, waiting, stockOut: { predicted, offeredLoad, refillMs, observed } };
}

function beginOf(bucket: number, now: Date): Date {
  const { bucketMs, buckets } = OBSERVED_WINDOW;
  return plusMs(now, -(buckets - bucket) * bucketMs);
}
