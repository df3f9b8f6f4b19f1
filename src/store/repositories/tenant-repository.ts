import type { EntityManager } from 'typeorm';
import { In } from 'typeorm';
import type { TenantId } from '../../domain/ids.js';
import type { Tenant, TenantStore } from '../../ports/index.js';
import { queryRows } from '../raw-rows.js';
import { TenantRow } from '../rows/tenant-row.js';

/** One statement, for it is on the way of every claim. */
const ENSURE = `
  WITH known AS (SELECT * FROM tenants WHERE external_ref = $2),
  made AS (
    INSERT INTO tenants (id, external_ref, created_at)
    SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT 1 FROM known)
    ON CONFLICT (external_ref) DO NOTHING RETURNING *
  )
  SELECT * FROM known UNION ALL SELECT * FROM made`;

/** Tenants in PostgreSQL. */
export class PostgresTenantStore implements TenantStore {
  constructor(private readonly manager: EntityManager) {}

  async ensure(candidate: Parameters<TenantStore['ensure']>[0], at: Date): Promise<Tenant> {
    const { id, externalRef } = candidate;
    const [row] = await queryRows(this.manager, TenantRow, ENSURE, [id, externalRef, at]);
    // Nothing comes back when somebody else's insert committed after this statement had begun.
    return toTenant(row ?? (await this.manager.findOneByOrFail(TenantRow, { externalRef })));
  }

  async findByRef(externalRef: string): Promise<Tenant | null> {
    const row = await this.manager.findOneBy(TenantRow, { externalRef });
    return row === null ? null : toTenant(row);
  }

  async findMany(ids: readonly TenantId[]): Promise<readonly Tenant[]> {
    if (ids.length === 0) return [];
    const rows = await this.manager.findBy(TenantRow, { id: In([...ids]) });
    return rows.map(toTenant);
  }

  async setSuspended(externalRef: string, suspendedAt: Date | null): Promise<Tenant | null> {
    await this.manager.update(TenantRow, { externalRef }, { suspendedAt });
    return this.findByRef(externalRef);
  }
}

function toTenant(row: TenantRow): Tenant {
  return {
    id: row.id as TenantId,
    externalRef: row.externalRef,
    suspendedAt: row.suspendedAt,
  };
}
