import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import type { PoolId } from '../../domain/ids.js';
import type { Pool, PoolBounds, PoolKey } from '../../domain/pool.js';
import { BREAKER_FAILURES, poolIdOf } from '../../domain/pool.js';
import { SIZE_CLASS_NAMES } from '../../domain/size-classes.js';
import type { PoolChanges, PoolStore } from '../../ports/index.js';
import { PoolRow } from '../rows/pool-row.js';

const StoredSizeClass = z.enum(SIZE_CLASS_NAMES);
const StoredOverrides = z.array(
  z.object({
    cron: z.string(),
    timeZone: z.string(),
    forMinutes: z.number(),
    idleFloor: z.number(),
  }),
);

/**
 * Each failure past the limit opens the breaker anew, so that a failed probe waits again. A breaker
 * that an operator must close stays so.
 */
const RECORD_FAILURE = `
  UPDATE pools SET failures_in_a_row = failures_in_a_row + 1,
    is_breaker_final = is_breaker_final OR $4,
    breaker_opened_at = CASE
      WHEN $4 OR is_breaker_final OR failures_in_a_row + 1 >= $3 THEN $2::timestamptz END
  WHERE id = $1`;

/** More tokens than any bucket holds: a new pool may start its first members at once. */
const FULL_BUCKET = 1_000_000;

/** New bounds replace the old ones only if the settings that gave them changed. */
const ENSURE = `
  INSERT INTO pools (id, size_class, openclaw_version, config_schema, node_pool,
    idle_floor, idle_ceiling, members_max, configured, idle_target, created_at,
    start_tokens, start_tokens_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $6, $10, $11, $10)
  ON CONFLICT (id) DO UPDATE SET
    idle_floor = EXCLUDED.idle_floor, idle_ceiling = EXCLUDED.idle_ceiling,
    members_max = EXCLUDED.members_max, configured = EXCLUDED.configured,
    idle_target = LEAST(GREATEST(pools.idle_target, EXCLUDED.idle_floor), EXCLUDED.idle_ceiling)
  WHERE pools.configured <> EXCLUDED.configured`;

const SUPERSEDE = `
  UPDATE pools SET superseded_by = (
    SELECT offered.id FROM pools offered
    WHERE offered.id = ANY($1) AND pools.id <> ALL($1)
      AND offered.size_class = pools.size_class AND offered.node_pool = pools.node_pool)`;

/** A pool that nothing supersedes and that is not offered either has nobody to keep members for. */
const EMPTY_UNOFFERED = `
  UPDATE pools SET idle_floor = 0, idle_ceiling = 0, idle_target = 0, configured = ''
  WHERE id <> ALL($1) AND superseded_by IS NULL`;

/** Pools in PostgreSQL. */
export class PostgresPoolStore implements PoolStore {
  constructor(private readonly manager: EntityManager) {}

  async ensure(key: PoolKey, bounds: PoolBounds, at: Date): Promise<Pool> {
    const id = poolIdOf(key);
    const { idleFloor, idleCeiling, membersMax } = bounds;
    await this.manager.query(ENSURE, [
      ...[id, key.sizeClass, key.openclawVersion, key.configSchema, key.nodePool],
      ...[idleFloor, idleCeiling, membersMax, `${idleFloor}..${idleCeiling}/${membersMax}`, at],
      FULL_BUCKET,
    ]);
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

  async supersedeOthers(offered: readonly PoolId[]): Promise<void> {
    await this.manager.query(SUPERSEDE, [[...offered]]);
    await this.manager.query(EMPTY_UNOFFERED, [[...offered]]);
  }

  async change(id: PoolId, changes: PoolChanges): Promise<Pool | null> {
    const { startTokens, overrides, isBreakerOpen, ...columns } = changes;
    await this.manager.update(
      PoolRow,
      { id },
      {
        ...columns,
        ...(overrides === undefined ? {} : { overrides: [...overrides] }),
        ...(startTokens === undefined
          ? {}
          : { startTokens: startTokens.tokens, startTokensAt: startTokens.at }),
        ...(isBreakerOpen === undefined ? {} : CLOSED),
      },
    );
    return this.find(id);
  }

  async recordStart(
    id: PoolId,
    outcome: 'admitted' | 'failed' | 'hopeless',
    at: Date,
  ): Promise<void> {
    if (outcome === 'admitted') {
      await this.manager.update(PoolRow, { id }, CLOSED);
    } else {
      const parameters = [id, at, BREAKER_FAILURES, outcome === 'hopeless'];
      await this.manager.query(RECORD_FAILURE, parameters);
    }
  }
}

const CLOSED = { failuresInARow: 0, breakerOpenedAt: null, isBreakerFinal: false };

function toPool(row: PoolRow): Pool {
  return {
    id: row.id as PoolId,
    sizeClass: StoredSizeClass.parse(row.sizeClass),
    openclawVersion: row.openclawVersion,
    configSchema: row.configSchema,
    nodePool: row.nodePool,
    idleFloor: row.idleFloor,
    idleCeiling: row.idleCeiling,
    idleTarget: row.idleTarget,
    targetRaisedAt: row.targetRaisedAt,
    overrides: StoredOverrides.parse(row.overrides),
    membersMax: row.membersMax,
    startTokens: { tokens: row.startTokens, at: row.startTokensAt },
    failuresInARow: row.failuresInARow,
    breakerOpenedAt: row.breakerOpenedAt,
    isBreakerFinal: row.isBreakerFinal,
    pausedAt: row.pausedAt,
    supersededBy: row.supersededBy as PoolId | null,
  };
}
