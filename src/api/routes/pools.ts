import type { ChangePool } from '../../commands/change-pool.js';
import type { ListPools } from '../../commands/list-pools.js';
import { parsePoolId } from '../../domain/ids.js';
import type { Endpoint } from '../endpoint.js';
import { endpoint } from '../endpoint.js';
import { presentPool } from '../present.js';
import { PoolChange, PoolList, PoolPath, PoolShown } from '../schemas.js';

/** What the operations on pools call. */
export interface PoolCommands {
  readonly list: Pick<ListPools, 'execute'>;
  readonly change: Pick<ChangePool, 'execute'>;
}

/** The operations on pools. */
export function poolEndpoints(commands: PoolCommands): Endpoint[] {
  return [listPools(commands), changePool(commands)];
}

function listPools({ list }: PoolCommands): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/pools',
    operationId: 'listPools',
    scope: 'pools:read',
    summary: 'Show each pool’s bounds, target and stock',
    params: null,
    query: null,
    body: null,
    answers: { 200: { says: 'All pools.', schema: PoolList } },
    async handle({ caller }) {
      const pools = await list.execute({ caller });
      return { status: 200, body: { items: pools.map(presentPool) } };
    },
  });
}

function changePool({ change }: PoolCommands): Endpoint {
  return endpoint({
    method: 'patch',
    path: '/v1/pools/:id',
    operationId: 'changePool',
    scope: 'pools:write',
    summary: 'Resize, schedule, pause or resume a pool; for operators',
    params: PoolPath,
    query: null,
    body: PoolChange,
    answers: { 200: { says: 'Changed; the controller follows in seconds.', schema: PoolShown } },
    faults: ['pool_unknown', 'pool_bounds_refused'],
    async handle({ caller, params, body: wish }) {
      const poolId = parsePoolId(params.id);
      return { status: 200, body: presentPool(await change.execute({ caller, poolId, wish })) };
    },
  });
}
