import { ID_SUFFIX_LENGTH, instanceIdOf } from '../domain/ids.js';
import type { PoolId } from '../domain/ids.js';
import type { Instance, InstanceState } from '../domain/instance.js';
import { HOLDING_STATES, STOCK_STATES } from '../domain/instance.js';
import type { PoolPlan, PoolStock, StartLimits } from '../domain/plan-pool.js';
import { BINDS_FIRST_MS, planPool } from '../domain/plan-pool.js';
import type { Pool } from '../domain/pool.js';
import type { SizingPlan } from '../domain/sizing/size-pool.js';
import { standInFor } from '../domain/stand-in.js';
import type { Clock } from '../lib/clock.js';
import { plusMs } from '../lib/clock.js';
import type { Outcome } from '../lib/keyed-queue.js';
import { randomBase32 } from '../lib/random.js';
import type { Log, Repositories, Store } from '../ports/index.js';
import type { MeasuredPool, PoolDemand } from './pool-demand.js';
import type { Reconciler } from './reconciler.js';
import { recheck } from './reconciler.js';

/** More members of one pool than are ever listed in one plan. */
const STOCK_PAGE = 200;
/** A claim and its binding's end wake the pool at once; this repairs what a lost wake-up missed. */
const REPAIR_MS = 2_000;

export interface StartPolicy {
  /** Members that may boot at once on one node. */
  readonly startsPerNode: number;
  readonly startsPerSecond: number;
  readonly startsBurst: number;
}

/** What one look at a pool found and decided, for metrics. */
export interface PoolSeen {
  readonly pool: Pool;
  readonly counts: ReadonlyMap<InstanceState, number>;
  readonly plan: PoolPlan;
  readonly sizing: SizingPlan;
  /** Members that may boot at once; the sizing says how many should. */
  readonly inFlightMax: number;
  /** Members on nodes that take no work; they are in `counts` and no claim gets them. */
  readonly stranded: number;
}

export interface PoolReconcilerOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly demand: PoolDemand;
  readonly starts: StartPolicy;
  readonly onSeen: (seen: PoolSeen) => void;
}

/**
 * Sizes a pool and keeps it at its target. Plans and writes in one transaction under the pool's row
 * lock, so that two controllers can never create for the same gap, and under that of the node pool's
 * starts, so that two pools can never use the same room on its nodes; the instances' own reconciler
 * does the rest.
 */
export class PoolReconciler implements Reconciler {
  constructor(private readonly options: PoolReconcilerOptions) {}

  async reconcile(key: string): Promise<Outcome> {
    const { store, log, demand, onSeen } = this.options;
    const known = await store.pools.find(key as PoolId);
    if (known === null) return { kind: 'settled' };
    const measured = await demand.measure(known);

    const seen = await store.transaction(async (tx) => {
      await tx.pools.lockStarts(known.nodePool);
      const pool = await tx.pools.findForUpdate(known.id);
      return pool === null ? null : this.#planAndApply(tx, pool, measured);
    });
    if (seen === null) return { kind: 'settled' };
    onSeen(seen);
    if (seen.plan.hold !== null) {
      const { hold, holdReason } = seen.plan;
      log.debug('pool below its target', { poolId: key, hold, why: holdReason });
    }
    return recheck(REPAIR_MS);
  }

  async #planAndApply(tx: Repositories, pool: Pool, measured: MeasuredPool): Promise<PoolSeen> {
    const now = this.options.clock.now();
    const sizing = measured.size(pool);
    const counts = await tx.instances.countByState(pool.id);
    const stock = await stockOf(tx, pool, counts, now);
    const sized = { ...pool, idleTarget: stock.successorLacks === null ? sizing.idleTarget : 0 };
    const limits = await this.#limitsOf(tx, pool);
    const plan = planPool(sized, stock, limits, now);

    const { hold, holdReason, startTokens } = plan;
    await tx.pools.change(pool.id, {
      ...{ idleTarget: sized.idleTarget, targetRaisedAt: sizing.raisedAt, hold, holdReason },
      memberDeadlineMs: Math.round(measured.deadlineMs),
      ...(startsOf(plan) > 0 ? { startTokens } : {}),
    });
    await this.#apply(tx, pool, plan);
    const { inFlightMax } = limits;
    return { pool: sized, counts, plan, sizing, inFlightMax, stranded: stock.stranded.size };
  }

  async #limitsOf(tx: Repositories, { nodePool }: Pool): Promise<StartLimits> {
    const { startsPerNode, startsPerSecond, startsBurst } = this.options.starts;
    const nodes = Math.max(1, await tx.nodes.countEligible(nodePool));
    return { inFlightMax: nodes * startsPerNode, perSecond: startsPerSecond, burst: startsBurst };
  }

  async #apply(tx: Repositories, pool: Pool, plan: PoolPlan): Promise<void> {
    const { clock, log } = this.options;
    const at = clock.now();
    for (const action of plan.actions) {
      switch (action.kind) {
        case 'create_members':
          for (let made = 0; made < action.count; made += 1) {
            const id = instanceIdOf(randomBase32(ID_SUFFIX_LENGTH));
            await tx.instances.insert({ id, pool, at, startGrantedAt: at });
            log.info('pool member created', { poolId: pool.id, instanceId: id });
          }
          break;
        case 'close_breaker':
          await tx.pools.change(pool.id, { isBreakerOpen: false });
          log.info('pool trusted again', { poolId: pool.id });
          break;
        case 'grant_start': {
          const member = await tx.instances.find(action.instanceId);
          if (member !== null) await tx.instances.note(member, { startGrantedAt: at });
          break;
        }
        case 'retire_member': {
          const member = await tx.instances.find(action.instanceId);
          // A claim may have taken it since the plan was made: then it is not the pool's any more.
          if (member?.tenantId === null) await tx.instances.move(member, { verb: 'delete', at });
          log.info('pool member retired', { poolId: pool.id, instanceId: action.instanceId });
          break;
        }
      }
    }
  }
}

function startsOf({ actions }: PoolPlan): number {
  return actions.filter(({ kind }) => kind === 'create_members' || kind === 'grant_start').length;
}

async function stockOf(
  tx: Repositories,
  pool: Pool,
  counts: ReadonlyMap<InstanceState, number>,
  now: Date,
): Promise<PoolStock> {
  const all = await listAll(tx, pool.id, STOCK_STATES);
  return {
    members: all.filter(({ tenantId }) => tenantId === null),
    waiting: all.filter(({ tenantId }) => tenantId !== null),
    holding: HOLDING_STATES.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0),
    stranded: new Set(await tx.instances.listStranded(pool.id)),
    successorLacks: pool.supersededBy === null ? null : await lacking(tx, pool, pool.supersededBy),
    bindingNow: (counts.get('binding') ?? 0) === 0 ? 0 : await countBinding(tx, pool.id, now),
    startingElsewhere: await tx.instances.countStartingElsewhere(pool),
  };
}

/** Members that were claimed a moment ago and are not bound yet. */
async function countBinding(tx: Repositories, poolId: PoolId, now: Date): Promise<number> {
  const since = plusMs(now, -BINDS_FIRST_MS);
  const binding = await listAll(tx, poolId, ['binding']);
  return binding.filter(({ stateAt }) => stateAt > since && stateAt <= now).length;
}

/**
 * Idle members that the pool in this one's place still lacks to reach its target; null when that one
 * cannot serve and this one stands in for it. Those that no claim would get now are none.
 */
async function lacking(tx: Repositories, pool: Pool, successorId: PoolId): Promise<number | null> {
  const pools = await tx.pools.list();
  const successor = pools.find(({ id }) => id === successorId);
  if (successor === undefined) return 0;
  const counts = await tx.instances.countByState(successorId);
  if (standInFor(successor, counts, pools)?.id === pool.id) return null;
  const stranded = new Set(await tx.instances.listStranded(successorId));
  const idle = await listAll(tx, successorId, ['idle']);
  const sound = idle.filter(({ id, suspectAt }) => suspectAt === null && !stranded.has(id));
  return Math.max(0, successor.idleTarget - sound.length);
}

async function listAll(
  tx: Repositories,
  poolId: PoolId,
  states: readonly InstanceState[],
): Promise<readonly Instance[]> {
  const rows: Instance[] = [];
  let cursor: string | null = null;
  do {
    const page = await tx.instances.list({ poolId, states }, { limit: STOCK_PAGE, cursor });
    rows.push(...page.rows);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return rows;
}
