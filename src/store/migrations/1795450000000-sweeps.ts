import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE sweeps (
    id text PRIMARY KEY,
    requested_at timestamptz NOT NULL,
    requested_by text,
    is_dry_run boolean NOT NULL,
    report jsonb
  )`,
  `CREATE INDEX sweeps_by_time ON sweeps (requested_at)`,
  `CREATE UNIQUE INDEX sweeps_one_waiting ON sweeps (is_dry_run) WHERE report IS NULL`,
];

/** Sweeps that were asked for, and the reports of the last ones. */
export class Sweeps1795450000000 implements MigrationInterface {
  readonly name = 'Sweeps1795450000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE sweeps`);
  }
}
