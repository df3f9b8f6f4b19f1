import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE rotations (
    id text PRIMARY KEY,
    instance_id text NOT NULL CONSTRAINT rotations_instance REFERENCES instances (id),
    number integer NOT NULL,
    names text[] NOT NULL,
    state text NOT NULL CONSTRAINT rotations_state_known CHECK (state IN (
      'writing', 'proving', 'proven', 'switching', 'verified', 'reverting', 'reverted')),
    revision integer NOT NULL DEFAULT 0,
    reason text,
    requested_at timestamptz NOT NULL,
    state_at timestamptz NOT NULL,
    proven_at timestamptz
  )`,
  `CREATE UNIQUE INDEX rotations_numbered ON rotations (instance_id, number)`,
  `CREATE UNIQUE INDEX rotations_one_open ON rotations (instance_id)
    WHERE state NOT IN ('verified', 'reverted')`,
  `ALTER TABLE instance_keys
    ADD COLUMN slot integer NOT NULL DEFAULT 0,
    ADD COLUMN proven_at timestamptz`,
  `ALTER TABLE instances ADD COLUMN keys_pruned_to integer NOT NULL DEFAULT 0`,
];

const DOWN = [
  `ALTER TABLE instances DROP COLUMN keys_pruned_to`,
  `ALTER TABLE instance_keys DROP COLUMN slot, DROP COLUMN proven_at`,
  `DROP TABLE rotations`,
];

/** Rotations of keys, where each key lies in Vault, and which versions there are destroyed. */
export class Rotations1795470000000 implements MigrationInterface {
  readonly name = 'Rotations1795470000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
