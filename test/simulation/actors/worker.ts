import { StartRotation } from '../../../src/commands/start-rotation.js';
import { deadline } from '../../../src/lib/timers.js';
import { destroyLeftovers } from '../../../src/queue/key-campaigns/destroy-leftovers.js';
import { KeyCampaignRunner } from '../../../src/queue/key-campaigns/key-campaign-runner.js';
import type { Process } from '../core/simulation.js';
import { createMemoryStore } from '../store/memory-store.js';
import { campaignValuesOf, keyVaultOf } from '../world/ports.js';
import type { ControlPlane } from './control-plane.js';
import { logOf } from './control-plane.js';

/** As the worker role is set. */
const EVERY_MS = 2_000;
/** Turns between two looks for values that were left behind. */
const LEFTOVERS_EVERY = 10;
/** Longer than any turn of one that works. */
const TURN_LIMIT_MS = 600_000;

/** A worker's part in key campaigns; Bull, which wakes it, is a tick here. */
export function startWorker(plane: ControlPlane, process: Process): void {
  const { world } = plane;
  const { sim } = world;
  const store = createMemoryStore(world.database);
  const clock = sim.clockOf(process);
  const ports = {
    ...{ store, clock, values: campaignValuesOf(world), log: logOf(plane) },
    rotations: new StartRotation(store, keyVaultOf(world), clock),
    holder: process.name,
    onMoved: () => undefined,
  };
  const runner = new KeyCampaignRunner(ports);
  const work = async (): Promise<void> => {
    for (let turn = 1; ; turn += 1) {
      try {
        await runner.run(deadline(TURN_LIMIT_MS));
        if (turn % LEFTOVERS_EVERY === 0) await destroyLeftovers(ports, deadline(TURN_LIMIT_MS));
      } catch (error) {
        ports.log.warn('a turn failed', { error });
      }
      await sim.wait(EVERY_MS);
    }
  };
  void work();
}
