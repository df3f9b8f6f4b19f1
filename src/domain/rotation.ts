import type { InstanceId, RotationId } from './ids.js';
import type { Instance } from './instance.js';
import type { KeyOwner } from './key-campaign/key-campaign.js';

/**
 * How far the rotation of an instance's keys has come. Each state is durable, and whoever finds the
 * row goes on from there.
 *
 * ```
 * writing → proving → proven → switching → verified
 *    │         │          │          └─────► unconfirmed
 *    └─────────┴──────────┴──► reverting → reverted
 * ```
 *
 * Nothing that a tenant uses changes before `proven`, and nothing turns back after it, unless
 * somebody destroyed what was proven. `unconfirmed` is a gateway that was told to use its new keys and
 * was not seen to: it does once it loads its configuration or starts again, and then the old ones go.
 * One whose instance leaves `ready` is `reverted` from whatever state it is in.
 */
export const ROTATION_STATES = [
  'writing',
  'proving',
  'proven',
  'switching',
  'verified',
  'unconfirmed',
  'reverting',
  'reverted',
] as const;

export type RotationState = (typeof ROTATION_STATES)[number];

/** States that nothing leaves. */
export const CLOSED_ROTATION_STATES: readonly RotationState[] = [
  'verified',
  'unconfirmed',
  'reverted',
];

/** Why a rotation was given up: the old keys stayed in use, but for `not_seen`, which is unconfirmed. */
export const REVERT_REASONS = [
  'not_written',
  'key_refused',
  'no_answer',
  'no_receipt',
  'superseded',
  'keys_lost',
  'not_seen',
  'instance_not_ready',
  'instance_gone',
] as const;

export type RevertReason = (typeof REVERT_REASONS)[number];

/** New values for keys that an instance has, on their way to being used. */
export interface Rotation {
  readonly id: RotationId;
  readonly instanceId: InstanceId;
  /** Counts the instance's rotations from 1; part of the names under which Vault holds the keys. */
  readonly number: number;
  /** Names of the keys, sorted. */
  readonly names: readonly string[];
  /** Whose keys the new values are. */
  readonly owner: KeyOwner;
  readonly state: RotationState;
  /** Revision of the gateway's configuration that the present state waits for; 0 for none. */
  readonly revision: number;
  readonly reason: RevertReason | null;
  readonly requestedAt: Date;
  readonly stateAt: Date;
  /** When a live call by the gateway was answered with each of the new keys. */
  readonly provenAt: Date | null;
}

// Together with one trial, 20 s at most, these stay below the two minutes that are promised to callers.
/** How long the API may take to write the new keys; a write to Vault ends after 30 s. */
export const WRITING_LIMIT_MS = 35_000;
/** How long the gateway may take to load the new keys; one that is restarted needs 10–25 s. */
export const PROOF_LIMIT_MS = 35_000;
/** How long the gateway may take to use what is proven; 0.8 s as a rule, a restart included 25 s. */
export const SWITCH_LIMIT_MS = 25_000;

export type RotationPlan =
  | { readonly kind: 'wait' }
  | { readonly kind: 'prove' }
  | { readonly kind: 'retire_old' }
  | { readonly kind: 'finish' }
  | { readonly kind: 'leave_unconfirmed' }
  | { readonly kind: 'revert'; readonly reason: RevertReason }
  | { readonly kind: 'remove_new' };

/** How far a gateway has come with its configuration. */
export type GatewayProgress = Pick<Instance, 'revision' | 'revisionApplied'>;

/**
 * Decides the next step of a rotation from how far its gateway has come. What was written before the
 * version in use is destroyed at its end, so that waits for the newest revision, not for its own.
 */
export function planRotation(
  rotation: Rotation,
  { revision, revisionApplied }: GatewayProgress,
  now: Date,
): RotationPlan {
  const waitedMs = now.getTime() - rotation.stateAt.getTime();
  const isApplied = revisionApplied >= rotation.revision;
  switch (rotation.state) {
    case 'writing':
      if (waitedMs <= WRITING_LIMIT_MS) return { kind: 'wait' };
      return revert(rotation.reason ?? 'not_written');
    case 'proving':
      if (isApplied) return { kind: 'prove' };
      return waitedMs > PROOF_LIMIT_MS ? revert('no_receipt') : { kind: 'wait' };
    case 'proven':
      return { kind: 'retire_old' };
    case 'switching':
      if (isApplied && revisionApplied >= revision) return { kind: 'finish' };
      return { kind: waitedMs > SWITCH_LIMIT_MS ? 'leave_unconfirmed' : 'wait' };
    case 'reverting':
      return { kind: 'remove_new' };
    case 'verified':
    case 'unconfirmed':
    case 'reverted':
      return { kind: 'wait' };
  }
}

function revert(reason: RevertReason): RotationPlan {
  return { kind: 'revert', reason };
}

/**
 * The field of the secret in Vault that holds a key: its name, until it is rotated, and then its
 * name with the number of the rotation. So a new value lies beside the old one until it is proven.
 */
export function keyField(name: string, slot: number): string {
  return slot === 0 ? name : `${name}@${String(slot)}`;
}

/** Rotations before this one whose leftovers, if a crash left any, go with it. */
const LOOKED_BACK = 4;

/**
 * Every field that the key may have been left in by the rotation of that number or the last ones, but
 * that of the slot `kept`; null keeps none.
 */
export function staleFields(name: string, number: number, kept: number | null): readonly string[] {
  const first = Math.max(1, number - LOOKED_BACK);
  const slots = [0, ...Array.from({ length: number - first + 1 }, (_, at) => first + at)];
  return slots.filter((slot) => slot !== kept).map((slot) => keyField(name, slot));
}
