import type { EntityManager } from 'typeorm';
import type { AuditEntry } from '../../domain/audit/audit-entry.js';
import type { AuditFilter, AuditStore, Page, Paged, PlacedRecord } from '../../ports/index.js';
import { AuditRow } from '../rows/audit-row.js';
import type { PlacedColumns } from './audit-mapper.js';
import { RECORD_COLUMNS, SEAL_COLUMNS, toRecord, toSeal } from './audit-mapper.js';

/** Records that one page looks at when it looks for some among all: about 50 ms of work. */
const LOOKED_AT_MAX = 100_000;

/** The id below which to look: the cursor's, or that of the newest record and all before it. */
const NEWEST = `SELECT coalesce(max(id) + 1, 1)::text AS "newest" FROM audit`;

/** With a target its index leads to the records, so that none is looked at in vain. */
const LIST = `
  SELECT ${RECORD_COLUMNS}, ${SEAL_COLUMNS}
  FROM audit a LEFT JOIN audit_seals s ON s.audit_id = a.id
  WHERE a.id < $1 AND a.id >= $2
    AND ($3::text IS NULL OR a.actor = $3)
    AND ($4::text IS NULL OR a.action = $4)
    AND ($5::text IS NULL OR a.target = $5)
    AND ($6::text IS NULL OR a.outcome = $6)
    AND ($7::timestamptz IS NULL OR a.at >= $7)
    AND ($8::timestamptz IS NULL OR a.at < $8)
  ORDER BY a.id DESC LIMIT $9`;

/** The audit trail in PostgreSQL. */
export class PostgresAuditStore implements AuditStore {
  constructor(private readonly manager: EntityManager) {}

  async append(entry: AuditEntry): Promise<void> {
    await this.manager.insert(AuditRow, { ...entry, details: { ...entry.details } });
  }

  async list(filter: AuditFilter, { limit, cursor }: Page): Promise<Paged<PlacedRecord>> {
    const below = cursor === null ? await this.#newest() : Number(cursor);
    const from = filter.target === undefined ? Math.max(1, below - LOOKED_AT_MAX) : 1;
    const { actor, action, target, outcome, since, until } = filter;
    const wanted = [actor, action, target, outcome, since, until].map((part) => part ?? null);
    const found = await this.manager.query<PlacedColumns[]>(LIST, [below, from, ...wanted, limit]);
    const rows = found.map((row) => ({ record: toRecord(row), seal: toSeal(row) }));
    const last = found.length === limit ? rows.at(-1)?.record.id : from;
    return { rows, nextCursor: last === undefined || last <= 1 ? null : String(last) };
  }

  async #newest(): Promise<number> {
    const [row] = await this.manager.query<{ newest: string }[]>(NEWEST);
    return Number(row?.newest ?? 1);
  }
}
