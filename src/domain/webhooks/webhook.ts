import type { DeliveryId, EventId, WebhookId } from '../ids.js';
import type { Role } from '../principal.js';
import type { EventType } from './event-types.js';

/**
 * Whose webhook it is, and so what it hears of: `product` of instances that have or had a tenant,
 * `operator` of everything.
 */
export const WEBHOOK_AUDIENCES = ['product', 'operator'] as const;
export type WebhookAudience = (typeof WEBHOOK_AUDIENCES)[number];

/** `asked`: by a caller. `gone`: it answered 410. `failing`: it took nothing for days. */
export const DISABLED_REASONS = ['asked', 'gone', 'failing'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

/** An address that is told of events, by requests signed with a secret that Vault keeps. */
export interface Webhook {
  readonly id: WebhookId;
  readonly audience: WebhookAudience;
  readonly url: string;
  /** Null for every event, those of later releases included. */
  readonly eventTypes: readonly EventType[] | null;
  readonly description: string;
  readonly createdAt: Date;
  readonly createdBy: string;
  /** Since when it is told nothing; null while it is. */
  readonly disabledAt: Date | null;
  readonly disabledReason: DisabledReason | null;
  /** When the first attempt failed of those since the last one that did not. */
  readonly failingSince: Date | null;
  /** Version in Vault of the secret that signs; 0 until it is written. */
  readonly secretVersion: number;
  /** The version before, which signs as well until `previousUntil`. */
  readonly previousVersion: number | null;
  readonly previousUntil: Date | null;
}

/** `pending`: its next attempt has a time. The others are final until somebody has it replayed. */
export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** Why an attempt got no answer. */
export const SEND_FAILURES = [
  'timeout',
  'unreachable',
  'tls_refused',
  'address_refused',
  'cut_off',
] as const;
export type SendFailure = (typeof SEND_FAILURES)[number];

/** What an event says, free of secrets. */
export type EventData = Readonly<Record<string, string | number | boolean | null>>;

/** One event on its way to one webhook. */
export interface Delivery {
  readonly id: DeliveryId;
  readonly webhookId: WebhookId;
  readonly eventId: EventId;
  readonly type: EventType;
  readonly occurredAt: Date;
  readonly data: EventData;
  readonly state: DeliveryState;
  /** Since it was made or last replayed. */
  readonly attempts: number;
  /** Null once it is over. */
  readonly nextAttemptAt: Date | null;
  readonly lastAttemptAt: Date | null;
  /** Status of the last answer; null when there was none. */
  readonly lastStatus: number | null;
  readonly lastFailure: SendFailure | null;
  /** Grows with each attempt and replay: whoever reports an end says which one's. */
  readonly fence: number;
  readonly createdAt: Date;
}

/** The webhooks that a caller sees and changes; null for those who see none. */
export function audienceOfRole(role: Role): WebhookAudience | 'all' | null {
  switch (role) {
    case 'operator':
    case 'auditor':
      return 'all';
    case 'product':
      return 'product';
    case 'tenant':
      return null;
  }
}

/** Versions of the secret that sign at `now`, the newest first. */
export function signingVersions(webhook: Webhook, now: Date): readonly number[] {
  const { secretVersion, previousVersion, previousUntil } = webhook;
  const hasOverlap = previousVersion !== null && previousUntil !== null && now < previousUntil;
  return hasOverlap ? [secretVersion, previousVersion] : [secretVersion];
}
