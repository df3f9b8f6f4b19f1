import { Fault } from '../errors/index.js';
import type { InstanceId } from '../domain/ids.js';
import type { Instance } from '../domain/instance.js';
import type { Caller } from '../domain/principal.js';
import type { Clock } from '../lib/clock.js';
import type { Repositories, Store } from '../ports/index.js';
import { rotationInProgress } from './change-keys.js';
import { configChangeInProgress } from './change-config.js';
import type { InstanceView } from './instance-view.js';
import type { Precondition } from './precondition.js';
import { actorOf, viewOf, visibleInstance } from './visibility.js';

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
      await assertRestartable(tx, instance);
      return viewOf(tx, await this.#restart(tx, caller, instance));
    });
  }

  async #restart(tx: Repositories, caller: Caller, instance: Instance): Promise<Instance> {
    const at = this.clock.now();
    // Without an address the edge says that it is starting, and does not wait for it in vain.
    const notes = { resumeStep: 'restart_wanted', restartFrom: null, address: null } as const;
    const resuming = await tx.instances.move(instance, { verb: 'restart', at }, notes);
    await tx.audit.append({
      ...{ at, actor: actorOf(caller.principal), action: 'instance.restart' },
      ...{ target: instance.id, outcome: 'done', requestId: caller.requestId, from: caller.from },
      details: {},
    });
    await tx.outbox.append({ topic: 'instance.restarting', key: instance.id, payload: {}, at });
    return resuming ?? instance;
  }
}

async function assertRestartable(tx: Repositories, { id, state }: Instance): Promise<void> {
  if (state !== 'ready') {
    const sentence = `An instance is restarted while it is ready; this one is ${state}.`;
    throw new Fault('instance_not_ready', sentence);
  }
  const rotation = await tx.rotations.findOpen(id);
  if (rotation !== null) throw rotationInProgress(rotation.id);
  const change = await tx.configs.latest(id);
  if (change?.state === 'applying') throw configChangeInProgress(change.id);
}
