import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The default of `xact` is one value for all rows that exist, so none is rewritten. There is no
 * reference from a seal to its row: it would write a lock into each audit row, and a row that is gone
 * is what the check of the chain is for.
 */
const UP = [
  `ALTER TABLE audit
    ADD COLUMN IF NOT EXISTS from_address text,
    ADD COLUMN IF NOT EXISTS xact bigint NOT NULL
      DEFAULT pg_current_xact_id()::text::bigint`,
  `CREATE TABLE IF NOT EXISTS audit_seals (
    number bigint PRIMARY KEY CONSTRAINT audit_seals_counted CHECK (number > 0),
    audit_id bigint NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL,
    sealed_at timestamptz NOT NULL
  )`,
  `CREATE UNIQUE INDEX IF NOT EXISTS audit_seals_once ON audit_seals (audit_id)`,
  `DROP TRIGGER IF EXISTS audit_seals_append_only ON audit_seals`,
  `CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()`,
];

/** A build that was interrupted leaves an index that is of no use. */
const INDEX = [
  `DROP INDEX CONCURRENTLY IF EXISTS audit_settling`,
  `CREATE INDEX CONCURRENTLY audit_settling ON audit (xact, id)`,
];

const DOWN = [
  `DROP TABLE audit_seals`,
  `DROP INDEX audit_settling`,
  `ALTER TABLE audit DROP COLUMN from_address, DROP COLUMN xact`,
];

/**
 * The chain of audit rows, and the order in which they can be chained.
 *
 * Every claim writes into `audit`, so its index is made while others write, which no transaction
 * can; each step may be repeated instead.
 */
export class AuditChain1795950000000 implements MigrationInterface {
  readonly name = 'AuditChain1795950000000';
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
    await runner.query(`SET statement_timeout = 0`);
    try {
      for (const statement of INDEX) await runner.query(statement);
    } finally {
      await runner.query(`RESET statement_timeout`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
