import type { WebhookId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import { Fault } from '../errors/index.js';
import type { Clock } from '../lib/clock.js';
import { plusMs } from '../lib/clock.js';
import type { Store, WebhookSecrets } from '../ports/index.js';
import type { WebhookWithSecret } from './create-webhook.js';
import { newSecret } from './create-webhook.js';
import { actorOf } from './visibility.js';
import { visibleWebhook } from './webhook-access.js';

/**
 * Gives a webhook another signing secret. For `overlapMs` both sign, so that its receiver can change
 * over without losing anything; with none, the old one signs nothing from now on.
 *
 * A crash between Vault and the row leaves the old secret in use. Faults: `forbidden`,
 * `webhook_unknown`, `write_superseded`, `vault_*`.
 */
export class RenewWebhookSecret {
  constructor(
    private readonly store: Store,
    private readonly secrets: Pick<WebhookSecrets, 'write'>,
    private readonly clock: Clock,
  ) {}

  async execute(request: {
    readonly caller: Caller;
    readonly id: WebhookId;
    readonly overlapMs: number;
    readonly signal: AbortSignal;
  }): Promise<WebhookWithSecret> {
    const { caller, id, overlapMs, signal } = request;
    const { principal, requestId, from } = caller;
    const seen = await visibleWebhook(this.store, principal, id);
    const secret = newSecret();
    const secretVersion = await this.secrets.write(id, secret, signal);
    return this.store.transaction(async (tx) => {
      const now = await visibleWebhook(tx, principal, id, true);
      if (now.secretVersion !== seen.secretVersion) {
        throw new Fault('write_superseded', 'Somebody else renewed it at once; try again.');
      }
      const at = this.clock.now();
      const hasOverlap = overlapMs > 0 && now.secretVersion > 0;
      const webhook = await tx.webhooks.change(id, {
        secretVersion,
        previousVersion: hasOverlap ? now.secretVersion : null,
        previousUntil: hasOverlap ? plusMs(at, overlapMs) : null,
      });
      await tx.audit.append({
        ...{ at, actor: actorOf(principal), action: 'webhook.renew_secret', target: id },
        ...{ outcome: 'done', requestId, from, details: { secretVersion, overlapMs } },
      });
      return { webhook: webhook ?? now, secret };
    });
  }
}
