import { anInstanceId } from '../../support/builders.js';
import type { InstanceId } from '../../../src/domain/ids.js';
import type { TestDatabase } from '../../support/database.js';

/**
 * Makes ready instances of one tenant that are rows alone, all with the same gateway behind them. The
 * pool must be there already. Returns their ids.
 */
export async function plantOwned(
  database: Pick<TestDatabase, 'query'>,
  count: number,
  gateway: string,
): Promise<readonly InstanceId[]> {
  const ids = Array.from({ length: count }, () => anInstanceId());
  await database.query(
    `INSERT INTO tenants (id, external_ref, created_at) VALUES ('tn-bench', 'bench', now())
     ON CONFLICT DO NOTHING`,
    [],
  );
  await database.query(
    `INSERT INTO instances (id, pool_id, state, state_at, size_class, openclaw_version, tenant_id,
       name, address, allocation_id, created_at, start_granted_at, ready_at)
     SELECT owned, pools.id, 'ready', now(), pools.size_class, pools.openclaw_version, 'tn-bench',
       owned, $2, 'planted for ' || owned, now(), now(), now()
     FROM unnest($1::text[]) AS owned, pools`,
    [ids, gateway],
  );
  await database.query('ANALYZE', []);
  return ids;
}
