import { assertInvariant } from '../errors/index.js';
import type { InstanceId } from './ids.js';
import type { Instance } from './instance.js';
import { STOCK_STATES } from './instance.js';
import type { Pool } from './pool.js';
import type { TokenBucket } from './token-bucket.js';
import { refilled } from './token-bucket.js';

/** How long an open breaker keeps all starts back before one probe may try again. */
export const BREAKER_COOLDOWN_MS = 60_000;
/** An idle member older than this is replaced: what leaks in a gateway leaks with time. */
export const MEMBER_AGE_MAX_MS = 24 * 60 * 60 * 1000;
/**
 * How long the replacement of a claimed member waits for its binding at most. A boot takes all of a
 * small node's cores: beside one, the second from claim to ready became one and a half.
 */
export const BINDS_FIRST_MS = 2_000;

export type PoolAction =
  /** Members that are missing; their start is granted with them. */
  | { readonly kind: 'create_members'; readonly count: number }
  /** The start of a member that waits for its turn. */
  | { readonly kind: 'grant_start'; readonly instanceId: InstanceId }
  | { readonly kind: 'retire_member'; readonly instanceId: InstanceId };

/** What keeps back members that are missing or wait for their start; null when nothing does. */
export type PoolHold =
  'paused' | 'breaker_open' | 'members_max' | 'starts_in_flight' | 'starts_paced' | null;

export interface PoolPlan {
  readonly actions: readonly PoolAction[];
  readonly hold: PoolHold;
  /** The pacing that is left after the plan's starts. */
  readonly startTokens: TokenBucket;
}

/** What the pool has, as its planner needs to see it. */
export interface PoolStock {
  /** Instances without an owner that count as stock: creating, warming, idle. */
  readonly members: readonly Instance[];
  /** Instances whose owner waits for their start: creating, warming. */
  readonly waiting: readonly Instance[];
  /** All of the pool's instances that hold resources, claimed ones included. */
  readonly holding: number;
  /** Idle members that the pool which supersedes this one still lacks; 0 if none does. */
  readonly successorLacks: number;
  /** Members claimed within BINDS_FIRST_MS whose binding still runs. */
  readonly bindingNow: number;
}

/** How fast members may be started, so that starting them harms nobody. */
export interface StartLimits {
  /** Members that may boot at once on all nodes: a boot costs 10–18 CPU-seconds. */
  readonly inFlightMax: number;
  readonly perSecond: number;
  /** Starts that may come at once after a quiet time. */
  readonly burst: number;
}

/**
 * Decides how to bring a pool to its target. Pure: the same pool, stock and time give the same
 * plan. Members that are still coming count as stock, so a stale view cannot create too many.
 * People's work goes first: whoever waits for a start gets one before the stock does, and while
 * there is stock, a claimed member is replaced after its binding. A member that is too old, or of a
 * superseded pool, goes only when another one has taken its place.
 */
export function planPool(pool: Pool, stock: PoolStock, limits: StartLimits, now: Date): PoolPlan {
  assertInvariant(pool.idleTarget <= pool.membersMax, 'pool_bounds_inverted', { poolId: pool.id });
  const sound = stock.members.filter(isSoundStock);
  const fresh = sound.filter((member) => !isOld(member, now));
  const target =
    pool.supersededBy === null ? pool.idleTarget : Math.min(sound.length, stock.successorLacks);
  const retired = [
    ...retireOld(sound, fresh, target, now),
    ...retireSurplus(fresh, fresh.length - target),
  ];
  const isStocked = fresh.some(({ state }) => state === 'idle');
  const later = isStocked ? stock.bindingNow : 0;
  const missing = pool.supersededBy === null ? Math.max(0, target - fresh.length - later) : 0;
  const starts = planStarts(pool, stock, { missing, limits, now });
  return { ...starts, actions: [...retired, ...starts.actions] };
}

interface StartWish {
  readonly missing: number;
  readonly limits: StartLimits;
  readonly now: Date;
}

/** Who may start now: first whoever waits, then what is missing from the stock. */
function planStarts(pool: Pool, stock: PoolStock, { missing, limits, now }: StartWish): PoolPlan {
  const queue = [...stock.waiting, ...stock.members].filter(isUngranted).sort(peopleFirst);
  const startTokens = refilled(pool.startTokens, limits, now);
  const room = Math.max(0, pool.membersMax - stock.holding);
  const { count: budget, hold } = startBudget(pool, stock, startTokens.tokens, { limits, now });

  const granted = queue.slice(0, budget);
  const created = Math.min(missing, budget - granted.length, room);
  const actions: PoolAction[] = granted.map(({ id }) => ({ kind: 'grant_start', instanceId: id }));
  if (created > 0) actions.push({ kind: 'create_members', count: created });

  const isHeldBack = granted.length < queue.length || created < missing;
  const isFull = created < missing && created === room && granted.length + created < budget;
  return {
    actions,
    hold: isHeldBack ? (isFull ? 'members_max' : hold) : null,
    startTokens: { ...startTokens, tokens: startTokens.tokens - granted.length - created },
  };
}

/** How many members may start now, and what keeps more of them back. */
function startBudget(
  pool: Pool,
  stock: PoolStock,
  tokens: number,
  { limits, now }: Omit<StartWish, 'missing'>,
): { readonly count: number; readonly hold: PoolHold } {
  if (pool.pausedAt !== null) return { count: 0, hold: 'paused' };

  const starting = [...stock.waiting, ...stock.members].filter(isStarting).length;
  if (pool.breakerOpenedAt !== null) {
    const isCooling = now.getTime() - pool.breakerOpenedAt.getTime() < BREAKER_COOLDOWN_MS;
    const isClosed = pool.isBreakerFinal || isCooling || starting > 0;
    return { count: isClosed ? 0 : 1, hold: 'breaker_open' };
  }
  const free = Math.max(0, limits.inFlightMax - starting);
  const paced = Math.max(0, Math.floor(tokens));
  return free <= paced
    ? { count: free, hold: 'starts_in_flight' }
    : { count: paced, hold: 'starts_paced' };
}

/** The old members that fresh idle ones have replaced, oldest first. */
function retireOld(
  sound: readonly Instance[],
  fresh: readonly Instance[],
  target: number,
  now: Date,
): PoolAction[] {
  const old = sound.filter((member) => isOld(member, now));
  const freshIdle = fresh.filter(({ state }) => state === 'idle').length;
  const kept = Math.max(0, target - freshIdle);
  return [...old]
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
    .slice(0, Math.max(0, old.length - kept))
    .map(retire);
}

/** The members to give up: those still starting first, then the youngest idle ones. */
function retireSurplus(members: readonly Instance[], surplus: number): PoolAction[] {
  if (surplus <= 0) return [];
  return [...members]
    .sort(
      (a, b) =>
        Number(a.state === 'idle') - Number(b.state === 'idle') ||
        b.stateAt.getTime() - a.stateAt.getTime(),
    )
    .slice(0, surplus)
    .map(retire);
}

function retire({ id }: Instance): PoolAction {
  return { kind: 'retire_member', instanceId: id };
}

function isSoundStock({ state, suspectAt }: Instance): boolean {
  return STOCK_STATES.includes(state) && suspectAt === null;
}

function isOld({ state, createdAt }: Instance, now: Date): boolean {
  return state === 'idle' && now.getTime() - createdAt.getTime() > MEMBER_AGE_MAX_MS;
}

function isUngranted({ state, startGrantedAt }: Instance): boolean {
  return state === 'creating' && startGrantedAt === null;
}

function isStarting({ state, startGrantedAt }: Instance): boolean {
  return state === 'warming' || (state === 'creating' && startGrantedAt !== null);
}

function peopleFirst(a: Instance, b: Instance): number {
  return (
    Number(a.tenantId === null) - Number(b.tenantId === null) ||
    a.createdAt.getTime() - b.createdAt.getTime()
  );
}
