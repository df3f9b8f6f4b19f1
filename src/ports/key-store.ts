import type { InstanceId, RotationId } from '../domain/ids.js';
import type { KeyCampaign, KeyOwner } from '../domain/key-campaign/key-campaign.js';
import type { RevertReason, Rotation, RotationState } from '../domain/rotation.js';

/** What is known of a tenant's key: never its value, never a part of it. */
export interface KeyRecord {
  readonly name: string;
  /** Whose key the present value is. */
  readonly owner: KeyOwner;
  /** Version of the keys in Vault that brought this key's present value. */
  readonly version: number;
  readonly setAt: Date;
  /** Number of the rotation that brought the value, see keyField; 0 for one that was set. */
  readonly slot: number;
  /** When a live call was last answered with this value; null for never. */
  readonly provenAt: Date | null;
  /** Live once the gateway was seen to run with this version. */
  readonly isLive: boolean;
  /** Since when the tenant is asked to bring another value; null while nobody asks. */
  readonly renewalDueAt: Date | null;
}

export interface KeyStore {
  list(instanceId: InstanceId): Promise<readonly KeyRecord[]>;
  /**
   * Records that Vault holds `version` with these names set and removed, and raises the instance's
   * key version and revision with it. Out-of-order calls end in the same rows.
   */
  record(
    instanceId: InstanceId,
    change: {
      readonly version: number;
      /** Each name with the slot that its value was written to. */
      readonly set: ReadonlyMap<string, number>;
      readonly removed: readonly string[];
      readonly owner: KeyOwner;
      readonly at: Date;
    },
  ): Promise<void>;
  /** Marks all keys as removed, without a new revision: Vault lost them, and the gateway has its file. */
  forget(instanceId: InstanceId, at: Date): Promise<void>;
  /** Raises the instance's key version and revision, and returns the new revision. */
  raise(instanceId: InstanceId, version: number): Promise<number>;
  /**
   * Has the instance use the values that a rotation wrote and proved, as of `version` of its keys,
   * and returns the new revision. A key that was removed meanwhile stays removed.
   */
  promote(rotation: Rotation, change: { version: number; at: Date }): Promise<number>;
  /** Asks the tenant to renew their own key; false when there is none of that name any more. */
  askToRenew(instanceId: InstanceId, name: string, at: Date): Promise<boolean>;
  /** No longer asks whom a campaign has asked and who has not renewed. */
  stopAsking(campaign: Pick<KeyCampaign, 'id' | 'keyName'>): Promise<void>;
}

/** What changes with a rotation's state; absent fields stay. */
export interface RotationStep {
  readonly state: RotationState;
  readonly at: Date;
  readonly revision?: number;
  readonly reason?: RevertReason;
  readonly provenAt?: Date;
}

export interface RotationStore {
  /**
   * Opens a rotation in state `writing` and gives it the instance's next number; null while another
   * one of the instance is open.
   */
  open(
    rotation: Pick<Rotation, 'id' | 'instanceId' | 'names' | 'owner'> & { readonly at: Date },
  ): Promise<Rotation | null>;
  find(id: RotationId): Promise<Rotation | null>;
  /** The instance's one rotation that is not over. */
  findOpen(instanceId: InstanceId): Promise<Rotation | null>;
  /** The instance's rotations, newest first. */
  list(instanceId: InstanceId, limit: number): Promise<readonly Rotation[]>;
  /** Moves the rotation on if it still is in `seen`'s state; null when it is not. */
  advance(seen: Rotation, step: RotationStep): Promise<Rotation | null>;
  /**
   * Ends the instance's open rotation as reverted, if there is one, and says so in the audit. Belongs
   * in every transaction that takes an instance out of `ready`: nobody would advance it any more.
   */
  closeOpen(
    instanceId: InstanceId,
    closing: { readonly at: Date; readonly reason: RevertReason; readonly actor: string },
  ): Promise<void>;
}
