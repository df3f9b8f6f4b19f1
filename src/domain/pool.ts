import type { PoolId } from './ids.js';
import type { PoolOverride } from './sizing/schedule.js';
import type { SizeClass } from './size-classes.js';
import type { TokenBucket } from './token-bucket.js';

/**
 * Version of the configuration that unclaimed members start with. A change of jobs/instance or of
 * the root configuration raises it, which makes a new pool key and so fresh members.
 */
export const CONFIG_SCHEMA = 2;

/** Failed starts in a row that open a pool's breaker. */
export const BREAKER_FAILURES = 3;
/**
 * An idle member that dies within this time after its admission counts as a failed start: a good one
 * lives for hours, and a bad image shows within seconds of its warm-up.
 */
export const EARLY_DEATH_MS = 60_000;
/**
 * After an early death an admission alone proves nothing for this long: the dead one was admitted
 * too. Longer than three boots with their minute of life, so that three of them can be in a row.
 */
export const EARLY_DEATH_MEMORY_MS = 10 * 60_000;

/** What keeps a pool below its target, the weightiest first. */
export const POOL_HOLDS = [
  'paused',
  'breaker_open',
  'no_place',
  'members_max',
  'starts_in_flight',
  'starts_paced',
] as const;
export type PoolHold = (typeof POOL_HOLDS)[number];

/** What members of a pool have in common; members of different keys are never interchanged. */
export interface PoolKey {
  readonly sizeClass: SizeClass;
  readonly openclawVersion: string;
  readonly configSchema: number;
  readonly nodePool: string;
}

/** What an operator sets: between these the pool sizes itself. */
export interface PoolBounds {
  /** Idle members kept however little is asked for. */
  readonly idleFloor: number;
  /** Idle members kept at most, however much is asked for. */
  readonly idleCeiling: number;
  /** How many instances of this pool may exist at once, claimed ones included. */
  readonly membersMax: number;
}

/** A set of like instances without an owner, with bounds. */
export interface Pool extends PoolKey, PoolBounds {
  readonly id: PoolId;
  /** How many idle members to keep now; the planner moves it within the bounds. */
  readonly idleTarget: number;
  /** When demand last asked for at least the present target; it falls only some time after. */
  readonly targetRaisedAt: Date | null;
  /** Times of day that ask for a higher floor. */
  readonly overrides: readonly PoolOverride[];
  /** Paces the starts, so that members that die at once cannot become a storm. */
  readonly startTokens: TokenBucket;
  readonly failuresInARow: number;
  readonly breakerOpenedAt: Date | null;
  /** True when waiting cannot help: the gateway refused its configuration. */
  readonly isBreakerFinal: boolean;
  /** When an idle member last died soon after its admission; null once others have lived on. */
  readonly diedEarlyAt: Date | null;
  readonly pausedAt: Date | null;
  /** The pool that serves new claims in place of this one; its own members run out. */
  readonly supersededBy: PoolId | null;
  /** Since when another pool serves in its place. */
  readonly supersededAt: Date | null;
  /** How long a starting member may take, from measured boots; null before the first look. */
  readonly memberDeadlineMs: number | null;
  /** What kept it below its target at the planner's last look; null when nothing did. */
  readonly hold: PoolHold | null;
  /** The scheduler's own words for it, such as "memory exhausted on 1 node". */
  readonly holdReason: string | null;
}

/** The pool's id: its key in readable form, so that the same key is always the same row. */
export function poolIdOf(key: PoolKey): PoolId {
  return `${key.sizeClass}-${key.openclawVersion}-c${key.configSchema}-${key.nodePool}` as PoolId;
}

/** What claims ask for, whichever version serves it: demand is counted under this name. */
export function offerNameOf({
  sizeClass,
  nodePool,
}: Pick<PoolKey, 'sizeClass' | 'nodePool'>): string {
  return `${sizeClass}@${nodePool}`;
}
