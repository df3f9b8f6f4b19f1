import { ID_SUFFIX_LENGTH, instanceIdOf } from '../domain/ids.js';
import type { PoolId } from '../domain/ids.js';
import type { Instance, InstanceState } from '../domain/instance.js';
import { STOCK_STATES } from '../domain/instance.js';
import type { PoolPlan, PoolStock } from '../domain/plan-pool.js';
import { planPool } from '../domain/plan-pool.js';
import type { Pool } from '../domain/pool.js';
import type { Clock } from '../lib/clock.js';
import type { Outcome } from '../lib/keyed-queue.js';
import { randomBase32 } from '../lib/random.js';
import type { Log, Repositories, Store } from '../ports/index.js';
import type { Reconciler } from './reconciler.js';
import { recheck } from './reconciler.js';

/** States whose instances hold memory on a node. */
const HOLDING: readonly InstanceState[] = [...STOCK_STATES, 'binding', 'ready', 'failed'];
/** More members of one pool than are ever listed in one plan. */
const STOCK_PAGE = 200;
/** A claim wakes the pool at once; this repairs what a lost wake-up missed. */
const REPAIR_MS = 2_000;

/**
 * Keeps a pool at its target. Plans and writes in one transaction under the pool's row lock, so
 * that two controllers can never create for the same gap; the instances' own reconciler does the
 * rest.
 */
export class PoolReconciler implements Reconciler {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly log: Log,
    private readonly onCount: (pool: Pool, counts: ReadonlyMap<InstanceState, number>) => void,
  ) {}

  async reconcile(key: string): Promise<Outcome> {
    const seen = await this.store.transaction(async (tx) => {
      const pool = await tx.pools.findForUpdate(key as PoolId);
      if (pool === null) return null;
      const counts = await tx.instances.countByState(pool.id);
      const plan = planPool(pool, await stockOf(tx, pool, counts), this.clock.now());
      await this.#apply(tx, pool, plan);
      return { pool, counts, plan };
    });
    if (seen === null) return { kind: 'settled' };
    this.onCount(seen.pool, seen.counts);
    if (seen.plan.hold !== null) {
      this.log.debug('pool below its target', { poolId: key, hold: seen.plan.hold });
    }
    return recheck(REPAIR_MS);
  }

  async #apply(tx: Repositories, pool: Pool, plan: PoolPlan): Promise<void> {
    const at = this.clock.now();
    for (const action of plan.actions) {
      switch (action.kind) {
        case 'create_members':
          for (let made = 0; made < action.count; made += 1) {
            const id = instanceIdOf(randomBase32(ID_SUFFIX_LENGTH));
            await tx.instances.insert({ id, pool, at });
            this.log.info('pool member created', { poolId: pool.id, instanceId: id });
          }
          break;
        case 'retire_member': {
          const member = await tx.instances.find(action.instanceId);
          if (member !== null) await tx.instances.move(member, { verb: 'delete', at });
          this.log.info('pool member retired', { poolId: pool.id, instanceId: action.instanceId });
          break;
        }
      }
    }
  }
}

async function stockOf(
  tx: Repositories,
  pool: Pool,
  counts: ReadonlyMap<InstanceState, number>,
): Promise<PoolStock> {
  const members: Instance[] = [];
  let cursor: string | null = null;
  do {
    const filter = { poolId: pool.id, states: STOCK_STATES, isClaimed: false };
    const page = await tx.instances.list(filter, { limit: STOCK_PAGE, cursor });
    members.push(...page.rows);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return { members, holding: HOLDING.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0) };
}
