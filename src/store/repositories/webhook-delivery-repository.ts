import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import type { DeliveryId, EventId, WebhookId } from '../../domain/ids.js';
import { EVENT_TYPES } from '../../domain/webhooks/event-types.js';
import type { Delivery, DeliveryState, EventData } from '../../domain/webhooks/webhook.js';
import { DELIVERY_STATES, SEND_FAILURES } from '../../domain/webhooks/webhook.js';
import { plusMs } from '../../lib/clock.js';
import type {
  DeliveryStep,
  DeliveryStore,
  DeliveryTaking,
  Page,
  Paged,
  ReplayWish,
  ReplayedPage,
  TakenDelivery,
} from '../../ports/index.js';
import { queryRows } from '../raw-rows.js';
import { WebhookDeliveryRow } from '../rows/webhook-delivery-row.js';
import { storedIn } from '../stored-words.js';
import { PostgresWebhookStore } from './webhook-repository.js';

/**
 * The lock on a webhook's row makes its limit exact: only one worker at a time counts what is under
 * way and takes more. Within a webhook by time due, and across webhooks by how many are under way
 * already, so that a long backlog of one holds up nobody else's single event.
 */
const TAKE = `
  WITH open AS (
    SELECT w.id, (
        SELECT count(*) FROM webhook_deliveries f
        WHERE f.webhook_id = w.id AND f.leased_until > $1) AS in_flight
    FROM webhooks w
    WHERE w.disabled_at IS NULL AND w.removed_at IS NULL AND w.secret_version > 0
      AND EXISTS (
        SELECT 1 FROM webhook_deliveries d
        WHERE d.webhook_id = w.id AND d.state = 'pending' AND d.next_attempt_at <= $1)
    FOR UPDATE OF w SKIP LOCKED),
  picked AS (
    SELECT due.id FROM open CROSS JOIN LATERAL (
      SELECT d.id, d.next_attempt_at,
        row_number() OVER (ORDER BY d.next_attempt_at, d.id) + open.in_flight AS turn
      FROM webhook_deliveries d
      WHERE d.webhook_id = open.id AND d.state = 'pending' AND d.next_attempt_at <= $1
      ORDER BY d.next_attempt_at, d.id
      LIMIT greatest(0, $3 - open.in_flight)) due
    ORDER BY due.turn, due.next_attempt_at, due.id LIMIT $4)
  UPDATE webhook_deliveries d
  SET attempts = d.attempts + 1, fence = d.fence + 1, last_attempt_at = $1,
    leased_until = $2, next_attempt_at = $2
  FROM picked
  WHERE d.id = picked.id AND d.state = 'pending' AND d.next_attempt_at <= $1 RETURNING d.*`;

const FINISH = `
  UPDATE webhook_deliveries
  SET state = $3, next_attempt_at = $4, last_status = $5, last_failure = $6, leased_until = NULL
  WHERE id = $1 AND fence = $2 AND state = 'pending' RETURNING id`;

const PUT_BACK = `
  UPDATE webhook_deliveries
  SET attempts = attempts - 1, next_attempt_at = $3, leased_until = NULL
  WHERE id = $1 AND fence = $2 AND state = 'pending'`;

const REPLAY = `
  UPDATE webhook_deliveries
  SET state = 'pending', attempts = 0, fence = fence + 1, next_attempt_at = $3, leased_until = NULL
  WHERE webhook_id = $1 AND id = $2 RETURNING *`;

const REPLAY_SINCE = `
  WITH page AS (
    SELECT id FROM webhook_deliveries
    WHERE webhook_id = $1 AND occurred_at >= $2 AND state = ANY($3::text[])
      AND ($4::text IS NULL OR (created_at, id) > (
        SELECT c.created_at, c.id FROM webhook_deliveries c WHERE c.webhook_id = $1 AND c.id = $4))
    ORDER BY created_at, id LIMIT $5 FOR UPDATE)
  UPDATE webhook_deliveries d
  SET state = 'pending', attempts = 0, fence = d.fence + 1, next_attempt_at = $6, leased_until = NULL
  FROM page WHERE d.id = page.id RETURNING d.*`;

const DUE_SINCE = `
  SELECT min(due.next_attempt_at) AS at
  FROM webhooks w CROSS JOIN LATERAL (
    SELECT d.next_attempt_at FROM webhook_deliveries d
    WHERE d.webhook_id = w.id AND d.state = 'pending' AND d.next_attempt_at <= $1
    ORDER BY d.next_attempt_at LIMIT 1) due
  WHERE w.disabled_at IS NULL AND w.removed_at IS NULL`;

const DELETE_BEFORE = `
  DELETE FROM webhook_deliveries WHERE id IN (
    SELECT id FROM webhook_deliveries WHERE created_at < $1 ORDER BY created_at LIMIT $2)`;

const DELETE_OF = `
  DELETE FROM webhook_deliveries WHERE id IN (
    SELECT id FROM webhook_deliveries WHERE webhook_id = $1 LIMIT $2)`;

/** Deliveries in PostgreSQL. */
export class PostgresDeliveryStore implements DeliveryStore {
  constructor(private readonly manager: EntityManager) {}

  async enqueue(deliveries: Parameters<DeliveryStore['enqueue']>[0], at: Date): Promise<void> {
    const rows = deliveries.map((one) => {
      const data = { ...one.data };
      return { ...one, data, state: 'pending', nextAttemptAt: at, createdAt: at };
    });
    if (rows.length > 0) await this.manager.insert(WebhookDeliveryRow, rows);
  }

  async find(webhookId: WebhookId, id: DeliveryId): Promise<Delivery | null> {
    const row = await this.manager.findOneBy(WebhookDeliveryRow, { webhookId, id });
    return row === null ? null : toDelivery(row);
  }

  async list(
    webhookId: WebhookId,
    state: DeliveryState | null,
    { limit, cursor }: Page,
  ): Promise<Paged<Delivery>> {
    const query = this.manager
      .createQueryBuilder(WebhookDeliveryRow, 'd')
      .where('d.webhookId = :webhookId', { webhookId })
      .orderBy({ 'd.createdAt': 'DESC', 'd.id': 'DESC' });
    if (state !== null) query.andWhere('d.state = :state', { state });
    if (cursor !== null) query.andWhere(BELOW_CURSOR, { cursor });
    const rows = await query.limit(limit + 1).getMany();
    const shown = rows.slice(0, limit).map(toDelivery);
    return { rows: shown, nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
  }

  async take(taking: DeliveryTaking): Promise<readonly TakenDelivery[]> {
    const { now, leaseMs, perWebhookMax, limit } = taking;
    const parameters = [now, plusMs(now, leaseMs), perWebhookMax, limit];
    const rows = await queryRows(this.manager, WebhookDeliveryRow, TAKE, parameters);
    const webhooks = await new PostgresWebhookStore(this.manager).findMany(
      rows.map(({ webhookId }) => webhookId),
    );
    return rows.map(toDelivery).flatMap((delivery): TakenDelivery[] => {
      const webhook = webhooks.get(delivery.webhookId);
      return webhook === undefined ? [] : [{ delivery, webhook }];
    });
  }

  async finish(seen: Delivery, step: DeliveryStep): Promise<boolean> {
    const { state, nextAttemptAt, status, failure } = step;
    const parameters = [seen.id, seen.fence, state, nextAttemptAt, status, failure];
    const rows = await queryRows(this.manager, WebhookDeliveryRow, FINISH, parameters);
    return rows.length > 0;
  }

  async putBack(seen: Delivery, at: Date): Promise<void> {
    await this.manager.query(PUT_BACK, [seen.id, seen.fence, at]);
  }

  async replay(webhookId: WebhookId, id: DeliveryId, at: Date): Promise<Delivery | null> {
    const parameters = [webhookId, id, at];
    const [row] = await queryRows(this.manager, WebhookDeliveryRow, REPLAY, parameters);
    return row === undefined ? null : toDelivery(row);
  }

  async replaySince(wish: ReplayWish, at: Date): Promise<ReplayedPage> {
    const { webhookId, since, states, page } = wish;
    const parameters = [webhookId, since, states, page.cursor, page.limit, at];
    const rows = await queryRows(this.manager, WebhookDeliveryRow, REPLAY_SINCE, parameters);
    // What a statement returns is in no order.
    const last = [...rows].sort(byPlace).at(-1);
    const hasMore = rows.length === page.limit;
    return { count: rows.length, nextCursor: hasMore ? (last?.id ?? null) : null };
  }

  async dueSince(now: Date): Promise<Date | null> {
    const [row] = await this.manager.query<{ at: Date | null }[]>(DUE_SINCE, [now]);
    return row?.at ?? null;
  }

  async deleteOf(webhookId: WebhookId, limit: number): Promise<number> {
    const parameters = [webhookId, limit];
    const [, deleted] = await this.manager.query<[unknown[], number]>(DELETE_OF, parameters);
    return deleted;
  }

  async deleteBefore(at: Date, limit: number): Promise<number> {
    const [, deleted] = await this.manager.query<[unknown[], number]>(DELETE_BEFORE, [at, limit]);
    return deleted;
  }
}

const BELOW_CURSOR = `(d.created_at, d.id) < (
  SELECT c.created_at, c.id FROM webhook_deliveries c WHERE c.id = :cursor)`;

function byPlace(one: WebhookDeliveryRow, other: WebhookDeliveryRow): number {
  const apart = one.createdAt.getTime() - other.createdAt.getTime();
  return apart === 0 ? Number(one.id > other.id) * 2 - 1 : apart;
}

const Words = z.object({
  type: z.enum(EVENT_TYPES),
  state: z.enum(DELIVERY_STATES),
  lastFailure: z.enum(SEND_FAILURES).nullable(),
});

function toDelivery(row: WebhookDeliveryRow): Delivery {
  const words = storedIn('webhook_deliveries', row, Words);
  const { leasedUntil: _leasedUntil, ...rest } = row;
  return {
    ...{ ...rest, ...words },
    id: row.id as DeliveryId,
    webhookId: row.webhookId as WebhookId,
    eventId: row.eventId as EventId,
    data: row.data as EventData,
  };
}
