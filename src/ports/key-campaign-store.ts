import type { InstanceState } from '../domain/instance.js';
import type { InstanceId, KeyCampaignId, RotationId } from '../domain/ids.js';
import type {
  KeyCampaign,
  KeyCampaignState,
  KeyMove,
  KeyMoveState,
  SkipReason,
} from '../domain/key-campaign/key-campaign.js';
import type { Rotation } from '../domain/rotation.js';

/** What changes with a campaign's state; absent fields stay. */
export interface KeyCampaignStep {
  readonly state: KeyCampaignState;
  readonly at: Date;
  readonly failuresAccepted?: number;
}

/** What changes with a move's state. */
export interface KeyMoveStep {
  readonly state: KeyMoveState;
  readonly at: Date;
  readonly rotationId: RotationId | null;
  readonly reason: string | null;
}

/**
 * A begun move whose end can be told: its rotation is over, its tenant renewed or removed the key, or
 * its instance is in a state in which neither will happen any more.
 */
export interface KeyMoveEnded {
  readonly move: KeyMove;
  readonly instanceState: InstanceState;
  /** Whether the instance still has a key of that name. */
  readonly hasKey: boolean;
  /** How its rotation ended; null where its tenant was asked. */
  readonly rotation: Pick<Rotation, 'state' | 'reason'> | null;
}

/** How many moves of a wave stand how. */
export interface KeyMoveCount {
  readonly wave: number;
  readonly state: KeyMoveState;
  readonly count: number;
}

export interface KeyCampaignStore {
  /** Opens a campaign; null while another one of the key is not over. */
  open(
    campaign: Pick<
      KeyCampaign,
      'id' | 'kind' | 'keyName' | 'failureBudget' | 'requestedBy' | 'requestedAt'
    >,
  ): Promise<KeyCampaign | null>;
  find(id: KeyCampaignId): Promise<KeyCampaign | null>;
  /** Locks the row until the transaction ends. */
  findForUpdate(id: KeyCampaignId): Promise<KeyCampaign | null>;
  /** The last campaigns, newest first. */
  list(limit: number): Promise<readonly KeyCampaign[]>;
  /** Campaigns that a worker has something to do for, oldest first: all that are not settled. */
  listUnsettled(): Promise<readonly KeyCampaign[]>;
  /** Moves the campaign on if it still is in `seen`'s state; null when it is not. */
  advance(seen: KeyCampaign, step: KeyCampaignStep): Promise<KeyCampaign | null>;
  /** Records that nothing is left to be done for the campaign. */
  settle(id: KeyCampaignId, at: Date): Promise<void>;

  /** Instances that have the key of the campaign's name and owner, in an order of no meaning. */
  affected(campaign: Pick<KeyCampaign, 'id' | 'kind' | 'keyName'>): Promise<readonly InstanceId[]>;
  /** Adds a waiting move for each instance, with the wave at its place. */
  plan(
    id: KeyCampaignId,
    moves: readonly { readonly instanceId: InstanceId; readonly wave: number }[],
    at: Date,
  ): Promise<void>;
  moves(id: KeyCampaignId): Promise<readonly KeyMove[]>;
  /** Every begun move that is over. */
  ended(id: KeyCampaignId): Promise<readonly KeyMoveEnded[]>;
  /** Moves on if it still is in `seen`'s state and attempt; false when it is not. */
  advanceMove(seen: KeyMove, step: KeyMoveStep): Promise<boolean>;
  /** Skips all moves in that state, for one and the same reason. */
  skipAll(id: KeyCampaignId, state: KeyMoveState, reason: SkipReason, at: Date): Promise<void>;
  count(id: KeyCampaignId): Promise<readonly KeyMoveCount[]>;
  /** Moves that ended without a new key, by instance; at most `limit`. */
  listUnmoved(id: KeyCampaignId, limit: number): Promise<readonly KeyMove[]>;
}
