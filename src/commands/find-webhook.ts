import type { WebhookId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import type { Delivery, DeliveryState, Webhook } from '../domain/webhooks/webhook.js';
import type { Page, Paged, Store } from '../ports/index.js';
import { audienceOf, visibleWebhook } from './webhook-access.js';

/** Reads webhooks and what became of their deliveries. Faults: `forbidden`, `webhook_unknown`. */
export class FindWebhook {
  constructor(private readonly store: Store) {}

  async execute(caller: Caller, id: WebhookId): Promise<Webhook> {
    return visibleWebhook(this.store, caller.principal, id);
  }

  async list(caller: Caller, page: Page): Promise<Paged<Webhook>> {
    return this.store.webhooks.list(audienceOf(caller.principal), page);
  }

  /** Newest first. */
  async deliveries(request: {
    readonly caller: Caller;
    readonly id: WebhookId;
    readonly state: DeliveryState | null;
    readonly page: Page;
  }): Promise<Paged<Delivery>> {
    const { id } = await visibleWebhook(this.store, request.caller.principal, request.id);
    return this.store.deliveries.list(id, request.state, request.page);
  }
}
