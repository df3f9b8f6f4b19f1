import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A build that was interrupted leaves an index that is of no use. */
const UP = [
  `DROP INDEX CONCURRENTLY IF EXISTS outbox_untold`,
  `CREATE INDEX CONCURRENTLY outbox_untold ON outbox (id) WHERE told_at IS NULL`,
];

/**
 * Where events are found that nobody was told of. Every claim writes one, so the index is made while
 * others write, which no transaction can; it may be repeated instead.
 */
export class UntoldEvents1795980000001 implements MigrationInterface {
  readonly name = 'UntoldEvents1795980000001';
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`SET statement_timeout = 0`);
    try {
      for (const statement of UP) await runner.query(statement);
    } finally {
      await runner.query(`RESET statement_timeout`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX outbox_untold`);
  }
}
