import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `ALTER TABLE tenants ADD COLUMN suspended_at timestamptz`,

  `ALTER TABLE pools
    ADD COLUMN idle_floor integer NOT NULL DEFAULT 0,
    ADD COLUMN idle_ceiling integer NOT NULL DEFAULT 0,
    ADD COLUMN configured text NOT NULL DEFAULT '',
    ADD COLUMN overrides jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN target_raised_at timestamptz,
    ADD COLUMN start_tokens double precision NOT NULL DEFAULT 0,
    ADD COLUMN start_tokens_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN is_breaker_final boolean NOT NULL DEFAULT false,
    ADD COLUMN superseded_by text CONSTRAINT pools_superseded_by REFERENCES pools (id)`,
  `UPDATE pools SET idle_floor = idle_target, idle_ceiling = idle_target`,
  `ALTER TABLE pools DROP CONSTRAINT pools_bounds`,
  `ALTER TABLE pools ADD CONSTRAINT pools_bounds
    CHECK (0 <= idle_floor AND idle_floor <= idle_ceiling AND idle_ceiling <= members_max)`,
  `ALTER TABLE pools ADD CONSTRAINT pools_target_in_bounds
    CHECK (0 <= idle_target AND idle_target <= members_max)`,

  `ALTER TABLE instances
    ADD COLUMN start_granted_at timestamptz,
    ADD COLUMN admitted_at timestamptz,
    ADD COLUMN claim_rank integer NOT NULL DEFAULT 0,
    ADD COLUMN replaced_by text CONSTRAINT instances_replaced_by REFERENCES instances (id)`,
  `UPDATE instances SET start_granted_at = created_at`,
  `ALTER TABLE instances DROP CONSTRAINT instances_pool_has_no_owner`,
  `ALTER TABLE instances ADD CONSTRAINT instances_idle_has_no_owner
    CHECK (state <> 'idle' OR tenant_id IS NULL)`,
  `DROP INDEX instances_claimable`,
  `CREATE INDEX instances_claimable ON instances (pool_id, claim_rank, state_at)
    WHERE state = 'idle'`,
  `CREATE INDEX instances_admitted ON instances (pool_id, admitted_at)
    WHERE admitted_at IS NOT NULL`,

  `ALTER TABLE claims
    ADD COLUMN offer text NOT NULL DEFAULT '',
    ADD COLUMN outcome text NOT NULL DEFAULT 'warm',
    ADD COLUMN attempts integer NOT NULL DEFAULT 1`,
  `ALTER TABLE claims ADD CONSTRAINT claims_outcome_known
    CHECK (outcome IN ('warm', 'queued', 'cold'))`,
  `CREATE INDEX claims_by_offer ON claims (offer, claimed_at)`,

  `CREATE TABLE nodes (
    id text PRIMARY KEY,
    name text NOT NULL,
    node_pool text NOT NULL,
    is_eligible boolean NOT NULL,
    seen_at timestamptz NOT NULL
  )`,
];

const DOWN = [
  `DROP TABLE nodes`,
  `DROP INDEX claims_by_offer`,
  `ALTER TABLE claims DROP COLUMN offer, DROP COLUMN outcome, DROP COLUMN attempts`,
  `DROP INDEX instances_admitted`,
  `DROP INDEX instances_claimable`,
  `CREATE INDEX instances_claimable ON instances (pool_id, state_at) WHERE state = 'idle'`,
  `ALTER TABLE instances DROP CONSTRAINT instances_idle_has_no_owner`,
  `ALTER TABLE instances ADD CONSTRAINT instances_pool_has_no_owner
    CHECK (state NOT IN ('creating', 'warming', 'idle') OR tenant_id IS NULL) NOT VALID`,
  `ALTER TABLE instances DROP COLUMN start_granted_at, DROP COLUMN admitted_at,
    DROP COLUMN claim_rank, DROP COLUMN replaced_by`,
  `ALTER TABLE pools DROP CONSTRAINT pools_bounds, DROP CONSTRAINT pools_target_in_bounds`,
  `ALTER TABLE pools DROP COLUMN idle_floor, DROP COLUMN idle_ceiling, DROP COLUMN configured,
    DROP COLUMN overrides, DROP COLUMN target_raised_at, DROP COLUMN start_tokens,
    DROP COLUMN start_tokens_at, DROP COLUMN is_breaker_final, DROP COLUMN superseded_by`,
  `ALTER TABLE pools ADD CONSTRAINT pools_bounds
    CHECK (idle_target >= 0 AND idle_target <= members_max)`,
  `ALTER TABLE tenants DROP COLUMN suspended_at`,
];

/**
 * Claims that wait for a member, claims that move to another one, and pools that size themselves:
 * what is counted for it, what bounds it, and which nodes take work.
 */
export class ClaimsAndSizing1795430000000 implements MigrationInterface {
  readonly name = 'ClaimsAndSizing1795430000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
