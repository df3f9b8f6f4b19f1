import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE key_campaigns (
    id text PRIMARY KEY,
    kind text NOT NULL CONSTRAINT key_campaigns_kind_known CHECK (kind IN ('replace', 'renew')),
    key_name text NOT NULL,
    state text NOT NULL CONSTRAINT key_campaigns_state_known CHECK (state IN (
      'preparing', 'running', 'paused', 'halted', 'done', 'aborted')),
    failure_budget double precision NOT NULL,
    failures_accepted integer NOT NULL DEFAULT 0,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    state_at timestamptz NOT NULL,
    settled_at timestamptz
  )`,
  `CREATE UNIQUE INDEX key_campaigns_one_open ON key_campaigns (kind, key_name)
    WHERE state NOT IN ('done', 'aborted')`,
  `CREATE TABLE key_moves (
    campaign_id text CONSTRAINT key_moves_campaign REFERENCES key_campaigns (id),
    instance_id text CONSTRAINT key_moves_instance REFERENCES instances (id),
    wave integer NOT NULL,
    state text NOT NULL CONSTRAINT key_moves_state_known CHECK (state IN (
      'waiting', 'begun', 'verified', 'reverted', 'skipped')),
    rotation_id text CONSTRAINT key_moves_rotation REFERENCES rotations (id),
    reason text,
    attempts integer NOT NULL DEFAULT 0,
    state_at timestamptz NOT NULL,
    PRIMARY KEY (campaign_id, instance_id)
  )`,
  `ALTER TABLE instance_keys
    ADD COLUMN owner text NOT NULL DEFAULT 'tenant',
    ADD COLUMN renewal_due_at timestamptz`,
  `ALTER TABLE instance_keys ADD CONSTRAINT instance_keys_owner_known
    CHECK (owner IN ('tenant', 'platform'))`,
  `ALTER TABLE rotations ADD COLUMN owner text NOT NULL DEFAULT 'tenant'`,
  `ALTER TABLE rotations ADD CONSTRAINT rotations_owner_known
    CHECK (owner IN ('tenant', 'platform'))`,
];

const DOWN = [
  `ALTER TABLE rotations DROP COLUMN owner`,
  `ALTER TABLE instance_keys DROP COLUMN owner, DROP COLUMN renewal_due_at`,
  `DROP TABLE key_moves`,
  `DROP TABLE key_campaigns`,
];

/** Whose each key is, and campaigns that exchange one key across the fleet. */
export class KeyCampaigns1795480000000 implements MigrationInterface {
  readonly name = 'KeyCampaigns1795480000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
