import type { DeliveryId, WebhookId } from '../domain/ids.js';
import type { EventType } from '../domain/webhooks/event-types.js';
import type { RecordedEvent } from '../domain/webhooks/fan-out.js';
import type {
  Delivery,
  DeliveryState,
  DisabledReason,
  EventData,
  SendFailure,
  Webhook,
  WebhookAudience,
} from '../domain/webhooks/webhook.js';
import type { Page, Paged } from './store.js';

/** Something that happened, for whoever is told of it later. */
export interface OutboxEvent {
  readonly topic: EventType;
  readonly key: string;
  readonly payload: EventData;
  readonly at: Date;
}

/** An event that nobody was told of yet. */
export interface UntoldEvent extends RecordedEvent {
  /** Its place in the outbox. */
  readonly number: string;
}

export interface OutboxStore {
  /** Records an event in the same transaction as the change it tells of. */
  append(event: OutboxEvent): Promise<void>;
  /** The oldest events that nobody was told of, locked until the transaction ends; others skip them. */
  takeUntold(limit: number): Promise<readonly UntoldEvent[]>;
  /** Records that whoever is to hear of these events has a delivery of each. */
  markTold(numbers: readonly string[], at: Date): Promise<void>;
  /** Forgets events from before `at` that were told. */
  deleteBefore(at: Date, limit: number): Promise<number>;
}

/** What changes of a webhook; absent fields stay. */
export type WebhookChanges = Partial<
  Pick<Webhook, 'url' | 'eventTypes' | 'description' | 'disabledAt' | 'disabledReason'> &
    Pick<Webhook, 'failingSince' | 'secretVersion' | 'previousVersion' | 'previousUntil'>
>;

/** Webhooks that are not removed, unless it says otherwise. */
export interface WebhookStore {
  insert(webhook: Webhook): Promise<void>;
  find(id: WebhookId): Promise<Webhook | null>;
  /** Locks the row until the transaction ends. */
  findForUpdate(id: WebhookId): Promise<Webhook | null>;
  /** Those of an audience, or all, in the order of their ids. */
  list(audience: WebhookAudience | 'all', page: Page): Promise<Paged<Webhook>>;
  count(): Promise<number>;
  /** Those that are told of events: enabled, with a secret. */
  listEnabled(): Promise<readonly Webhook[]>;
  /** Null when there is no such webhook. */
  change(id: WebhookId, changes: WebhookChanges): Promise<Webhook | null>;
  /** Notes that an attempt failed, unless one did since the last success; returns since when. */
  noteFailure(id: WebhookId, at: Date): Promise<Date>;
  noteSuccess(id: WebhookId): Promise<void>;
  /** Disables it; null when it is disabled already, or gone. */
  disable(id: WebhookId, reason: DisabledReason, at: Date): Promise<Webhook | null>;
  /** From now on it is as good as gone; its row stays until its secret is destroyed. */
  remove(id: WebhookId, at: Date): Promise<boolean>;
  /** Those removed before `at`, and those made before it whose secret was never written. */
  listRemoved(at: Date, limit: number): Promise<readonly WebhookId[]>;
  /** Deletes a removed webhook's row, and what is left of its deliveries. */
  forget(id: WebhookId): Promise<void>;
}

/** A delivery whose attempt is the taker's until its lease ends. */
export interface TakenDelivery {
  readonly delivery: Delivery;
  readonly webhook: Webhook;
}

export interface DeliveryTaking {
  readonly now: Date;
  /** After so many milliseconds it is due again: whoever took it has died. */
  readonly leaseMs: number;
  /** Attempts at one webhook at once, of all workers together. */
  readonly perWebhookMax: number;
  readonly limit: number;
}

/** How an attempt ended, and what follows. */
export interface DeliveryStep {
  readonly state: DeliveryState;
  readonly nextAttemptAt: Date | null;
  readonly status: number | null;
  readonly failure: SendFailure | null;
}

export interface DeliveryStore {
  enqueue(
    deliveries: readonly Pick<
      Delivery,
      'id' | 'webhookId' | 'eventId' | 'type' | 'occurredAt' | 'data'
    >[],
    at: Date,
  ): Promise<void>;
  find(webhookId: WebhookId, id: DeliveryId): Promise<Delivery | null>;
  /** Newest first. */
  list(webhookId: WebhookId, state: DeliveryState | null, page: Page): Promise<Paged<Delivery>>;
  /**
   * Takes due deliveries for an attempt each, in turns: those of the webhook with the fewest attempts
   * under way first. Webhooks that another worker takes from at this moment are left out.
   */
  take(taking: DeliveryTaking): Promise<readonly TakenDelivery[]>;
  /** Records an attempt's end unless another one, or a replay, began since; false then. */
  finish(seen: Delivery, step: DeliveryStep): Promise<boolean>;
  /** Gives an attempt back that was not made: it does not count, and is due at `at`. */
  putBack(seen: Delivery, at: Date): Promise<void>;
  /** Has a delivery made anew, whatever became of it; null when there is none. */
  replay(webhookId: WebhookId, id: DeliveryId, at: Date): Promise<Delivery | null>;
  /** Has deliveries that are over made anew, oldest first. */
  replaySince(wish: ReplayWish, at: Date): Promise<ReplayedPage>;
  /** When the delivery fell due that waits longest; null when none does. */
  dueSince(now: Date): Promise<Date | null>;
  /** Forgets deliveries of one webhook. */
  deleteOf(webhookId: WebhookId, limit: number): Promise<number>;
  /** Forgets deliveries that were made before `at`, pending ones of disabled webhooks included. */
  deleteBefore(at: Date, limit: number): Promise<number>;
}

export interface ReplayWish {
  readonly webhookId: WebhookId;
  /** Of events that happened at or after it. */
  readonly since: Date;
  readonly states: readonly DeliveryState[];
  readonly page: Page;
}

export interface ReplayedPage {
  readonly count: number;
  /** Where the next page begins; null when there is none. */
  readonly nextCursor: string | null;
}
