import { assertInvariant } from '../errors/index.js';
import type { InstanceId } from './ids.js';
import type { Instance } from './instance.js';
import { STOCK_STATES } from './instance.js';
import type { Pool } from './pool.js';

/** How many members of one pool may boot at once: a boot costs 10–18 CPU-seconds. */
export const STARTS_IN_FLIGHT_MAX = 4;
/** How long an open breaker keeps all starts back before one probe may try again. */
export const BREAKER_COOLDOWN_MS = 60_000;

export type PoolAction =
  | { readonly kind: 'create_members'; readonly count: number }
  | { readonly kind: 'retire_member'; readonly instanceId: InstanceId };

/** Why fewer members are created than are missing; null when none is missing or all are created. */
export type PoolHold = 'paused' | 'breaker_open' | 'members_max' | 'starts_in_flight' | null;

export interface PoolPlan {
  readonly actions: readonly PoolAction[];
  readonly hold: PoolHold;
}

/** What the pool has, as its planner needs to see it. */
export interface PoolStock {
  /** Instances without an owner that count as stock: creating, warming, idle. */
  readonly members: readonly Instance[];
  /** All of the pool's instances that hold resources, claimed ones included. */
  readonly holding: number;
}

/**
 * Decides how to bring a pool to its target. Pure: the same pool, stock and time give the same
 * plan. Members that are still coming count as stock, so a stale view cannot create too many.
 */
export function planPool(pool: Pool, stock: PoolStock, now: Date): PoolPlan {
  assertInvariant(pool.idleTarget <= pool.membersMax, 'pool_bounds_inverted', { poolId: pool.id });
  const members = stock.members.filter(isSoundStock);
  const surplus = members.length - pool.idleTarget;
  if (surplus > 0) return { actions: retire(members, surplus), hold: null };

  const missing = -surplus;
  const { count, hold } = allowance(pool, stock, missing, now);
  const actions: PoolAction[] = count > 0 ? [{ kind: 'create_members', count }] : [];
  return { actions, hold: count < missing ? hold : null };
}

/** How many of the missing members may be created now, and what keeps the others back. */
function allowance(
  pool: Pool,
  stock: PoolStock,
  missing: number,
  now: Date,
): { count: number; hold: PoolHold } {
  if (pool.pausedAt !== null) return { count: 0, hold: 'paused' };

  const starting = stock.members.filter(({ state }) => state !== 'idle').length;
  if (pool.breakerOpenedAt !== null) {
    const isCooling = now.getTime() - pool.breakerOpenedAt.getTime() < BREAKER_COOLDOWN_MS;
    const probes = isCooling || starting > 0 ? 0 : 1;
    return { count: Math.min(missing, probes), hold: 'breaker_open' };
  }
  const room = Math.max(0, pool.membersMax - stock.holding);
  const starts = Math.max(0, STARTS_IN_FLIGHT_MAX - starting);
  return {
    count: Math.min(missing, room, starts),
    hold: room <= starts ? 'members_max' : 'starts_in_flight',
  };
}

/** The members to give up: those still starting first, then the youngest idle ones. */
function retire(members: readonly Instance[], surplus: number): PoolAction[] {
  const youngestFirst = [...members].sort(
    (a, b) =>
      Number(a.state === 'idle') - Number(b.state === 'idle') ||
      b.stateAt.getTime() - a.stateAt.getTime(),
  );
  return youngestFirst
    .slice(0, surplus)
    .map(({ id }) => ({ kind: 'retire_member', instanceId: id }));
}

function isSoundStock({ state, suspectAt }: Instance): boolean {
  return STOCK_STATES.includes(state) && suspectAt === null;
}
