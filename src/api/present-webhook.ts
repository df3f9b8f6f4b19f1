import type { z } from 'zod';
import type { Delivery, Webhook } from '../domain/webhooks/webhook.js';
import type { DeliveryShown, WebhookShown } from './webhook-schemas.js';

/** A webhook as the API shows it. */
export function presentWebhook(webhook: Webhook): z.infer<typeof WebhookShown> {
  const { id, audience, url, eventTypes, description, createdBy, disabledReason } = webhook;
  return {
    ...{ id, audience, url, description, createdBy, disabledReason },
    eventTypes: eventTypes === null ? null : [...eventTypes],
    isEnabled: webhook.disabledAt === null,
    createdAt: webhook.createdAt.toISOString(),
    disabledAt: webhook.disabledAt?.toISOString() ?? null,
    failingSince: webhook.failingSince?.toISOString() ?? null,
    previousSecretUntil: webhook.previousUntil?.toISOString() ?? null,
  };
}

/** A delivery as the API shows it. */
export function presentDelivery(delivery: Delivery): z.infer<typeof DeliveryShown> {
  const { id, eventId, type, data, state, attempts, lastStatus, lastFailure } = delivery;
  return {
    ...{ id, eventId, type, state, attempts, lastStatus, lastFailure },
    data: { ...data },
    occurredAt: delivery.occurredAt.toISOString(),
    nextAttemptAt: delivery.nextAttemptAt?.toISOString() ?? null,
    lastAttemptAt: delivery.lastAttemptAt?.toISOString() ?? null,
    createdAt: delivery.createdAt.toISOString(),
  };
}
