import type { EntityManager } from 'typeorm';
import { leaseNameOf } from '../../domain/lease-names.js';
import type { Lease, LeaseStore } from '../../ports/index.js';

/** One statement by the database's clock, so that holders' own clocks do not matter. */
const GRANT = `
  INSERT INTO leases (name, holder, fence, expires_at)
  VALUES ($1, $2, 1, now() + $3 * interval '1 millisecond')
  ON CONFLICT (name) DO UPDATE SET
    holder = EXCLUDED.holder, expires_at = EXCLUDED.expires_at,
    fence = leases.fence + (CASE WHEN leases.holder = EXCLUDED.holder THEN 0 ELSE 1 END)
  WHERE leases.holder = EXCLUDED.holder OR leases.expires_at <= now()
  RETURNING fence`;

/** The row stays, for its fence must never start again. */
const RELEASE = `
  UPDATE leases SET expires_at = now()
  FROM unnest($1::text[], $2::text[], $3::integer[]) AS given (name, holder, fence)
  WHERE leases.name = given.name AND leases.holder = given.holder AND leases.fence = given.fence`;

const TELL = `SELECT pg_notify('leases_handed_over', '')`;

/** A deleted instance is written by nobody any more, so that its fence may be forgotten. */
const DELETE_SETTLED = `
  DELETE FROM leases WHERE name IN (
    SELECT leases.name FROM leases JOIN instances ON leases.name = $1 || instances.id
    WHERE instances.state = 'deleted' AND leases.expires_at <= now() LIMIT $2)`;

/** Leases in PostgreSQL. */
export class PostgresLeaseStore implements LeaseStore {
  constructor(private readonly manager: EntityManager) {}

  async grant(name: string, holder: string, ttlMs: number): Promise<Lease | null> {
    const rows = await this.manager.query<{ fence: number }[]>(GRANT, [name, holder, ttlMs]);
    const fence = rows[0]?.fence;
    return fence === undefined ? null : { name, holder, fence };
  }

  async release(leases: readonly Lease[]): Promise<void> {
    if (leases.length === 0) return;
    await this.manager.query(RELEASE, [
      leases.map(({ name }) => name),
      leases.map(({ holder }) => holder),
      leases.map(({ fence }) => fence),
    ]);
  }

  async handOver(leases: readonly Lease[]): Promise<void> {
    await this.release(leases);
    await this.manager.query(TELL);
  }

  async deleteSettled(limit: number): Promise<number> {
    const parameters = [leaseNameOf('instance', ''), limit];
    const [, deleted] = await this.manager.query<[unknown[], number]>(DELETE_SETTLED, parameters);
    return deleted;
  }
}
