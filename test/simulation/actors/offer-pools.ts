import { poolIdOf } from '../../../src/domain/pool.js';
import { Fault } from '../../../src/errors/index.js';
import type { Process } from '../core/simulation.js';
import { createMemoryStore } from '../store/memory-store.js';
import type { ControlPlane } from './control-plane.js';

const MEMBERS_MAX = 16;
const AGAIN_MS = 2_000;

/**
 * Makes the pools that are offered and supersedes the others, as a controller does when it starts. One
 * that cannot is started again by its supervisor.
 */
export async function offerPools({ world }: ControlPlane, process: Process): Promise<void> {
  const store = createMemoryStore(world.database);
  const clock = world.sim.clockOf(process);
  const offers = [...world.releases.offers().values()];
  for (;;) {
    try {
      for (const { key, bounds } of offers) {
        const { idleFloor, idleCeiling } = bounds;
        const wanted = { idleFloor, idleCeiling, membersMax: MEMBERS_MAX };
        await store.pools.ensure(key, wanted, clock.now());
      }
      const ids = offers.map(({ key }) => poolIdOf(key));
      await store.pools.supersedeOthers(ids, clock.now());
      return;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      await world.sim.wait(AGAIN_MS);
    }
  }
}
