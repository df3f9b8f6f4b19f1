import { Fault } from '../errors/index.js';
import type { PoolId } from '../domain/ids.js';
import type { Pool, PoolBounds } from '../domain/pool.js';
import type { Caller } from '../domain/principal.js';
import type { PoolOverride } from '../domain/sizing/schedule.js';
import { checkOverride } from '../domain/sizing/schedule.js';
import type { Clock } from '../lib/clock.js';
import type { PoolChanges, Repositories, Store } from '../ports/index.js';
import type { PoolView } from './pool-view.js';
import { poolViewOf } from './pool-view.js';
import { actorOf } from './visibility.js';

/** What an operator wants changed; absent parts stay. */
export interface PoolWish {
  readonly idleFloor?: number | undefined;
  readonly idleCeiling?: number | undefined;
  readonly membersMax?: number | undefined;
  /** Replaces all overrides. */
  readonly overrides?: readonly PoolOverride[] | undefined;
  /** A paused pool starts nothing; what it has is still given away. */
  readonly isPaused?: boolean | undefined;
  /** False closes the breaker; it can be opened by failed starts alone. */
  readonly isBreakerOpen?: false | undefined;
}

export interface PoolChangeRequest {
  readonly caller: Caller;
  readonly poolId: PoolId;
  readonly wish: PoolWish;
}

/**
 * Changes a pool's bounds, its times of day, its pause and its breaker, for operators. Bounds are
 * checked as a whole and against the platform's quota, so that no typing error becomes a storm of
 * starts. The planner follows at its next look. Faults: `forbidden`, `pool_unknown`,
 * `pool_bounds_refused`.
 */
export class ChangePool {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    /** How many instances one pool may be allowed at most: what the platform has memory for. */
    private readonly membersQuota: number,
  ) {}

  async execute({ caller, poolId, wish }: PoolChangeRequest): Promise<PoolView> {
    if (caller.principal.role !== 'operator') {
      throw new Fault('forbidden', 'Pools are changed by operators only.');
    }
    const changed = await this.store.transaction(async (tx) => {
      const pool = await tx.pools.findForUpdate(poolId);
      if (pool === null) throw poolUnknown();
      const complaint = complaintAbout(pool, wish, this.membersQuota);
      if (complaint !== null) throw new Fault('pool_bounds_refused', complaint);

      const after = await tx.pools.change(poolId, this.#changesOf(pool, wish));
      await this.#record(tx, caller, poolId, wish);
      return after ?? pool;
    });
    return poolViewOf(this.store, changed, this.clock.now());
  }

  #changesOf(pool: Pool, { isPaused, ...wish }: PoolWish): PoolChanges {
    const pause =
      // Paused again, it stays paused since the first time.
      isPaused === undefined
        ? {}
        : { pausedAt: isPaused ? (pool.pausedAt ?? this.clock.now()) : null };
    const { membersMax = pool.membersMax } = wish;
    // What demand asked for until now may be more than there may be from now on.
    const target = membersMax < pool.idleTarget ? { idleTarget: membersMax } : {};
    return { ...definedPartsOf(wish), ...pause, ...target };
  }

  #record(tx: Repositories, caller: Caller, poolId: PoolId, wish: PoolWish): Promise<void> {
    const { overrides, ...plain } = wish;
    const details = { ...plain, overrides: overrides?.map(textOf).join('; ') };
    return tx.audit.append({
      at: this.clock.now(),
      actor: actorOf(caller.principal),
      action: 'pool.change',
      target: poolId,
      outcome: 'done',
      requestId: caller.requestId,
      from: caller.from,
      details: definedPartsOf(details),
    });
  }
}

/** Why the pool cannot become what is wished, as a sentence; null when it can. */
function complaintAbout(pool: Pool, wish: PoolWish, membersQuota: number): string | null {
  const { overrides = pool.overrides } = wish;
  const bounds = {
    idleFloor: wish.idleFloor ?? pool.idleFloor,
    idleCeiling: wish.idleCeiling ?? pool.idleCeiling,
    membersMax: wish.membersMax ?? pool.membersMax,
  };
  // Pausing must always be possible, also where older bounds would be refused today.
  const isResized = wish.overrides !== undefined || hasBounds(wish);
  if (!isResized) return null;
  return complaintAboutBounds(bounds, membersQuota) ?? complaintAboutOverrides(bounds, overrides);
}

function complaintAboutBounds(
  { idleFloor, idleCeiling, membersMax }: PoolBounds,
  membersQuota: number,
): string | null {
  if (membersMax > membersQuota) {
    return `membersMax ${membersMax} is above this platform’s quota of ${membersQuota} per pool.`;
  }
  if (idleCeiling > membersMax) {
    return `idleCeiling ${idleCeiling} is above membersMax ${membersMax}.`;
  }
  if (idleFloor > idleCeiling) {
    return `idleFloor ${idleFloor} is above idleCeiling ${idleCeiling}.`;
  }
  return null;
}

function complaintAboutOverrides(
  { idleCeiling }: PoolBounds,
  overrides: readonly PoolOverride[],
): string | null {
  for (const [index, override] of overrides.entries()) {
    const complaint =
      checkOverride(override) ??
      (override.idleFloor > idleCeiling
        ? `idleFloor ${override.idleFloor} is above idleCeiling ${idleCeiling}.`
        : null);
    if (complaint !== null) return `Override ${index + 1}: ${complaint}`;
  }
  return null;
}

function hasBounds({ idleFloor, idleCeiling, membersMax }: PoolWish): boolean {
  return [idleFloor, idleCeiling, membersMax].some((bound) => bound !== undefined);
}

function textOf({ cron, timeZone, forMinutes, idleFloor }: PoolOverride): string {
  return `${cron} ${timeZone} for ${forMinutes} min: ${idleFloor}`;
}

type Defined<Parts> = { [Name in keyof Parts]?: Exclude<Parts[Name], undefined> };

/** The parts that are there: the store takes `undefined` for a value. */
function definedPartsOf<Parts extends object>(parts: Parts): Defined<Parts> {
  const defined = Object.entries(parts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined) as Defined<Parts>;
}

function poolUnknown(): Fault {
  return new Fault('pool_unknown', 'No such pool; GET /v1/pools lists them.');
}
