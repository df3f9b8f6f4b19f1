import { ID_SUFFIX_LENGTH, webhookIdOf } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import type { EventType } from '../domain/webhooks/event-types.js';
import { SECRET_PREFIX } from '../domain/webhooks/signature.js';
import type { Webhook } from '../domain/webhooks/webhook.js';
import { Fault } from '../errors/index.js';
import type { Clock } from '../lib/clock.js';
import { randomBase32, randomBase64 } from '../lib/random.js';
import type { Repositories, Store, WebhookSecrets, WebhookSender } from '../ports/index.js';
import { actorOf } from './visibility.js';
import { audienceOf, hostOf } from './webhook-access.js';

/** Each event is looked at for each webhook, so there is an end to their number. */
const WEBHOOKS_MAX = 100;
/** Random bytes of a signing secret; Standard Webhooks asks for 24 to 64. */
const SECRET_BYTES = 32;

/** What a webhook is to be. */
export interface WebhookWish {
  readonly url: string;
  /** Null for every event. */
  readonly eventTypes: readonly EventType[] | null;
  readonly description: string;
  readonly isEnabled: boolean;
}

export interface WebhookWithSecret {
  readonly webhook: Webhook;
  /** What signs for it; it is in this answer and in Vault, where only a worker reads it. */
  readonly secret: string;
}

/**
 * Makes a webhook. The row is there before the secret, so that no secret is without a row that leads
 * to it; a crash in between leaves a webhook that is told nothing, and that a worker removes.
 *
 * Faults: `forbidden`, `webhook_url_refused`, `webhooks_limit_reached`, `vault_*`.
 */
export class CreateWebhook {
  constructor(
    private readonly store: Store,
    private readonly secrets: Pick<WebhookSecrets, 'write'>,
    private readonly sender: Pick<WebhookSender, 'check'>,
    private readonly clock: Clock,
  ) {}

  async execute(request: {
    readonly caller: Caller;
    readonly wish: WebhookWish;
    readonly signal: AbortSignal;
  }): Promise<WebhookWithSecret> {
    const { caller, wish, signal } = request;
    const audience = audienceOf(caller.principal);
    await this.sender.check(wish.url, signal);
    const { isEnabled, ...described } = wish;
    const at = this.clock.now();
    const webhook: Webhook = {
      ...described,
      id: webhookIdOf(randomBase32(ID_SUFFIX_LENGTH)),
      audience: audience === 'all' ? 'operator' : audience,
      ...{ createdAt: at, createdBy: actorOf(caller.principal) },
      disabledAt: isEnabled ? null : at,
      disabledReason: isEnabled ? null : 'asked',
      ...{ failingSince: null, secretVersion: 0, previousVersion: null, previousUntil: null },
    };
    await this.store.transaction((tx) => insert(tx, webhook, caller));
    const secret = newSecret();
    const secretVersion = await this.#write(webhook, secret, signal);
    const made = await this.store.webhooks.change(webhook.id, { secretVersion });
    if (made === null) throw new Fault('webhook_unknown', 'It was removed in the meantime.');
    return { webhook: made, secret };
  }

  async #write({ id }: Webhook, secret: string, signal: AbortSignal): Promise<number> {
    try {
      return await this.secrets.write(id, secret, signal);
    } catch (error) {
      // Whether or not it was written, a worker clears up behind the row.
      await this.store.webhooks.remove(id, this.clock.now()).catch(() => false);
      throw error;
    }
  }
}

/** A fresh signing secret, in the form that Standard Webhooks gives it. */
export function newSecret(): string {
  return SECRET_PREFIX + randomBase64(SECRET_BYTES);
}

async function insert(
  tx: Repositories,
  webhook: Webhook,
  { requestId, from }: Caller,
): Promise<void> {
  if ((await tx.webhooks.count()) >= WEBHOOKS_MAX) {
    const sentence = `There are ${String(WEBHOOKS_MAX)} webhooks, which is all there may be; delete one.`;
    throw new Fault('webhooks_limit_reached', sentence);
  }
  await tx.webhooks.insert(webhook);
  const { id, audience, url, eventTypes, createdAt: at, createdBy: actor } = webhook;
  await tx.audit.append({
    ...{ at, actor, action: 'webhook.create', target: id, outcome: 'done', requestId, from },
    details: { audience, host: hostOf(url), eventTypes: eventTypes?.join(' ') ?? null },
  });
}
