import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import type { PoolId } from '../../domain/ids.js';
import type { Pool, PoolKey } from '../../domain/pool.js';
import { poolIdOf } from '../../domain/pool.js';
import { SIZE_CLASS_NAMES } from '../../domain/size-classes.js';
import type { PoolStore } from '../../ports/index.js';
import { PoolRow } from '../rows/pool-row.js';

const StoredSizeClass = z.enum(SIZE_CLASS_NAMES);

/** Pools in PostgreSQL. */
export class PostgresPoolStore implements PoolStore {
  constructor(private readonly manager: EntityManager) {}

  async ensure(
    key: PoolKey,
    bounds: { idleTarget: number; membersMax: number },
    at: Date,
  ): Promise<Pool> {
    const id = poolIdOf(key);
    await this.manager
      .createQueryBuilder()
      .insert()
      .into(PoolRow)
      .values({ id, ...key, ...bounds, createdAt: at })
      .orUpdate(['idle_target', 'members_max'], ['id'])
      .execute();
    return toPool(await this.manager.findOneByOrFail(PoolRow, { id }));
  }

  async find(id: PoolId): Promise<Pool | null> {
    const row = await this.manager.findOneBy(PoolRow, { id });
    return row === null ? null : toPool(row);
  }

  async list(): Promise<readonly Pool[]> {
    const rows = await this.manager.find(PoolRow, { order: { id: 'ASC' } });
    return rows.map(toPool);
  }

  async recordBreaker(
    id: PoolId,
    breaker: { failuresInARow: number; breakerOpenedAt: Date | null },
  ): Promise<void> {
    await this.manager.update(PoolRow, { id }, breaker);
  }
}

function toPool(row: PoolRow): Pool {
  return {
    id: row.id as PoolId,
    sizeClass: StoredSizeClass.parse(row.sizeClass),
    openclawVersion: row.openclawVersion,
    configSchema: row.configSchema,
    nodePool: row.nodePool,
    idleTarget: row.idleTarget,
    membersMax: row.membersMax,
    failuresInARow: row.failuresInARow,
    breakerOpenedAt: row.breakerOpenedAt,
    pausedAt: row.pausedAt,
  };
}
