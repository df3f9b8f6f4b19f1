import type { DataSource } from 'typeorm';
import type { InstanceId } from '../domain/ids.js';
import type { Mismatch } from '../domain/sweep/inventory.js';
import type { Census } from '../ports/index.js';
import { reaching } from './database-errors.js';

/**
 * The cluster's identifier, which initdb draws, and the database's number in it. A dump that is
 * restored gets new ones; a replica that takes over keeps them.
 */
const IDENTITY = `
  SELECT system_identifier || '-' || oid AS identity
  FROM pg_control_system(), pg_database WHERE datname = current_database()`;

const DELETED = `SELECT id FROM instances WHERE id = ANY($1) AND state = 'deleted'`;

/** Who holds an instance stands in two rows that are always written together. */
const OWNER_WITHOUT_CLAIM = `
  SELECT id FROM instances
  WHERE tenant_id IS NOT NULL AND replaced_by IS NULL AND state NOT IN ('deleting', 'deleted')
    AND NOT EXISTS (
      SELECT 1 FROM claims
      WHERE claims.id = claim_id AND instance_id = instances.id AND released_at IS NULL)
  ORDER BY id LIMIT $1`;

const CLAIM_WITHOUT_OWNER = `
  SELECT instance_id AS id FROM claims
  WHERE released_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM instances
    WHERE instances.id = instance_id AND claim_id = claims.id
      AND state NOT IN ('deleting', 'deleted'))
  ORDER BY instance_id LIMIT $1`;

interface IdRow {
  readonly id: InstanceId;
}

/** The census of a PostgreSQL database. */
export class PostgresCensus implements Census {
  constructor(private readonly dataSource: DataSource) {}

  async identity(): Promise<string> {
    const rows = await this.#ask<{ identity: string }>(IDENTITY, []);
    return rows[0]?.identity ?? '';
  }

  async deletedAmong(ids: readonly InstanceId[]): Promise<ReadonlySet<InstanceId>> {
    if (ids.length === 0) return new Set();
    const rows = await this.#ask<IdRow>(DELETED, [ids]);
    return new Set(rows.map(({ id }) => id));
  }

  async mismatches(limit: number): Promise<readonly Mismatch[]> {
    const owners = await this.#ask<IdRow>(OWNER_WITHOUT_CLAIM, [limit]);
    const claims = await this.#ask<IdRow>(CLAIM_WITHOUT_OWNER, [limit]);
    return [
      ...owners.map(({ id }) => ({ kind: 'owner_without_claim', instanceId: id }) as const),
      ...claims.map(({ id }) => ({ kind: 'claim_without_owner', instanceId: id }) as const),
    ];
  }

  #ask<Row>(statement: string, parameters: readonly unknown[]): Promise<Row[]> {
    return reaching(() => this.dataSource.query<Row[]>(statement, [...parameters]));
  }
}
