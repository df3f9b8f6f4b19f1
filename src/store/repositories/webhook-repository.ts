import type { EntityManager } from 'typeorm';
import { In, IsNull, MoreThan } from 'typeorm';
import { z } from 'zod';
import type { WebhookId } from '../../domain/ids.js';
import { isEventType } from '../../domain/webhooks/event-types.js';
import type { DisabledReason, Webhook, WebhookAudience } from '../../domain/webhooks/webhook.js';
import { DISABLED_REASONS, WEBHOOK_AUDIENCES } from '../../domain/webhooks/webhook.js';
import type { Page, Paged, WebhookChanges, WebhookStore } from '../../ports/index.js';
import { queryRows } from '../raw-rows.js';
import { WebhookRow } from '../rows/webhook-row.js';
import { storedIn } from '../stored-words.js';

const NOTE_FAILURE = `
  UPDATE webhooks SET failing_since = coalesce(failing_since, $2) WHERE id = $1 RETURNING *`;

const NOTE_SUCCESS = `
  UPDATE webhooks SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL`;

const DISABLE = `
  UPDATE webhooks SET disabled_at = $3, disabled_reason = $2
  WHERE id = $1 AND disabled_at IS NULL AND removed_at IS NULL RETURNING *`;

const REMOVE = `
  UPDATE webhooks SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL RETURNING id`;

const LIST_REMOVED = `
  SELECT id FROM webhooks
  WHERE removed_at < $1 OR (secret_version = 0 AND created_at < $1) ORDER BY id LIMIT $2`;

/** Webhooks in PostgreSQL; their secrets are in Vault alone. */
export class PostgresWebhookStore implements WebhookStore {
  constructor(private readonly manager: EntityManager) {}

  async insert(webhook: Webhook): Promise<void> {
    await this.manager.insert(WebhookRow, columnsOf(webhook));
  }

  async find(id: WebhookId): Promise<Webhook | null> {
    const row = await this.manager.findOneBy(WebhookRow, { id, removedAt: IsNull() });
    return row === null ? null : toWebhook(row);
  }

  /** By their ids; removed ones are left out. */
  async findMany(ids: readonly string[]): Promise<ReadonlyMap<WebhookId, Webhook>> {
    const where = { id: In([...new Set(ids)]), removedAt: IsNull() };
    const rows = ids.length === 0 ? [] : await this.manager.findBy(WebhookRow, where);
    return new Map(rows.map(toWebhook).map((webhook) => [webhook.id, webhook]));
  }

  async findForUpdate(id: WebhookId): Promise<Webhook | null> {
    const where = { id, removedAt: IsNull() };
    const lock = { mode: 'pessimistic_write' } as const;
    const row = await this.manager.findOne(WebhookRow, { where, lock });
    return row === null ? null : toWebhook(row);
  }

  async list(audience: WebhookAudience | 'all', { limit, cursor }: Page): Promise<Paged<Webhook>> {
    const rows = await this.manager.find(WebhookRow, {
      where: {
        removedAt: IsNull(),
        ...(audience === 'all' ? {} : { audience }),
        ...(cursor === null ? {} : { id: MoreThan(cursor) }),
      },
      order: { id: 'ASC' },
      take: limit + 1,
    });
    const shown = rows.slice(0, limit).map(toWebhook);
    return { rows: shown, nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
  }

  count(): Promise<number> {
    return this.manager.countBy(WebhookRow, { removedAt: IsNull() });
  }

  async listEnabled(): Promise<readonly Webhook[]> {
    const enabled = { removedAt: IsNull(), disabledAt: IsNull(), secretVersion: MoreThan(0) };
    return (await this.manager.findBy(WebhookRow, enabled)).map(toWebhook);
  }

  async change(id: WebhookId, changes: WebhookChanges): Promise<Webhook | null> {
    if (Object.keys(changes).length > 0) {
      await this.manager.update(WebhookRow, { id, removedAt: IsNull() }, columnsOf(changes));
    }
    return this.find(id);
  }

  async noteFailure(id: WebhookId, at: Date): Promise<Date> {
    const [row] = await queryRows(this.manager, WebhookRow, NOTE_FAILURE, [id, at]);
    return row?.failingSince ?? at;
  }

  async noteSuccess(id: WebhookId): Promise<void> {
    await this.manager.query(NOTE_SUCCESS, [id]);
  }

  async disable(id: WebhookId, reason: DisabledReason, at: Date): Promise<Webhook | null> {
    const [row] = await queryRows(this.manager, WebhookRow, DISABLE, [id, reason, at]);
    return row === undefined ? null : toWebhook(row);
  }

  async remove(id: WebhookId, at: Date): Promise<boolean> {
    const rows = await queryRows(this.manager, WebhookRow, REMOVE, [id, at]);
    return rows.length > 0;
  }

  async listRemoved(at: Date, limit: number): Promise<readonly WebhookId[]> {
    const rows = await queryRows(this.manager, WebhookRow, LIST_REMOVED, [at, limit]);
    return rows.map(({ id }) => id as WebhookId);
  }

  async forget(id: WebhookId): Promise<void> {
    await this.manager.delete(WebhookRow, { id });
  }
}

const Words = z.object({
  audience: z.enum(WEBHOOK_AUDIENCES),
  disabledReason: z.enum(DISABLED_REASONS).nullable(),
});

function toWebhook(row: WebhookRow): Webhook {
  const words = storedIn('webhooks', row, Words);
  const { removedAt: _removedAt, ...rest } = row;
  return {
    ...{ ...rest, ...words, id: row.id as WebhookId },
    // Types of another release are left out: what this one does not know, it cannot tell of.
    eventTypes: row.eventTypes?.filter(isEventType) ?? null,
  };
}

function columnsOf<Part extends WebhookChanges>(part: Part): Omit<Part, 'eventTypes'> & Types {
  const { eventTypes, ...rest } = part;
  if (eventTypes === undefined) return rest;
  return { ...rest, eventTypes: eventTypes === null ? null : [...eventTypes] };
}

interface Types {
  eventTypes?: string[] | null;
}
