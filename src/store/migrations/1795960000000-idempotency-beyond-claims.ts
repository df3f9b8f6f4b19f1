import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `ALTER TABLE idempotency_keys ADD COLUMN made_id text`;

// The release before knows claims only, and would find the rows of anything else malformed.
const DOWN = [
  `DELETE FROM idempotency_keys WHERE instance_id IS NULL`,
  `ALTER TABLE idempotency_keys DROP COLUMN made_id`,
];

/**
 * An idempotency key may stand for whatever a request makes, not for an instance alone. Claims go on
 * writing `instance_id` as well, which the release before reads while both run.
 */
export class IdempotencyBeyondClaims1795960000000 implements MigrationInterface {
  readonly name = 'IdempotencyBeyondClaims1795960000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
