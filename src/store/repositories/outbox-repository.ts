import type { EntityManager } from 'typeorm';
import type { OutboxEvent, OutboxStore } from '../../ports/index.js';
import { OutboxRow } from '../rows/outbox-row.js';

const DELETE_BEFORE = `
  DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE at < $1 ORDER BY id LIMIT $2)`;

/** Events in PostgreSQL. */
export class PostgresOutboxStore implements OutboxStore {
  constructor(private readonly manager: EntityManager) {}

  async append(event: OutboxEvent): Promise<void> {
    await this.manager.insert(OutboxRow, { ...event, payload: { ...event.payload } });
  }

  async deleteBefore(at: Date, limit: number): Promise<number> {
    const [, deleted] = await this.manager.query<[unknown[], number]>(DELETE_BEFORE, [at, limit]);
    return deleted;
  }
}
