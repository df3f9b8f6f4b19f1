import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The rows that exist pass by being older than the check, so nobody waits for a look at each. */
const UP = [
  `ALTER TABLE instances
    ADD COLUMN resume_step text,
    ADD COLUMN restart_from timestamptz,
    ADD COLUMN destroy_at timestamptz`,
  `ALTER TABLE instances DROP CONSTRAINT instances_state_known`,
  `ALTER TABLE instances ADD CONSTRAINT instances_state_known CHECK (state IN ('creating',
    'warming', 'idle', 'binding', 'ready', 'resuming', 'stopped', 'trashed', 'failed', 'deleting',
    'deleted')) NOT VALID`,
  `ALTER TABLE instances DROP CONSTRAINT instances_owned_when_bound`,
  `ALTER TABLE instances ADD CONSTRAINT instances_owned_when_bound CHECK (state NOT IN
    ('binding', 'ready', 'resuming', 'stopped', 'trashed') OR tenant_id IS NOT NULL) NOT VALID`,
  `ALTER TABLE instances ADD CONSTRAINT instances_trashed_for_a_time
    CHECK ((state = 'trashed') <= (destroy_at IS NOT NULL)) NOT VALID`,
  ...['instances_state_known', 'instances_owned_when_bound', 'instances_trashed_for_a_time'].map(
    (check) => `ALTER TABLE instances VALIDATE CONSTRAINT ${check}`,
  ),
];

/** The release before knows neither state: what is in one of them goes on being used, or goes. */
const DOWN = [
  `UPDATE instances SET state = 'ready' WHERE state = 'resuming'`,
  `UPDATE instances SET state = 'deleting' WHERE state = 'trashed'`,
  `ALTER TABLE instances DROP CONSTRAINT instances_trashed_for_a_time`,
  `ALTER TABLE instances DROP CONSTRAINT instances_state_known`,
  `ALTER TABLE instances ADD CONSTRAINT instances_state_known CHECK (state IN ('creating',
    'warming', 'idle', 'binding', 'ready', 'stopped', 'failed', 'deleting', 'deleted'))`,
  `ALTER TABLE instances DROP CONSTRAINT instances_owned_when_bound`,
  `ALTER TABLE instances ADD CONSTRAINT instances_owned_when_bound
    CHECK (state NOT IN ('binding', 'ready', 'stopped') OR tenant_id IS NOT NULL)`,
  `ALTER TABLE instances DROP COLUMN resume_step, DROP COLUMN restart_from, DROP COLUMN destroy_at`,
];

/** Restarts, and a trash that an instance can be taken out of again. */
export class WaysBack1795990000000 implements MigrationInterface {
  readonly name = 'WaysBack1795990000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
