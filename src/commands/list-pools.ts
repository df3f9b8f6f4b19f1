import { Fault } from '../errors/index.js';
import type { Caller } from '../domain/principal.js';
import type { Clock } from '../lib/clock.js';
import type { Store } from '../ports/index.js';
import type { PoolView } from './pool-view.js';
import { poolViewOf } from './pool-view.js';

/** Shows every pool with how many of its instances are in which state, and how often it runs out. */
export class ListPools {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async execute({ caller }: { caller: Caller }): Promise<readonly PoolView[]> {
    if (caller.principal.role === 'tenant') {
      throw new Fault('forbidden', 'Pools are shown to products and operators only.');
    }
    const pools = await this.store.pools.list();
    const now = this.clock.now();
    return Promise.all(pools.map((pool) => poolViewOf(this.store, pool, now)));
  }
}
