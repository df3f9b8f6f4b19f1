import { Fault } from '../errors/index.js';
import type { InstanceId } from '../domain/ids.js';
import type { Instance } from '../domain/instance.js';
import type { Caller } from '../domain/principal.js';
import type { Clock } from '../lib/clock.js';
import type { Repositories, Store } from '../ports/index.js';
import type { InstanceView } from './instance-view.js';
import type { Precondition } from './precondition.js';
import { actorOf, viewOf, visibleInstance } from './visibility.js';

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

  async execute(request: {
    readonly caller: Caller;
    readonly instanceId: InstanceId;
    readonly precondition?: Precondition;
  }): Promise<InstanceView> {
    const { caller, precondition } = request;
    const seen = await visibleInstance(this.store, caller.principal, request.instanceId);
    return this.store.transaction(async (tx) => {
      const instance = (await tx.instances.findForUpdate(seen.instance.id)) ?? seen.instance;
      const view = await viewOf(tx, instance);
      precondition?.(view);
      if (instance.state === 'resuming') return view;
      if (instance.state !== 'trashed') throw refused(instance);
      return viewOf(tx, await this.#restore(tx, caller, instance));
    });
  }

  async #restore(tx: Repositories, caller: Caller, instance: Instance): Promise<Instance> {
    const at = this.clock.now();
    const notes = { resumeStep: 'awaited', destroyAt: null } as const;
    const resuming = await tx.instances.move(instance, { verb: 'restore', at }, notes);
    await tx.audit.append({
      ...{ at, actor: actorOf(caller.principal), action: 'instance.restore' },
      ...{ target: instance.id, outcome: 'done', requestId: caller.requestId, from: caller.from },
      details: {},
    });
    await tx.outbox.append({ topic: 'instance.restored', key: instance.id, payload: {}, at });
    return resuming ?? instance;
  }
}

function refused({ state }: Instance): Fault {
  const sentence = ['deleting', 'deleted'].includes(state)
    ? 'Its time in the trash is over: what it held is destroyed.'
    : `Only what is in the trash can be restored; this one is ${state}.`;
  return new Fault('restore_refused', sentence);
}
