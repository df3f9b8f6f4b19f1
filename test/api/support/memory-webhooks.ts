import type { WebhookCommands } from '../../../src/api/routes/webhooks.js';
import { ChangeWebhook } from '../../../src/commands/change-webhook.js';
import { CreateWebhook } from '../../../src/commands/create-webhook.js';
import { FindWebhook } from '../../../src/commands/find-webhook.js';
import { RenewWebhookSecret } from '../../../src/commands/renew-webhook-secret.js';
import { ReplayDeliveries } from '../../../src/commands/replay-deliveries.js';
import { TestWebhook } from '../../../src/commands/test-webhook.js';
import type { AuditEntry } from '../../../src/domain/audit/audit-entry.js';
import type { DeliveryId, WebhookId } from '../../../src/domain/ids.js';
import type { Delivery, Webhook } from '../../../src/domain/webhooks/webhook.js';
import { systemClock } from '../../../src/lib/clock.js';
import type { DeliveryStore, Page, Paged, Store, WebhookStore } from '../../../src/ports/index.js';
import { FakeWebhookSecrets } from '../../support/fakes/fake-webhook-secrets.js';
import { FakeWebhookSender } from '../../support/fakes/fake-webhook-sender.js';

/** The real commands on webhooks, on a store in memory; nobody delivers anything. */
export class MemoryWebhooks {
  readonly rows = new Map<WebhookId, Webhook>();
  readonly deliveries = new Map<DeliveryId, Delivery>();
  readonly secrets = new FakeWebhookSecrets();
  readonly audited: AuditEntry[] = [];
  readonly commands: WebhookCommands;

  constructor() {
    const tx = {
      webhooks: this.#webhooks(),
      deliveries: this.#deliveries(),
      audit: { append: async (entry: AuditEntry) => void this.audited.push(entry) },
    } as unknown as Store;
    const transaction: Store['transaction'] = (work) => work(tx);
    const store: Store = { ...tx, transaction };
    const sender = new FakeWebhookSender();
    this.commands = {
      create: new CreateWebhook(store, this.secrets, sender, systemClock),
      change: new ChangeWebhook(store, sender, systemClock),
      renewSecret: new RenewWebhookSecret(store, this.secrets, systemClock),
      find: new FindWebhook(store),
      replay: new ReplayDeliveries(store, systemClock),
      test: new TestWebhook(store, systemClock),
    };
  }

  /** What a worker would have recorded: the delivery was given up. */
  giveUp(id: DeliveryId): void {
    this.#change(id, { state: 'failed', nextAttemptAt: null, lastStatus: 500, attempts: 9 });
  }

  #change(id: DeliveryId, changes: Partial<Delivery>): Delivery | null {
    const row = this.deliveries.get(id);
    if (row === undefined) return null;
    const changed = { ...row, ...changes };
    this.deliveries.set(id, changed);
    return changed;
  }

  #webhooks(): Partial<WebhookStore> {
    const find = async (id: WebhookId): Promise<Webhook | null> => this.rows.get(id) ?? null;
    return {
      find,
      findForUpdate: find,
      insert: async (webhook) => void this.rows.set(webhook.id, webhook),
      count: async () => this.rows.size,
      list: async (audience, page) => {
        const all = [...this.rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
        return pageOf(
          all.filter((one) => audience === 'all' || one.audience === audience),
          page,
        );
      },
      change: async (id, changes) => {
        const row = this.rows.get(id);
        if (row !== undefined) this.rows.set(id, { ...row, ...changes });
        return find(id);
      },
      remove: async (id) => this.rows.delete(id),
    };
  }

  #deliveries(): Partial<DeliveryStore> {
    return {
      enqueue: async (deliveries, at) => {
        for (const one of deliveries) {
          this.deliveries.set(one.id, {
            ...{ ...one, state: 'pending', attempts: 0, nextAttemptAt: at, fence: 0 },
            ...{ lastAttemptAt: null, lastStatus: null, lastFailure: null, createdAt: at },
          });
        }
      },
      find: async (_webhookId, id) => this.deliveries.get(id) ?? null,
      list: async (webhookId, state, page) => {
        const mine = [...this.deliveries.values()].filter((one) => one.webhookId === webhookId);
        return pageOf(mine.filter((one) => state === null || one.state === state).reverse(), page);
      },
      replay: async (_webhookId, id, at) =>
        this.#change(id, { state: 'pending', attempts: 0, nextAttemptAt: at }),
      replaySince: async ({ states, since }, at) => {
        const over = [...this.deliveries.values()].filter(
          ({ state, occurredAt }) => states.includes(state) && occurredAt >= since,
        );
        for (const { id } of over) this.#change(id, { state: 'pending', nextAttemptAt: at });
        return { count: over.length, nextCursor: null };
      },
    };
  }
}

function pageOf<Row extends { readonly id: string }>(
  all: readonly Row[],
  { limit, cursor }: Page,
): Paged<Row> {
  const begin = cursor === null ? 0 : all.findIndex(({ id }) => id === cursor) + 1;
  const rows = all.slice(begin, begin + limit);
  const hasMore = all.length > begin + limit;
  return { rows, nextCursor: hasMore ? (rows.at(-1)?.id ?? null) : null };
}
