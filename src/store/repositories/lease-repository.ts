import type { EntityManager } from 'typeorm';
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
  UPDATE leases SET expires_at = now() WHERE name = $1 AND holder = $2 AND fence = $3`;

/** Leases in PostgreSQL. */
export class PostgresLeaseStore implements LeaseStore {
  constructor(private readonly manager: EntityManager) {}

  async grant(name: string, holder: string, ttlMs: number): Promise<Lease | null> {
    const rows = await this.manager.query<{ fence: number }[]>(GRANT, [name, holder, ttlMs]);
    const fence = rows[0]?.fence;
    return fence === undefined ? null : { name, holder, fence };
  }

  async release({ name, holder, fence }: Lease): Promise<void> {
    await this.manager.query(RELEASE, [name, holder, fence]);
  }
}
