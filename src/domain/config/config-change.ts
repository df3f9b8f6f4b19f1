import type { ConfigChangeId, InstanceId } from '../ids.js';
import type { GatewayProgress } from '../rotation.js';
import type { Difference } from './diff.js';
import { needsRestart } from './diff.js';
import type { JsonObject } from './json.js';

/**
 * How far a change of a tenant's configuration has come. The newest one that is not reverted is what
 * the instance is told, so that reverting one brings the last good configuration back by itself.
 *
 * ```
 * applying → applied
 *     └────► reverted
 * ```
 */
export const CONFIG_CHANGE_STATES = ['applying', 'applied', 'reverted'] as const;
export type ConfigChangeState = (typeof CONFIG_CHANGE_STATES)[number];

/** Why a change was put back. */
export const PUT_BACK_REASONS = ['not_taken', 'instance_not_ready', 'instance_gone'] as const;
export type PutBackReason = (typeof PUT_BACK_REASONS)[number];

/** A tenant's configuration as one change left it. */
export interface ConfigChange {
  readonly id: ConfigChangeId;
  readonly instanceId: InstanceId;
  /** Counts the instance's changes from 1. */
  readonly number: number;
  readonly state: ConfigChangeState;
  /** All of the tenant's part, as it is after the change; no secret is in it. */
  readonly config: JsonObject;
  /** How it differs from the one before. */
  readonly diff: readonly Difference[];
  /** Revision of the gateway that brings the change; of one that is reverted, that takes it back. */
  readonly revision: number;
  readonly reason: PutBackReason | null;
  readonly requestedAt: Date;
  readonly stateAt: Date;
}

/** The tenant's part as JSON text, in bytes; beside it a Nomad Variable has to hold the platform's. */
export const OWN_CONFIG_BYTES_MAX = 40 * 1024;

/** How long a gateway may take to follow: 0.8 s as a rule, 18 s when a channel does not let go. */
export const APPLY_LIMIT_MS = 30_000;
/** The same where it starts again for it. */
export const RESTART_APPLY_LIMIT_MS = 120_000;

/** Decides what is to be done about a change that is being applied. */
export function planConfigChange(
  { revision, stateAt, diff }: ConfigChange,
  { revisionApplied }: GatewayProgress,
  now: Date,
): 'wait' | 'finish' | 'put_back' {
  if (revisionApplied >= revision) return 'finish';
  const limitMs = needsRestart(diff) ? RESTART_APPLY_LIMIT_MS : APPLY_LIMIT_MS;
  return now.getTime() - stateAt.getTime() > limitMs ? 'put_back' : 'wait';
}
