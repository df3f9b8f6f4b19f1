import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE config_changes (
    id text PRIMARY KEY,
    instance_id text NOT NULL CONSTRAINT config_changes_instance REFERENCES instances (id),
    number integer NOT NULL,
    state text NOT NULL,
    config jsonb NOT NULL,
    diff jsonb NOT NULL,
    revision integer NOT NULL,
    reason text,
    requested_at timestamptz NOT NULL,
    state_at timestamptz NOT NULL,
    CONSTRAINT config_changes_state_known CHECK (state IN ('applying', 'applied', 'reverted'))
  )`,
  `CREATE UNIQUE INDEX config_changes_numbered ON config_changes (instance_id, number)`,
  `CREATE UNIQUE INDEX config_changes_one_open ON config_changes (instance_id)
    WHERE state = 'applying'`,
];

/** What tenants change of their gateways' configuration, and what became of each change. */
export class ConfigChanges1795990000001 implements MigrationInterface {
  readonly name = 'ConfigChanges1795990000001';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE config_changes`);
  }
}
