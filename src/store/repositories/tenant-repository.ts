import type { EntityManager } from 'typeorm';
import { In } from 'typeorm';
import type { TenantId } from '../../domain/ids.js';
import type { Tenant, TenantStore } from '../../ports/index.js';
import { TenantRow } from '../rows/tenant-row.js';

/** Tenants in PostgreSQL. */
export class PostgresTenantStore implements TenantStore {
  constructor(private readonly manager: EntityManager) {}

  async ensure(candidate: Parameters<TenantStore['ensure']>[0], at: Date): Promise<Tenant> {
    const known = await this.findByRef(candidate.externalRef);
    if (known !== null) return known;
    await this.manager
      .createQueryBuilder()
      .insert()
      .into(TenantRow)
      .values({ ...candidate, createdAt: at })
      .orIgnore()
      .execute();
    const { externalRef } = candidate;
    return toTenant(await this.manager.findOneByOrFail(TenantRow, { externalRef }));
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
