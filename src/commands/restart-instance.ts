import { Fault } from '../errors/index.js';
import type { Instance } from '../domain/instance.js';
import type { Clock } from '../lib/clock.js';
import type { Repositories, Store } from '../ports/index.js';
import type { WayBackRequest } from './bring-back.js';
import { bringBack } from './bring-back.js';
import { assertNoChangeOpen } from './change-config.js';
import { assertNotRotating } from './change-keys.js';
import type { InstanceView } from './instance-view.js';

/**
 * Has an instance's gateway start again where it is, with its data; a controller does it and proves it.
 * Asked again while it is on its way back, nothing is added. Faults: `instance_unknown`,
 * `instance_not_ready`, `rotation_in_progress`, `config_change_in_progress`, and the precondition's.
 */
export class RestartInstance {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  execute(request: WayBackRequest): Promise<InstanceView> {
    return bringBack({ store: this.store, clock: this.clock }, request, {
      verb: 'restart',
      // Without an address the edge says that it is starting, and does not wait for it in vain.
      notes: { resumeStep: 'restart_wanted', restartFrom: null, address: null },
      topic: 'instance.restarting',
      assertOpen: assertRestartable,
    });
  }
}

async function assertRestartable(tx: Repositories, { id, state }: Instance): Promise<void> {
  if (state !== 'ready') {
    const sentence = `An instance is restarted while it is ready; this one is ${state}.`;
    throw new Fault('instance_not_ready', sentence);
  }
  await assertNotRotating(tx, id);
  await assertNoChangeOpen(tx, id);
}
