import type { DeliveryId, WebhookId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import type { Delivery, DeliveryState } from '../domain/webhooks/webhook.js';
import { Fault } from '../errors/index.js';
import type { Clock } from '../lib/clock.js';
import type { Repositories, ReplayedPage, Store } from '../ports/index.js';
import { actorOf } from './visibility.js';
import { assertEnabled, visibleWebhook } from './webhook-access.js';

/** Deliveries per call; more than that would hold their rows for long. */
const REPLAYED_MAX = 1_000;

/**
 * Has deliveries made anew, with the same `webhook-id` and the same body: one, whatever became of it,
 * or all of events since a time, a bounded number per call. A worker does it.
 *
 * Faults: `forbidden`, `webhook_unknown`, `delivery_unknown`, `webhook_disabled`.
 */
export class ReplayDeliveries {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async one(request: {
    readonly caller: Caller;
    readonly webhookId: WebhookId;
    readonly id: DeliveryId;
  }): Promise<Delivery> {
    const { caller, webhookId, id } = request;
    return this.store.transaction(async (tx) => {
      assertEnabled(await visibleWebhook(tx, caller.principal, webhookId));
      const at = this.clock.now();
      const delivery = await tx.deliveries.replay(webhookId, id, at);
      if (delivery === null) {
        throw new Fault('delivery_unknown', 'This webhook has no delivery of that id.');
      }
      await note(tx, caller, { webhookId, at, details: { delivery: id } });
      return delivery;
    });
  }

  async since(request: {
    readonly caller: Caller;
    readonly webhookId: WebhookId;
    readonly since: Date;
    readonly states: readonly DeliveryState[];
    readonly cursor: string | null;
  }): Promise<ReplayedPage> {
    const { caller, webhookId, since, states, cursor } = request;
    return this.store.transaction(async (tx) => {
      assertEnabled(await visibleWebhook(tx, caller.principal, webhookId));
      const at = this.clock.now();
      const page = { limit: REPLAYED_MAX, cursor };
      const replayed = await tx.deliveries.replaySince({ webhookId, since, states, page }, at);
      const details = { since: since.toISOString(), states: states.join(' '), ...replayed };
      await note(tx, caller, { webhookId, at, details });
      return replayed;
    });
  }
}

function note(
  { audit }: Repositories,
  { principal, requestId, from }: Caller,
  act: {
    readonly webhookId: WebhookId;
    readonly at: Date;
    readonly details: Readonly<Record<string, string | number | null>>;
  },
): Promise<void> {
  const { webhookId: target, at, details } = act;
  return audit.append({
    ...{ at, actor: actorOf(principal), action: 'webhook.replay', target, details },
    ...{ outcome: 'done', requestId, from },
  });
}
