import type { ListPools } from '../../commands/list-pools.js';
import type { Endpoint } from '../endpoint.js';
import { endpoint } from '../endpoint.js';
import { presentPool } from '../present.js';
import { PoolList } from '../schemas.js';

/** The operations on pools. */
export function poolEndpoints(commands: { readonly list: Pick<ListPools, 'execute'> }): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/pools',
      operationId: 'listPools',
      summary: 'Show each pool’s target and stock',
      params: null,
      query: null,
      body: null,
      answers: { 200: { says: 'All pools.', schema: PoolList } },
      async handle({ caller }) {
        const pools = await commands.list.execute({ caller });
        return { status: 200, body: { items: pools.map(presentPool) } };
      },
    }),
  ];
}
