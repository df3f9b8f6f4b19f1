import { assertInvariant } from '../errors/index.js';
import type { InstanceId } from './ids.js';
import type { Instance } from './instance.js';
import { STOCK_STATES } from './instance.js';
import type { Pool, PoolHold } from './pool.js';
import { EARLY_DEATH_MS } from './pool.js';
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
  | { readonly kind: 'retire_member'; readonly instanceId: InstanceId }
  /** Members live on again that came after the last early death. */
  | { readonly kind: 'close_breaker' };

export interface PoolPlan {
  readonly actions: readonly PoolAction[];
  /** What keeps back members that are missing or wait for their start; null when nothing does. */
  readonly hold: PoolHold | null;
  /** The scheduler's words for `no_place`; null for any other hold. */
  readonly holdReason: string | null;
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
  /** Members on nodes that take no work: no claim gets them, unless their node opens again. */
  readonly stranded: ReadonlySet<InstanceId>;
  /**
   * Idle members that the pool which serves in this one's place still lacks. Null while none does: it
   * is the offered one, or it stands in for a version that cannot serve.
   */
  readonly successorLacks: number | null;
  /** Members claimed within BINDS_FIRST_MS whose binding still runs. */
  readonly bindingNow: number;
  /** Members of other pools on the same nodes that boot just now. */
  readonly startingElsewhere: number;
}

/** How fast members may be started, so that starting them harms nobody. */
export interface StartLimits {
  /** Members that may boot at once on all nodes of the node pool, whichever pool they are of. */
  readonly inFlightMax: number;
  readonly perSecond: number;
  /** Starts that may come at once after a quiet time. */
  readonly burst: number;
}

/**
 * Decides how to bring a pool to its target. Pure: the same pool, stock and time give the same
 * plan. Members that are still coming count as stock, so a stale view cannot create too many.
 * People's work goes first: whoever waits for a start gets one before the stock does, and while
 * there is stock, a claimed member is replaced after its binding. A member that is too old, stranded,
 * or of a superseded pool, goes only when another one has taken its place, or to make room for it.
 */
export function planPool(pool: Pool, stock: PoolStock, limits: StartLimits, now: Date): PoolPlan {
  assertInvariant(pool.idleTarget <= pool.membersMax, 'pool_bounds_inverted', { poolId: pool.id });
  const sorted = sortStock(stock, now);
  const { sound, fresh } = sorted;
  const { successorLacks } = stock;
  const target = successorLacks === null ? pool.idleTarget : Math.min(sound.length, successorLacks);
  const retired = [
    ...retireReplaced(sorted, target),
    ...retireSurplus(fresh, fresh.length - target),
  ];
  const isStocked = fresh.some(isIdle);
  const later = isStocked ? stock.bindingNow : 0;
  const missing = successorLacks === null ? Math.max(0, target - fresh.length - later) : 0;
  const starts = planStarts(pool, stock, { missing, limits, now });
  const needsRoom = starts.hold === 'members_max' && retired.length === 0;
  const actions = [
    ...(hasRecovered(pool, sound, now) ? [{ kind: 'close_breaker' } as const] : []),
    ...(needsRoom ? retireForRoom(sorted, missing) : retired),
    ...starts.actions,
  ];
  return { ...starts, ...weightiest(starts, stock), actions };
}

/** Members by what they are good for. */
interface SortedStock {
  /** What claims can get, or will be able to. */
  readonly sound: readonly Instance[];
  /** The sound ones that are to stay. */
  readonly fresh: readonly Instance[];
  /** The sound ones that are to be replaced, oldest first. */
  readonly old: readonly Instance[];
  readonly stranded: readonly Instance[];
}

function sortStock({ members, stranded }: PoolStock, now: Date): SortedStock {
  const sound = members.filter((member) => isSoundStock(member) && !stranded.has(member.id));
  return {
    sound,
    fresh: sound.filter((member) => !isOld(member, now)),
    old: sound
      .filter((member) => isOld(member, now))
      .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime()),
    stranded: members.filter(({ id }) => stranded.has(id)),
  };
}

/** The pool's hold with its reason; no place outweighs all but what people and failures stopped. */
function weightiest(
  { hold }: Pick<PoolPlan, 'hold'>,
  { waiting, members }: PoolStock,
): Pick<PoolPlan, 'hold' | 'holdReason'> {
  const blocked = [...waiting, ...members].find(({ blockedBy }) => blockedBy !== null);
  if (blocked === undefined || hold === 'paused' || hold === 'breaker_open') {
    return { hold, holdReason: null };
  }
  return { hold: 'no_place', holdReason: blocked.blockedBy };
}

/** Whether a member that came after the last early death has lived long enough to be trusted. */
function hasRecovered(
  { diedEarlyAt, isBreakerFinal }: Pool,
  sound: readonly Instance[],
  now: Date,
): boolean {
  if (diedEarlyAt === null || isBreakerFinal) return false;
  return sound.some(
    (member) =>
      isIdle(member) &&
      member.stateAt > diedEarlyAt &&
      now.getTime() - member.stateAt.getTime() >= EARLY_DEATH_MS,
  );
}

interface StartWish {
  readonly missing: number;
  readonly limits: StartLimits;
  readonly now: Date;
}

/** Who may start now: first whoever waits, then what is missing from the stock. */
function planStarts(
  pool: Pool,
  stock: PoolStock,
  { missing, limits, now }: StartWish,
): Omit<PoolPlan, 'holdReason'> {
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
): { readonly count: number; readonly hold: PoolHold | null } {
  if (pool.pausedAt !== null) return { count: 0, hold: 'paused' };

  const starting = [...stock.waiting, ...stock.members].filter(isStarting).length;
  const free = Math.max(0, limits.inFlightMax - starting - stock.startingElsewhere);
  if (pool.breakerOpenedAt !== null) {
    const isCooling = now.getTime() - pool.breakerOpenedAt.getTime() < BREAKER_COOLDOWN_MS;
    const isClosed = pool.isBreakerFinal || isCooling || starting > 0;
    return { count: isClosed ? 0 : Math.min(1, free), hold: 'breaker_open' };
  }
  const paced = Math.max(0, Math.floor(tokens));
  return free <= paced
    ? { count: free, hold: 'starts_in_flight' }
    : { count: paced, hold: 'starts_paced' };
}

/** The stranded and old members that fresh idle ones have replaced: what is of no use goes first. */
function retireReplaced({ fresh, old, stranded }: SortedStock, target: number): PoolAction[] {
  const outworn = [...stranded, ...old];
  const kept = Math.max(0, target - fresh.filter(isIdle).length);
  return outworn.slice(0, Math.max(0, outworn.length - kept)).map(retire);
}

/**
 * What goes before its replacement comes, because the pool is full: stranded members at once, for
 * nobody can have them; old ones one at a time, and never the last idle one.
 */
function retireForRoom({ sound, old, stranded }: SortedStock, missing: number): PoolAction[] {
  if (stranded.length > 0) return stranded.slice(0, missing).map(retire);
  const idle = sound.filter(isIdle).length;
  return idle > 1 && idle === sound.length ? old.slice(0, 1).map(retire) : [];
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

function isIdle({ state }: Instance): boolean {
  return state === 'idle';
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
