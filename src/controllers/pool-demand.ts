import type { PoolId } from '../domain/ids.js';
import type { Pool } from '../domain/pool.js';
import { offerNameOf } from '../domain/pool.js';
import type { Demand } from '../domain/sizing/demand.js';
import { memberDeadlineMs } from '../domain/sizing/member-deadline.js';
import { BOOTS, DEMAND_WINDOW, refillMsOf } from '../domain/sizing/refill.js';
import type { SizingPlan } from '../domain/sizing/size-pool.js';
import { sizePool } from '../domain/sizing/size-pool.js';
import type { Clock } from '../lib/clock.js';
import type { Store } from '../ports/index.js';

/** A measurement serves this long; demand that matters changes over minutes. */
const MEASURED_FOR_MS = 5_000;

/** What was measured of a pool, ready to size it. */
export interface MeasuredPool {
  readonly size: (pool: Pool) => SizingPlan;
  /** How long a starting member may take. */
  readonly deadlineMs: number;
}

interface Kept extends MeasuredPool {
  readonly at: number;
}

/**
 * Measures what a pool's size follows from: how often its offer is claimed and how long its members
 * take to boot. Both stand in the database, so that any controller at any time sizes it the same.
 */
export class PoolDemand {
  readonly #kept = new Map<PoolId, Kept>();

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly stockOutGoal: number,
  ) {}

  async measure(pool: Pool): Promise<MeasuredPool> {
    const now = this.clock.now();
    const kept = this.#kept.get(pool.id);
    if (kept !== undefined && Math.abs(now.getTime() - kept.at) < MEASURED_FOR_MS) return kept;
    const [demand, boots] = await Promise.all([
      this.store.claims.demand(offerNameOf(pool), { now, ...DEMAND_WINDOW }),
      this.store.instances.recentBoots(pool.id, BOOTS),
    ]);
    const measured = {
      at: now.getTime(),
      deadlineMs: memberDeadlineMs(boots),
      size: (current: Pool) => this.#size(current, demand, boots),
    };
    this.#kept.set(pool.id, measured);
    return measured;
  }

  #size(pool: Pool, demand: Demand, boots: readonly number[]): SizingPlan {
    const refillMs = refillMsOf(boots);
    const { idleFloor, idleCeiling, overrides, idleTarget, targetRaisedAt: raisedAt } = pool;
    return sizePool(
      {
        demand,
        refillMs,
        bounds: { idleFloor, idleCeiling },
        overrides,
        stockOutGoal: this.stockOutGoal,
        current: { idleTarget, raisedAt },
      },
      this.clock.now(),
    );
  }
}
