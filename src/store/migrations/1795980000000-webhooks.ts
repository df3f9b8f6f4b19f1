import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE webhooks (
    id text PRIMARY KEY,
    audience text NOT NULL CONSTRAINT webhooks_audience_known
      CHECK (audience IN ('product', 'operator')),
    url text NOT NULL,
    event_types text[],
    description text NOT NULL,
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    disabled_at timestamptz,
    disabled_reason text CONSTRAINT webhooks_reason_known
      CHECK (disabled_reason IN ('asked', 'gone', 'failing')),
    failing_since timestamptz,
    secret_version integer NOT NULL DEFAULT 0,
    previous_version integer,
    previous_until timestamptz,
    removed_at timestamptz,
    CONSTRAINT webhooks_disabled_why CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL))
  )`,
  `CREATE TABLE webhook_deliveries (
    id text PRIMARY KEY,
    webhook_id text NOT NULL CONSTRAINT webhook_deliveries_webhook
      REFERENCES webhooks (id) ON DELETE CASCADE,
    event_id text NOT NULL,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    data jsonb NOT NULL,
    state text NOT NULL CONSTRAINT webhook_deliveries_state_known
      CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz,
    last_attempt_at timestamptz,
    last_status integer,
    last_failure text,
    leased_until timestamptz,
    fence integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    CONSTRAINT webhook_deliveries_due_while_pending
      CHECK ((state = 'pending') = (next_attempt_at IS NOT NULL))
  )`,
  `CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_attempt_at, id)
    WHERE state = 'pending'`,
  `CREATE INDEX webhook_deliveries_in_flight ON webhook_deliveries (webhook_id)
    WHERE leased_until IS NOT NULL`,
  `CREATE INDEX webhook_deliveries_listed ON webhook_deliveries (webhook_id, created_at, id)`,
  `CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (created_at)`,
  `ALTER TABLE outbox ADD COLUMN told_at timestamptz`,
];

const DOWN = [
  `ALTER TABLE outbox DROP COLUMN told_at`,
  `DROP TABLE webhook_deliveries`,
  `DROP TABLE webhooks`,
];

/** Addresses that are told of events, and every event on its way to one of them. */
export class Webhooks1795980000000 implements MigrationInterface {
  readonly name = 'Webhooks1795980000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
