import type { PoolId } from './ids.js';
import type { SizeClass } from './size-classes.js';

/**
 * Version of the configuration that unclaimed members start with. A change of jobs/instance or of
 * the root configuration raises it, which makes a new pool key and so fresh members.
 */
export const CONFIG_SCHEMA = 1;

/** Failed starts in a row that open a pool's breaker. */
export const BREAKER_FAILURES = 3;

/** What members of a pool have in common; members of different keys are never interchanged. */
export interface PoolKey {
  readonly sizeClass: SizeClass;
  readonly openclawVersion: string;
  readonly configSchema: number;
  readonly nodePool: string;
}

/** A set of like instances without an owner, with bounds. */
export interface Pool extends PoolKey {
  readonly id: PoolId;
  /** How many idle members to keep. */
  readonly idleTarget: number;
  /** How many instances of this pool may exist at once, claimed ones included. */
  readonly membersMax: number;
  readonly failuresInARow: number;
  readonly breakerOpenedAt: Date | null;
  readonly pausedAt: Date | null;
}

/** The pool's id: its key in readable form, so that the same key is always the same row. */
export function poolIdOf(key: PoolKey): PoolId {
  return `${key.sizeClass}-${key.openclawVersion}-c${key.configSchema}-${key.nodePool}` as PoolId;
}
