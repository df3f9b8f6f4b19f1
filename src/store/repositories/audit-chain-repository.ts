import type { EntityManager } from 'typeorm';
import type { AuditRecord } from '../../domain/audit/audit-entry.js';
import type { ChainPoint, Seal } from '../../domain/audit/chain.js';
import type { AuditChainStore, SealedRecord } from '../../ports/index.js';
import { violatedConstraint } from '../database-errors.js';
import type { RecordColumns, SealColumns } from './audit-mapper.js';
import { RECORD_COLUMNS, SEAL_COLUMNS, sealOf, toRecord } from './audit-mapper.js';

/**
 * The last link and how far it has come, in the order of transactions. Transactions that no snapshot
 * of this server can have seen are another server's: this database was restored from a dump, which
 * keeps our rows and not the numbers that they speak of.
 */
const HEAD = `
  SELECT s.number, s.hash, coalesce(a.xact, 0) AS xact, coalesce(a.id, 0) AS id,
    coalesce(a.xact >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint, false) AS is_foreign
  FROM audit_seals s LEFT JOIN audit a ON a.id = s.audit_id
  ORDER BY s.number DESC LIMIT 1`;

/**
 * What follows the head, of transactions that are older than every one that still runs: nothing can
 * come to stand before them any more. Ids could not say that: who has the lower one may commit later.
 */
const SETTLED = `
  SELECT ${RECORD_COLUMNS} FROM audit a
  WHERE (a.xact, a.id) > ($1::bigint, $2::bigint)
    AND a.xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    AND NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.audit_id = a.id)
  ORDER BY a.xact, a.id LIMIT $3`;

/** After a restored dump, until the head is of this server: all that has no seal, the old first. */
const RESTORED = `
  WITH present AS (
    SELECT pg_snapshot_xmin(s)::text::bigint AS xmin, pg_snapshot_xmax(s)::text::bigint AS xmax
    FROM pg_current_snapshot() AS s)
  SELECT ${RECORD_COLUMNS} FROM audit a, present
  WHERE (a.xact < present.xmin OR a.xact >= present.xmax)
    AND NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.audit_id = a.id)
  ORDER BY a.xact >= present.xmax DESC, a.xact, a.id LIMIT $1`;

/** The next in the same order, whether or not it may be sealed yet. */
const WAITING = `
  SELECT at FROM audit WHERE (xact, id) > ($1::bigint, $2::bigint) ORDER BY xact, id LIMIT 1`;

const APPEND = `
  INSERT INTO audit_seals (number, audit_id, previous, hash, sealed_at)
  SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[])`;

/** From the seals: one whose record is gone tells of it. */
const LIST_AFTER = `
  SELECT ${RECORD_COLUMNS}, ${SEAL_COLUMNS}, s.audit_id, a.id IS NULL AS is_gone
  FROM audit_seals s LEFT JOIN audit a ON a.id = s.audit_id
  WHERE s.number > $1 ORDER BY s.number LIMIT $2`;

/** Two that chain at once want the same number, or the same record: one of them gets it. */
const TAKEN = ['audit_seals_pkey', 'audit_seals_once'];

interface Head extends ChainPoint {
  readonly xact: string;
  readonly id: string;
  readonly isForeign: boolean;
}

/** The chain of audit records in PostgreSQL. */
export class PostgresAuditChainStore implements AuditChainStore {
  constructor(private readonly manager: EntityManager) {}

  async head(): Promise<ChainPoint | null> {
    const head = await this.#head();
    return head === null ? null : { number: head.number, hash: head.hash };
  }

  async unsealed(limit: number): Promise<readonly AuditRecord[]> {
    const { xact, id, isForeign } = (await this.#head()) ?? BEFORE_ALL;
    const rows = isForeign
      ? await this.manager.query<RecordColumns[]>(RESTORED, [limit])
      : await this.manager.query<RecordColumns[]>(SETTLED, [xact, id, limit]);
    return rows.map(toRecord);
  }

  async waitingSince(): Promise<Date | null> {
    const { xact, id, isForeign } = (await this.#head()) ?? BEFORE_ALL;
    if (isForeign) return (await this.unsealed(1))[0]?.at ?? null;
    const [row] = await this.manager.query<{ at: Date }[]>(WAITING, [xact, id]);
    return row?.at ?? null;
  }

  async append(seals: readonly Seal[]): Promise<boolean> {
    const columns = [
      seals.map(({ number }) => number),
      seals.map(({ recordId }) => recordId),
      seals.map(({ previous }) => previous),
      seals.map(({ hash }) => hash),
      seals.map(({ sealedAt }) => sealedAt),
    ];
    try {
      await this.manager.query(APPEND, columns);
      return true;
    } catch (error) {
      if (TAKEN.includes(violatedConstraint(error) ?? '')) return false;
      throw error;
    }
  }

  async listAfter(number: number, limit: number): Promise<readonly SealedRecord[]> {
    const rows = await this.manager.query<SealedColumns[]>(LIST_AFTER, [number, limit]);
    return rows.map((row) => {
      return { record: row.is_gone ? null : toRecord(row), seal: sealOf(row, row.audit_id) };
    });
  }

  async #head(): Promise<Head | null> {
    const [row] = await this.manager.query<HeadColumns[]>(HEAD);
    if (row === undefined) return null;
    const { number, hash, xact, id, is_foreign: isForeign } = row;
    return { number: Number(number), hash, xact, id, isForeign };
  }
}

const BEFORE_ALL = { xact: '0', id: '0', isForeign: false } as const;

interface HeadColumns {
  readonly number: string;
  readonly hash: string;
  readonly xact: string;
  readonly id: string;
  readonly is_foreign: boolean;
}

interface SealedColumns extends RecordColumns, SealColumns {
  readonly audit_id: string;
  readonly is_gone: boolean;
}
