import type { MigrationInterface, QueryRunner } from 'typeorm';

const OPEN = `state NOT IN ('verified', 'unconfirmed', 'reverted')`;

const UP = [
  `ALTER TABLE rotations DROP CONSTRAINT rotations_state_known`,
  `ALTER TABLE rotations ADD CONSTRAINT rotations_state_known CHECK (state IN (
    'writing', 'proving', 'proven', 'switching', 'verified', 'unconfirmed', 'reverting',
    'reverted'))`,
  `DROP INDEX rotations_one_open`,
  `CREATE UNIQUE INDEX rotations_one_open ON rotations (instance_id) WHERE ${OPEN}`,
];

const DOWN = [
  `UPDATE rotations SET state = 'verified' WHERE state = 'unconfirmed'`,
  `DROP INDEX rotations_one_open`,
  `CREATE UNIQUE INDEX rotations_one_open ON rotations (instance_id)
    WHERE state NOT IN ('verified', 'reverted')`,
  `ALTER TABLE rotations DROP CONSTRAINT rotations_state_known`,
  `ALTER TABLE rotations ADD CONSTRAINT rotations_state_known CHECK (state IN (
    'writing', 'proving', 'proven', 'switching', 'verified', 'reverting', 'reverted'))`,
];

/**
 * An end for rotations whose gateway was not seen to follow. One open rotation is looked for by everybody who looks at a ready instance, so the index
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
