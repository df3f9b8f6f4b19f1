import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE api_keys (
    id text PRIMARY KEY,
    digest text NOT NULL CONSTRAINT api_keys_digest_is_sha256 CHECK (digest ~ '^[0-9a-f]{64}$'),
    name text NOT NULL,
    role text NOT NULL CONSTRAINT api_keys_role_known
      CHECK (role IN ('tenant', 'product', 'operator', 'auditor')),
    tenant_ref text,
    scopes text[],
    created_at timestamptz NOT NULL,
    created_by text NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    CONSTRAINT api_keys_tenant_named CHECK ((role = 'tenant') = (tenant_ref IS NOT NULL)),
    CONSTRAINT api_keys_life_bounded CHECK (expires_at <= created_at + interval '366 days')
  )`,
  `CREATE UNIQUE INDEX api_keys_digest_once ON api_keys (digest)`,
];

const DOWN = [`DROP TABLE api_keys`];

/** Keys with which backends call the API; of each only the digest of its text. */
export class ApiKeys1795940000000 implements MigrationInterface {
  readonly name = 'ApiKeys1795940000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
