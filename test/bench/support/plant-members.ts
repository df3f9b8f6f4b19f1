import { poolIdOf } from '../../../src/domain/pool.js';
import type { PoolBounds } from '../../../src/domain/pool.js';
import { aPoolKey, anInstanceId } from '../../support/builders.js';
import type { TestDatabase } from '../../support/database.js';

const NO_STOCK: PoolBounds = { idleFloor: 0, idleCeiling: 0, membersMax: 100_000 };

/** Makes the pool, and idle members that are rows alone: nothing runs behind them. */
export async function plantMembers(
  database: Pick<TestDatabase, 'query'>,
  count: number,
  { idleFloor, idleCeiling, membersMax }: PoolBounds = NO_STOCK,
): Promise<void> {
  const key = aPoolKey();
  const { sizeClass, openclawVersion, configSchema, nodePool } = key;
  await database.query(
    `INSERT INTO pools (id, size_class, openclaw_version, config_schema, node_pool, idle_target,
       idle_floor, idle_ceiling, members_max, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, now())`,
    [
      ...[poolIdOf(key), sizeClass, openclawVersion, configSchema, nodePool],
      ...[idleFloor, idleCeiling, membersMax],
    ],
  );
  const ids = Array.from({ length: count }, () => anInstanceId());
  await database.query(
    `INSERT INTO instances (id, pool_id, state, state_at, size_class, openclaw_version,
       allocation_id, created_at, start_granted_at)
     SELECT member, pools.id, 'idle', now(), pools.size_class, pools.openclaw_version,
       'planted for ' || member, now(), now()
     FROM unnest($1::text[]) AS member, pools`,
    [ids],
  );
  // What autovacuum would have done long ago in a database that was not made a moment before.
  await database.query('ANALYZE', []);
}
