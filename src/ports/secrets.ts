import type { InstanceId, KeyCampaignId, WebhookId } from '../domain/ids.js';

/** Changes to a tenant's keys: a value sets, null removes. Applied together as one new version. */
export type KeyChanges = Readonly<Record<string, string | null>>;

/**
 * The tenants' provider keys. They can be written and never read back through this port.
 * All calls fail with `vault_unreachable`, `vault_sealed` or `vault_refused`.
 */
export interface KeyVault {
  /**
   * Applies the changes as one new version and returns its number; other keys stay as they are. Fails
   * with `keys_lost` when the newest version was deleted or destroyed, for there is nothing to apply
   * them to, and with `write_superseded` when others wrote again and again.
   */
  changeKeys(instanceId: InstanceId, changes: KeyChanges, signal: AbortSignal): Promise<number>;
  /**
   * Writes these values alone as a new version where the newest one was deleted or destroyed, and
   * returns its number; null where it is there, for then others would lose theirs.
   */
  startOver(
    instanceId: InstanceId,
    values: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<number | null>;
  /** Destroys every version below `version`, values and all. Safe to repeat. */
  destroyBefore(instanceId: InstanceId, version: number, signal: AbortSignal): Promise<void>;
}

/** The new value of a key campaign, which the API writes and a worker reads until it is over. */
export interface CampaignValues {
  /** Writes the value once; a campaign's value never changes. */
  write(id: KeyCampaignId, value: string, signal: AbortSignal): Promise<void>;
  /** The value, or null when it was destroyed. */
  read(id: KeyCampaignId, signal: AbortSignal): Promise<string | null>;
  /** Destroys the value and all that is known of it. Safe to repeat. */
  destroy(id: KeyCampaignId, signal: AbortSignal): Promise<void>;
  /** All campaigns of which a value is kept. */
  list(signal: AbortSignal): Promise<readonly KeyCampaignId[]>;
}

/**
 * Marks by which two requests that hold secrets can be told apart, and nothing else. Whoever has a mark
 * and a guess can compare them only with the help of Vault, which keeps the key that marks are made
 * with and gives it to nobody.
 */
export interface Fingerprints {
  /** The same mark for the same text, in ASCII. Fails as all calls to Vault do. */
  fingerprint(text: string, signal: AbortSignal): Promise<string>;
}

/** What signs webhooks: the API writes each secret and cannot read it, the worker reads it. */
export interface WebhookSecrets {
  /** Writes the secret as a new version and returns its number, from 1 on. */
  write(id: WebhookId, secret: string, signal: AbortSignal): Promise<number>;
  /** The secret of that version, or null when there is none. */
  read(id: WebhookId, version: number, signal: AbortSignal): Promise<string | null>;
  /** Destroys every version and all that is known of it. Safe to repeat. */
  destroy(id: WebhookId, signal: AbortSignal): Promise<void>;
}

/** What providers themselves say of keys. */
export interface KeyProbe {
  /**
   * Whether the provider takes the key, asked by a call that costs nothing. Fails with
   * `provider_unreachable` when it does not say; no fault holds anything of the value.
   */
  isTaken(name: string, value: string, signal: AbortSignal): Promise<boolean>;
}

/** The gateways' own admin tokens, which the control plane needs to operate them. */
export interface GatewayTokens {
  /**
   * Makes sure that version `version` of the token exists, creating it as a fresh random token if
   * it does not. Safe to repeat and to race: all callers end with the same token.
   */
  ensureToken(instanceId: InstanceId, version: number, signal: AbortSignal): Promise<void>;
  /** The token of that version, or null when it does not exist (any more). */
  readToken(instanceId: InstanceId, version: number, signal: AbortSignal): Promise<string | null>;
}

/** Removes all that was ever kept for an instance: every version, its metadata, its identity. */
export interface SecretShredder {
  shred(instanceId: InstanceId, signal: AbortSignal): Promise<void>;
  /** All instances for which any secret is kept; names only, no values. */
  listInstanceIds(signal: AbortSignal): Promise<readonly InstanceId[]>;
}
