import type { MigrationInterface, QueryRunner } from 'typeorm';

const OPEN = `state NOT IN ('verified', 'unconfirmed', 'reverted')`;

const UP = [
  `ALTER TABLE rotations DROP CONSTRAINT rotations_state_known`,
  `ALTER TABLE rotations ADD CONSTRAINT rotations_state_known CHECK (state IN (
    'writing', 'proving', 'proven', 'switching', 'verified', 'unconfirmed', 'reverting',
    'reverted'))`,
  `DROP INDEX rotations_one_open`,
  `CREATE UNIQUE INDEX rotations_one_open ON rotations (instance_id) WHERE ${OPEN}`,
  `ALTER TABLE idempotency_keys ADD COLUMN made_id text`,
];

const DOWN = [
  `ALTER TABLE idempotency_keys DROP COLUMN made_id`,
  `UPDATE rotations SET state = 'verified' WHERE state = 'unconfirmed'`,
  `DROP INDEX rotations_one_open`,
  `CREATE UNIQUE INDEX rotations_one_open ON rotations (instance_id)
    WHERE state NOT IN ('verified', 'reverted')`,
  `ALTER TABLE rotations DROP CONSTRAINT rotations_state_known`,
  `ALTER TABLE rotations ADD CONSTRAINT rotations_state_known CHECK (state IN (
    'writing', 'proving', 'proven', 'switching', 'verified', 'reverting', 'reverted'))`,
];

/**
 * An end for rotations whose gateway was not seen to follow, and idempotency keys for what is not an
 * instance. One open rotation is looked for by everybody who looks at a ready instance, so the index
 * is made in the same transaction; the table has few open rows and locks no claim.
 */
export class EndsOfRotations1795930000000 implements MigrationInterface {
  readonly name = 'EndsOfRotations1795930000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
