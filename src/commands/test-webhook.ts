import { ID_SUFFIX_LENGTH, deliveryIdOf, eventIdOf } from '../domain/ids.js';
import type { WebhookId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import type { Delivery } from '../domain/webhooks/webhook.js';
import { assertInvariant } from '../errors/index.js';
import type { Clock } from '../lib/clock.js';
import { randomBase32 } from '../lib/random.js';
import type { Store } from '../ports/index.js';
import { actorOf } from './visibility.js';
import { assertEnabled, visibleWebhook } from './webhook-access.js';

/**
 * Has an event `webhook.test` delivered to one webhook, whatever types it named. Faults: `forbidden`,
 * `webhook_unknown`, `webhook_disabled`.
 */
export class TestWebhook {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, id }: { caller: Caller; id: WebhookId }): Promise<Delivery> {
    const { principal, requestId, from } = caller;
    return this.store.transaction(async (tx) => {
      assertEnabled(await visibleWebhook(tx, principal, id));
      const at = this.clock.now();
      const one = {
        id: deliveryIdOf(randomBase32(ID_SUFFIX_LENGTH)),
        eventId: eventIdOf(randomBase32(ID_SUFFIX_LENGTH)),
        type: 'webhook.test',
        ...{ webhookId: id, occurredAt: at, data: { webhook: id } },
      } as const;
      await tx.deliveries.enqueue([one], at);
      await tx.audit.append({
        ...{ at, actor: actorOf(principal), action: 'webhook.test', target: id },
        ...{ outcome: 'done', requestId, from, details: { delivery: one.id } },
      });
      const delivery = await tx.deliveries.find(id, one.id);
      assertInvariant(delivery !== null, 'row_malformed', { table: 'webhook_deliveries' });
      return delivery;
    });
  }
}
