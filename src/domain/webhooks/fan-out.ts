import type { EventType } from './event-types.js';
import { isEventType } from './event-types.js';
import type { EventData, Webhook } from './webhook.js';

/** An event as it was written down, with what is known of the instance that it is about. */
export interface RecordedEvent {
  readonly topic: string;
  /** Id of what it is about: an instance, a key campaign, a webhook. */
  readonly key: string;
  readonly payload: EventData;
  readonly at: Date;
  /** The instance's owner, the former one of a deleted one; null for what no tenant ever had. */
  readonly tenantRef: string | null;
  readonly instanceName: string | null;
}

/** An event as webhooks are told of it. */
export interface PublicEvent {
  readonly type: EventType;
  readonly data: EventData;
}

/** What webhooks are told of the event; null for topics that this release knows nothing of. */
export function publicEventOf(event: RecordedEvent): PublicEvent | null {
  const { topic, key, payload, tenantRef, instanceName } = event;
  if (!isEventType(topic)) return null;
  switch (subjectOf(topic)) {
    case 'instance': {
      const data = { instance: key, tenant: tenantRef, ...payload, name: instanceName };
      return { type: topic, data };
    }
    case 'key_campaign':
      return { type: topic, data: { campaign: key, ...payload } };
    case 'webhook':
      return { type: topic, data: { webhook: key, ...payload } };
  }
}

/**
 * Whether the webhook hears of the event: of the types that it named, of what is its audience's
 * business, and of nothing that happened before it was there.
 */
export function hears(webhook: Webhook, event: RecordedEvent, type: EventType): boolean {
  if (event.at < webhook.createdAt) return false;
  if (webhook.eventTypes !== null && !webhook.eventTypes.includes(type)) return false;
  return webhook.audience === 'operator' || isForProducts(event, type);
}

/** Members of the stock and campaigns are the operator's business alone. */
function isForProducts({ tenantRef, payload }: RecordedEvent, type: EventType): boolean {
  switch (subjectOf(type)) {
    case 'instance':
      return tenantRef !== null;
    case 'key_campaign':
      return false;
    case 'webhook':
      return payload['audience'] === 'product';
  }
}

type Subject = EventType extends `${infer Noun}.${string}` ? Noun : never;

function subjectOf(type: EventType): Subject {
  return type.slice(0, type.indexOf('.')) as Subject;
}
