import type { WebhookId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import type { Webhook } from '../domain/webhooks/webhook.js';
import type { Clock } from '../lib/clock.js';
import type { Store, WebhookChanges, WebhookSender } from '../ports/index.js';
import type { WebhookWish } from './create-webhook.js';
import { actorOf } from './visibility.js';
import { hostOf, visibleWebhook } from './webhook-access.js';

/**
 * Changes a webhook, or removes it. One that is enabled again is sent what waited when it was disabled,
 * and nothing of what happened meanwhile.
 *
 * Faults: `forbidden`, `webhook_unknown`, `webhook_url_refused`.
 */
export class ChangeWebhook {
  constructor(
    private readonly store: Store,
    private readonly sender: Pick<WebhookSender, 'check'>,
    private readonly clock: Clock,
  ) {}

  async execute(request: {
    readonly caller: Caller;
    readonly id: WebhookId;
    /** Absent parts stay. */
    readonly wish: Partial<WebhookWish>;
    readonly signal: AbortSignal;
  }): Promise<Webhook> {
    const { caller, id, wish, signal } = request;
    const { principal, requestId, from } = caller;
    await visibleWebhook(this.store, principal, id);
    if (wish.url !== undefined) await this.sender.check(wish.url, signal);
    return this.store.transaction(async (tx) => {
      const seen = await visibleWebhook(tx, principal, id, true);
      const at = this.clock.now();
      const changed = await tx.webhooks.change(id, changesOf(seen, wish, at));
      await tx.audit.append({
        ...{ at, actor: actorOf(principal), action: 'webhook.change', target: id },
        ...{ outcome: 'done', requestId, from, details: detailsOf(wish) },
      });
      return changed ?? seen;
    });
  }

  /** Nothing is sent any more from now on; a worker destroys what signed for it. */
  async remove({ caller, id }: { caller: Caller; id: WebhookId }): Promise<void> {
    const { principal, requestId, from } = caller;
    await this.store.transaction(async (tx) => {
      const { audience, url } = await visibleWebhook(tx, principal, id, true);
      const at = this.clock.now();
      await tx.webhooks.remove(id, at);
      await tx.audit.append({
        ...{ at, actor: actorOf(principal), action: 'webhook.delete', target: id },
        ...{ outcome: 'done', requestId, from, details: { audience, host: hostOf(url) } },
      });
    });
  }
}

function changesOf(seen: Webhook, wish: Partial<WebhookWish>, at: Date): WebhookChanges {
  const { isEnabled, ...described } = wish;
  const wasEnabled = seen.disabledAt === null;
  if (isEnabled === undefined || isEnabled === wasEnabled) return described;
  if (!isEnabled) return { ...described, disabledAt: at, disabledReason: 'asked' };
  return { ...described, disabledAt: null, disabledReason: null, failingSince: null };
}

/** Not the description: people write there what they like, and the audit keeps it for ever. */
function detailsOf({ url, eventTypes, isEnabled }: Partial<WebhookWish>) {
  return {
    ...(url === undefined ? {} : { host: hostOf(url) }),
    ...(eventTypes === undefined ? {} : { eventTypes: eventTypes?.join(' ') ?? null }),
    ...(isEnabled === undefined ? {} : { isEnabled }),
  };
}
