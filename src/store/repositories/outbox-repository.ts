import type { EntityManager } from 'typeorm';
import type { EventData } from '../../domain/webhooks/webhook.js';
import type { OutboxEvent, OutboxStore, UntoldEvent } from '../../ports/index.js';
import { OutboxRow } from '../rows/outbox-row.js';

/**
 * By what is written in the row and not by its number: who has the lower one may commit later. Rows
 * that another worker tells of just now are skipped.
 */
const TAKE_UNTOLD = `
  SELECT o.id AS number, o.at, o.topic, o.key, o.payload,
    t.external_ref AS "tenantRef", i.name AS "instanceName"
  FROM outbox o
    LEFT JOIN instances i ON i.id = o.key
    LEFT JOIN tenants t ON t.id = i.tenant_id
  WHERE o.told_at IS NULL ORDER BY o.id LIMIT $1
  FOR UPDATE OF o SKIP LOCKED`;

const MARK_TOLD = `UPDATE outbox SET told_at = $2 WHERE id = ANY($1::bigint[])`;

const DELETE_BEFORE = `
  DELETE FROM outbox WHERE id IN (
    SELECT id FROM outbox WHERE at < $1 AND told_at IS NOT NULL ORDER BY id LIMIT $2)`;

interface UntoldColumns {
  readonly number: string;
  readonly at: Date;
  readonly topic: string;
  readonly key: string;
  readonly payload: EventData;
  readonly tenantRef: string | null;
  readonly instanceName: string | null;
}

/** Events in PostgreSQL. */
export class PostgresOutboxStore implements OutboxStore {
  constructor(private readonly manager: EntityManager) {}

  async append(event: OutboxEvent): Promise<void> {
    await this.manager.insert(OutboxRow, { ...event, payload: { ...event.payload } });
  }

  takeUntold(limit: number): Promise<readonly UntoldEvent[]> {
    return this.manager.query<UntoldColumns[]>(TAKE_UNTOLD, [limit]);
  }

  async markTold(numbers: readonly string[], at: Date): Promise<void> {
    await this.manager.query(MARK_TOLD, [numbers, at]);
  }

  async deleteBefore(at: Date, limit: number): Promise<number> {
    const [, deleted] = await this.manager.query<[unknown[], number]>(DELETE_BEFORE, [at, limit]);
    return deleted;
  }
}
