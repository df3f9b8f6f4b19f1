import type { EntityManager } from 'typeorm';
import { In, Not } from 'typeorm';
import { z } from 'zod';
import type { PoolId } from '../../domain/ids.js';
import type { Pool, PoolKey } from '../../domain/pool.js';
import { BREAKER_FAILURES, poolIdOf } from '../../domain/pool.js';
import { SIZE_CLASS_NAMES } from '../../domain/size-classes.js';
import type { PoolBounds, PoolStore } from '../../ports/index.js';
import { PoolRow } from '../rows/pool-row.js';

const StoredSizeClass = z.enum(SIZE_CLASS_NAMES);

/** Each failure past the limit opens the breaker anew, so that a failed probe waits again. */
const RECORD_FAILURE = `
  UPDATE pools SET failures_in_a_row = failures_in_a_row + 1,
    breaker_opened_at = CASE WHEN failures_in_a_row + 1 >= $3 THEN $2::timestamptz END
  WHERE id = $1`;

/** Pools in PostgreSQL. */
export class PostgresPoolStore implements PoolStore {
  constructor(private readonly manager: EntityManager) {}

  async ensure(key: PoolKey, bounds: PoolBounds, at: Date): Promise<Pool> {
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

  async findForUpdate(id: PoolId): Promise<Pool | null> {
    const row = await this.manager.findOne(PoolRow, {
      where: { id },
      lock: { mode: 'pessimistic_write' },
    });
    return row === null ? null : toPool(row);
  }

  async retireOthers(offered: readonly PoolId[]): Promise<void> {
    await this.manager.update(PoolRow, { id: Not(In([...offered])) }, { idleTarget: 0 });
  }

  async recordStart(id: PoolId, outcome: 'admitted' | 'failed', at: Date): Promise<void> {
    if (outcome === 'admitted') {
      await this.manager.update(PoolRow, { id }, { failuresInARow: 0, breakerOpenedAt: null });
    } else {
      await this.manager.query(RECORD_FAILURE, [id, at, BREAKER_FAILURES]);
    }
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
