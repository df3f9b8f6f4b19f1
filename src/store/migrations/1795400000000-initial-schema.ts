import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = [
  `CREATE TABLE tenants (
    id text PRIMARY KEY,
    external_ref text NOT NULL,
    created_at timestamptz NOT NULL
  )`,
  `CREATE UNIQUE INDEX tenants_external_ref ON tenants (external_ref)`,

  `CREATE TABLE pools (
    id text PRIMARY KEY,
    size_class text NOT NULL,
    openclaw_version text NOT NULL,
    config_schema integer NOT NULL,
    node_pool text NOT NULL,
    idle_target integer NOT NULL,
    members_max integer NOT NULL,
    failures_in_a_row integer NOT NULL DEFAULT 0,
    breaker_opened_at timestamptz,
    paused_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT pools_bounds CHECK (idle_target >= 0 AND idle_target <= members_max)
  )`,

  `CREATE TABLE instances (
    id text PRIMARY KEY,
    pool_id text NOT NULL CONSTRAINT instances_pool REFERENCES pools (id),
    state text NOT NULL,
    state_at timestamptz NOT NULL,
    size_class text NOT NULL,
    openclaw_version text NOT NULL,
    fence integer NOT NULL DEFAULT 0,
    tenant_id text CONSTRAINT instances_tenant REFERENCES tenants (id),
    claim_id text,
    name text,
    binding_step text,
    revision integer NOT NULL DEFAULT 1,
    revision_applied integer NOT NULL DEFAULT 0,
    gateway_version integer NOT NULL DEFAULT 1,
    key_version integer NOT NULL DEFAULT 0,
    allocation_id text,
    node_id text,
    address text,
    suspect_at timestamptz,
    draining_at timestamptz,
    held_at timestamptz,
    failure_code text,
    failure_sentence text,
    created_at timestamptz NOT NULL,
    ready_at timestamptz,
    CONSTRAINT instances_state_known CHECK (state IN ('creating', 'warming', 'idle', 'binding',
      'ready', 'stopped', 'failed', 'deleting', 'deleted')),
    CONSTRAINT instances_owned_when_bound
      CHECK (state NOT IN ('binding', 'ready', 'stopped') OR tenant_id IS NOT NULL),
    CONSTRAINT instances_pool_has_no_owner
      CHECK (state NOT IN ('creating', 'warming', 'idle') OR tenant_id IS NULL)
  )`,
  `CREATE INDEX instances_claimable ON instances (pool_id, state_at) WHERE state = 'idle'`,
  `CREATE INDEX instances_due ON instances (state_at)
    WHERE state NOT IN ('deleted', 'ready', 'stopped')`,
  `CREATE INDEX instances_by_tenant ON instances (tenant_id, id)`,
  `CREATE INDEX instances_by_pool ON instances (pool_id, state)`,
  `CREATE UNIQUE INDEX instances_one_allocation ON instances (allocation_id)
    WHERE allocation_id IS NOT NULL AND state <> 'deleted'`,

  `CREATE TABLE claims (
    id text PRIMARY KEY,
    tenant_id text NOT NULL CONSTRAINT claims_tenant REFERENCES tenants (id),
    instance_id text NOT NULL CONSTRAINT claims_instance REFERENCES instances (id),
    name text NOT NULL,
    claimed_at timestamptz NOT NULL,
    released_at timestamptz
  )`,
  `CREATE UNIQUE INDEX claims_one_per_instance ON claims (instance_id)`,
  `CREATE UNIQUE INDEX claims_one_live_per_name ON claims (tenant_id, name)
    WHERE released_at IS NULL`,

  `CREATE TABLE instance_keys (
    instance_id text NOT NULL CONSTRAINT instance_keys_instance REFERENCES instances (id),
    name text NOT NULL,
    version integer NOT NULL,
    revision integer NOT NULL,
    set_at timestamptz NOT NULL,
    removed_at timestamptz,
    PRIMARY KEY (instance_id, name)
  )`,

  `CREATE TABLE idempotency_keys (
    principal text NOT NULL,
    key text NOT NULL,
    request_hash text NOT NULL,
    instance_id text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (principal, key)
  )`,
  `CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at)`,

  `CREATE TABLE leases (
    name text PRIMARY KEY,
    holder text NOT NULL,
    fence integer NOT NULL,
    expires_at timestamptz NOT NULL
  )`,

  `CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    outcome text NOT NULL,
    request_id text,
    details jsonb NOT NULL
  )`,
  `CREATE INDEX audit_by_target ON audit (target, id)`,

  `CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    topic text NOT NULL,
    key text NOT NULL,
    payload jsonb NOT NULL
  )`,
  `CREATE INDEX outbox_by_time ON outbox (at)`,
];

/** A trigger, not the writers, tells of changes, so that none can be forgotten. */
const CHANGE_FEED = [
  `CREATE FUNCTION tell_instance_changed() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('instance_changed', NEW.id);
    RETURN NULL;
  END $$`,
  `CREATE TRIGGER instances_tell_changed AFTER INSERT OR UPDATE ON instances
    FOR EACH ROW EXECUTE FUNCTION tell_instance_changed()`,
];

/** Audit rows are evidence: the database itself refuses to change or remove them. */
const APPEND_ONLY_AUDIT = [
  `CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'audit rows are only ever added';
  END $$`,
  `CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()`,
];

/** The tables of the first release. */
export class InitialSchema1795400000000 implements MigrationInterface {
  readonly name = 'InitialSchema1795400000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...TABLES, ...CHANGE_FEED, ...APPEND_ONLY_AUDIT]) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE outbox, audit, leases, idempotency_keys, instance_keys, claims, instances, pools,
        tenants`,
    );
    await runner.query('DROP FUNCTION tell_instance_changed, refuse_audit_change');
  }
}
