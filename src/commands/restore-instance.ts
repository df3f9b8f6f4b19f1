import { Fault } from '../errors/index.js';
import type { Instance } from '../domain/instance.js';
import type { Clock } from '../lib/clock.js';
import type { Repositories, Store } from '../ports/index.js';
import type { WayBackRequest } from './bring-back.js';
import { bringBack } from './bring-back.js';
import type { InstanceView } from './instance-view.js';

/**
 * Takes an instance out of the trash, with its data, keys and token; a controller lets its owner in
 * again and proves it. Asked again while it is on its way back, nothing is added. Faults:
 * `instance_unknown`, `restore_refused`, and the precondition's.
 */
export class RestoreInstance {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  execute(request: WayBackRequest): Promise<InstanceView> {
    return bringBack({ store: this.store, clock: this.clock }, request, {
      verb: 'restore',
      notes: { resumeStep: 'awaited', destroyAt: null },
      topic: 'instance.restored',
      assertOpen: assertRestorable,
    });
  }
}

function assertRestorable(_tx: Repositories, { state }: Instance): void {
  if (state === 'trashed') return;
  const sentence = ['deleting', 'deleted'].includes(state)
    ? 'Its time in the trash is over: what it held is destroyed.'
    : `Only what is in the trash can be restored; this one is ${state}.`;
  throw new Fault('restore_refused', sentence);
}
