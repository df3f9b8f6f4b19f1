import type { InstanceId, KeyCampaignId, RotationId } from '../ids.js';

/** Whose key a value is: the tenant's own, or one that the platform pays for and may exchange. */
export const KEY_OWNERS = ['tenant', 'platform'] as const;
export type KeyOwner = (typeof KEY_OWNERS)[number];

/**
 * What a campaign does with one key across the fleet. `replace`: brings a new value to every
 * instance that has the platform's key. `renew`: asks every tenant who brought a key of their own to
 * bring another one.
 */
export const KEY_CAMPAIGN_KINDS = ['replace', 'renew'] as const;
export type KeyCampaignKind = (typeof KEY_CAMPAIGN_KINDS)[number];

/**
 * A campaign's life. Of one key at most one campaign is not over.
 *
 * ```
 * preparing → running ⇄ paused
 *     │        │  ▲ └──► done
 *     │        ▼  │
 *     │       halted
 *     └──────► aborted ◄── running, paused, halted
 * ```
 *
 * `preparing` lasts while the new value is written to Vault. It halts by itself when more
 * instances refuse the key than its budget allows.
 */
export const KEY_CAMPAIGN_MOVES = {
  preparing: { begin: 'running', abort: 'aborted' },
  running: { pause: 'paused', halt: 'halted', finish: 'done', abort: 'aborted' },
  paused: { resume: 'running', abort: 'aborted' },
  halted: { resume: 'running', abort: 'aborted' },
  done: {},
  aborted: {},
} as const satisfies Record<KeyCampaignState, Partial<Record<KeyCampaignVerb, KeyCampaignState>>>;

export const KEY_CAMPAIGN_STATES = [
  'preparing',
  'running',
  'paused',
  'halted',
  'done',
  'aborted',
] as const;

export type KeyCampaignState = (typeof KEY_CAMPAIGN_STATES)[number];
export type KeyCampaignVerb = 'begin' | 'pause' | 'resume' | 'halt' | 'finish' | 'abort';

/** The state that the verb leads to, or null where it may not be done. */
export function afterVerb(state: KeyCampaignState, verb: KeyCampaignVerb): KeyCampaignState | null {
  const moves: Partial<Record<KeyCampaignVerb, KeyCampaignState>> = KEY_CAMPAIGN_MOVES[state];
  return moves[verb] ?? null;
}

/** How long the API may take to write a campaign's value; a call to Vault ends well before. */
export const VALUE_WRITING_LIMIT_MS = 60_000;

/** One key, exchanged across the fleet. */
export interface KeyCampaign {
  readonly id: KeyCampaignId;
  readonly kind: KeyCampaignKind;
  readonly keyName: string;
  readonly state: KeyCampaignState;
  /** Share of the instances, 0 to 1, that may end with their old key before it halts. */
  readonly failureBudget: number;
  /** Failures that whoever resumed it has accepted; only later ones count. */
  readonly failuresAccepted: number;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly stateAt: Date;
  /** When its value was destroyed in Vault; null while it may be needed. */
  readonly settledAt: Date | null;
}

/**
 * How one instance's part in a campaign stands. `begun`: its rotation is under way, or its tenant
 * was told. `verified`: it uses a new key. `reverted`: it uses the old one, see the reason.
 * `skipped`: there was nothing to do here, or nothing could be done.
 */
export const KEY_MOVE_STATES = ['waiting', 'begun', 'verified', 'reverted', 'skipped'] as const;
export type KeyMoveState = (typeof KEY_MOVE_STATES)[number];

/** Move states that nothing leaves. */
export const CLOSED_KEY_MOVE_STATES: readonly KeyMoveState[] = ['verified', 'reverted', 'skipped'];

/** Why an instance was left out; its keys are as they were. */
export const SKIP_REASONS = ['instance_gone', 'not_ready', 'key_changed', 'aborted'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** One instance's part in a campaign. */
export interface KeyMove {
  readonly campaignId: KeyCampaignId;
  readonly instanceId: InstanceId;
  /** 1 for the first wave. */
  readonly wave: number;
  readonly state: KeyMoveState;
  /** The rotation that does it, for a move of kind `replace` that was begun. */
  readonly rotationId: RotationId | null;
  /** A `SkipReason` or a rotation's `RevertReason`; null while neither. */
  readonly reason: string | null;
  /** How often it was begun; more than once when Vault did not take the value. */
  readonly attempts: number;
  readonly stateAt: Date;
}
