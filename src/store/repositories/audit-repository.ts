import type { EntityManager } from 'typeorm';
import type { AuditEntry, AuditStore } from '../../ports/index.js';
import { AuditRow } from '../rows/audit-row.js';

/** The audit trail in PostgreSQL. */
export class PostgresAuditStore implements AuditStore {
  constructor(private readonly manager: EntityManager) {}

  async append(entry: AuditEntry): Promise<void> {
    await this.manager.insert(AuditRow, { ...entry, details: { ...entry.details } });
  }
}
