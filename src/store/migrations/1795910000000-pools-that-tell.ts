import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `ALTER TABLE pools
    ADD COLUMN superseded_at timestamptz,
    ADD COLUMN died_early_at timestamptz,
    ADD COLUMN member_deadline_ms integer,
    ADD COLUMN hold text,
    ADD COLUMN hold_reason text`,
  `ALTER TABLE instances ADD COLUMN blocked_by text`,
  `CREATE TABLE refusals (
    offer text NOT NULL,
    at timestamptz NOT NULL,
    refusals integer NOT NULL,
    PRIMARY KEY (offer, at)
  )`,
];

const DOWN = [
  `DROP TABLE refusals`,
  `ALTER TABLE instances DROP COLUMN blocked_by`,
  `ALTER TABLE pools DROP COLUMN superseded_at, DROP COLUMN died_early_at,
    DROP COLUMN member_deadline_ms, DROP COLUMN hold, DROP COLUMN hold_reason`,
];

/** What holds a pool back, what its planner measured, and the claims that it had to refuse. */
export class PoolsThatTell1795910000000 implements MigrationInterface {
  readonly name = 'PoolsThatTell1795910000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
