import { ID_SUFFIX_LENGTH, deliveryIdOf, eventIdOf } from '../../domain/ids.js';
import { hears, publicEventOf } from '../../domain/webhooks/fan-out.js';
import type { Webhook } from '../../domain/webhooks/webhook.js';
import { randomBase32 } from '../../lib/random.js';
import type { DeliveryStore, UntoldEvent } from '../../ports/index.js';
import type { WebhookPorts } from './webhook-ports.js';

/** Events per transaction; with as many webhooks as there may be, some thousand deliveries. */
const BATCH = 100;

type NewDelivery = Parameters<DeliveryStore['enqueue']>[0][number];

/**
 * Makes a delivery of each new event for each webhook that is to hear of it. Both in one transaction
 * with the mark that the event was told, so that a worker may be killed at any instant: none is lost,
 * and none is told twice. True when there may be more.
 */
export async function tellWebhooks({
  store,
  clock,
}: Pick<WebhookPorts, 'store' | 'clock'>): Promise<boolean> {
  return store.transaction(async (tx) => {
    const events = await tx.outbox.takeUntold(BATCH);
    if (events.length === 0) return false;
    const webhooks = await tx.webhooks.listEnabled();
    const deliveries = events.flatMap((event) => deliveriesOf(event, webhooks));
    const at = clock.now();
    await tx.deliveries.enqueue(deliveries, at);
    await tx.outbox.markTold(
      events.map(({ number }) => number),
      at,
    );
    return events.length === BATCH;
  });
}

function deliveriesOf(event: UntoldEvent, webhooks: readonly Webhook[]): readonly NewDelivery[] {
  const told = publicEventOf(event);
  if (told === null) return [];
  const eventId = eventIdOf(randomBase32(ID_SUFFIX_LENGTH));
  return webhooks
    .filter((webhook) => hears(webhook, event, told.type))
    .map(({ id: webhookId }) => {
      const id = deliveryIdOf(randomBase32(ID_SUFFIX_LENGTH));
      return { id, webhookId, eventId, ...told, occurredAt: event.at };
    });
}
