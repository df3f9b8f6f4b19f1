import type { InstanceId, RotationId } from './ids.js';
import type { KeyOwner } from './key-campaign/key-campaign.js';

/**
 * How far the rotation of an instance's keys has come. Each state is durable, and whoever finds the
 * row goes on from there.
 *
 * ```
 * writing → proving → proven → switching → verified
 *    └─────────┴──► reverting → reverted
 * ```
 *
 * Nothing that a tenant uses changes before `proven`, and nothing turns back after it.
 */
export const ROTATION_STATES = [
  'writing',
  'proving',
  'proven',
  'switching',
  'verified',
  'reverting',
  'reverted',
] as const;

export type RotationState = (typeof ROTATION_STATES)[number];

/** States that nothing leaves. */
export const CLOSED_ROTATION_STATES: readonly RotationState[] = ['verified', 'reverted'];

/** Why a rotation was given up; the old keys stayed in use all the time. */
export const REVERT_REASONS = [
  'not_written',
  'key_refused',
  'no_answer',
  'no_receipt',
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

/** How long the API may take to write the new keys; its requests end well before. */
export const WRITING_LIMIT_MS = 60_000;
/** How long the gateway may take to load the new keys and answer with them. */
export const PROOF_LIMIT_MS = 60_000;

export type RotationPlan =
  | { readonly kind: 'wait' }
  | { readonly kind: 'prove' }
  | { readonly kind: 'retire_old' }
  | { readonly kind: 'finish' }
  | { readonly kind: 'revert'; readonly reason: RevertReason }
  | { readonly kind: 'remove_new' };

/** Decides the next step of a rotation from how far its gateway has come. */
export function planRotation(
  rotation: Rotation,
  { revisionApplied, now }: { readonly revisionApplied: number; readonly now: Date },
): RotationPlan {
  const waitedMs = now.getTime() - rotation.stateAt.getTime();
  const isApplied = revisionApplied >= rotation.revision;
  switch (rotation.state) {
    case 'writing':
      return waitedMs > WRITING_LIMIT_MS ? revert('not_written') : { kind: 'wait' };
    case 'proving':
      if (isApplied) return { kind: 'prove' };
      return waitedMs > PROOF_LIMIT_MS ? revert('no_receipt') : { kind: 'wait' };
    case 'proven':
      return { kind: 'retire_old' };
    case 'switching':
      return { kind: isApplied ? 'finish' : 'wait' };
    case 'reverting':
      return { kind: 'remove_new' };
    case 'verified':
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

/** Every field that the key may have been left in by this rotation or the last ones, but `kept`. */
export function staleFields(name: string, number: number, kept: number): readonly string[] {
  const first = Math.max(1, number - LOOKED_BACK);
  const slots = [0, ...Array.from({ length: number - first + 1 }, (_, at) => first + at)];
  return slots.filter((slot) => slot !== kept).map((slot) => keyField(name, slot));
}
