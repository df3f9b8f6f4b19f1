import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import type { PoolId } from '../../domain/ids.js';
import type { Pool, PoolBounds, PoolKey } from '../../domain/pool.js';
import {
  BREAKER_FAILURES,
  EARLY_DEATH_MEMORY_MS,
  POOL_HOLDS,
  poolIdOf,
} from '../../domain/pool.js';
import { SIZE_CLASS_NAMES } from '../../domain/size-classes.js';
import type { StartOutcome } from '../../domain/start-outcome.js';
import type { PoolChanges, PoolStore } from '../../ports/index.js';
import { PoolRow } from '../rows/pool-row.js';

const StoredSizeClass = z.enum(SIZE_CLASS_NAMES);
const StoredHold = z.enum(POOL_HOLDS).nullable();
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
      WHEN $4 OR is_breaker_final OR failures_in_a_row + 1 >= $3 THEN $2::timestamptz END,
    died_early_at = CASE WHEN $5 THEN $2::timestamptz ELSE died_early_at END
  WHERE id = $1`;

/** A member that was admitted may die as early as the last one did. */
const RECORD_ADMISSION = `
  UPDATE pools SET failures_in_a_row = 0, breaker_opened_at = NULL, is_breaker_final = false,
    died_early_at = NULL
  WHERE id = $1 AND (died_early_at IS NULL
    OR died_early_at <= $2::timestamptz - $3 * interval '1 millisecond')`;

/** Locks of node pools are told apart from every other advisory lock by this number. */
const STARTS_LOCK = 7_151;

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
  UPDATE pools SET superseded_by = heir.id,
    superseded_at = CASE
      WHEN heir.id IS NOT NULL THEN COALESCE(pools.superseded_at, $2::timestamptz) END
  FROM (
    SELECT pool.id AS pool_id, offered.id
    FROM pools pool LEFT JOIN pools offered
      ON offered.id = ANY($1) AND pool.id <> ALL($1)
      AND offered.size_class = pool.size_class AND offered.node_pool = pool.node_pool
  ) heir
  WHERE heir.pool_id = pools.id`;

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

  async lockStarts(nodePool: string): Promise<void> {
    const statement = 'SELECT pg_advisory_xact_lock($1, hashtext($2))';
    await this.manager.query(statement, [STARTS_LOCK, nodePool]);
  }

  async supersedeOthers(offered: readonly PoolId[], at: Date): Promise<void> {
    await this.manager.query(SUPERSEDE, [[...offered], at]);
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

  async recordStart(id: PoolId, outcome: StartOutcome, at: Date): Promise<void> {
    if (outcome === 'admitted') {
      await this.manager.query(RECORD_ADMISSION, [id, at, EARLY_DEATH_MEMORY_MS]);
    } else {
      const isHopeless = outcome === 'hopeless';
      const diedEarly = outcome === 'died_early';
      const parameters = [id, at, BREAKER_FAILURES, isHopeless, diedEarly];
      await this.manager.query(RECORD_FAILURE, parameters);
    }
  }
}

const CLOSED = {
  failuresInARow: 0,
  breakerOpenedAt: null,
  isBreakerFinal: false,
  diedEarlyAt: null,
};

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
    diedEarlyAt: row.diedEarlyAt,
    pausedAt: row.pausedAt,
    supersededBy: row.supersededBy as PoolId | null,
    supersededAt: row.supersededAt,
    memberDeadlineMs: row.memberDeadlineMs,
    hold: StoredHold.parse(row.hold),
    holdReason: row.holdReason,
  };
}
