import type { InstanceId } from '../domain/ids.js';
import type { Instance } from '../domain/instance.js';
import type { Caller } from '../domain/principal.js';
import type { Clock } from '../lib/clock.js';
import type { Repositories, Store } from '../ports/index.js';
import type { InstanceView } from './instance-view.js';
import { actorOf, viewOf, visibleInstance } from './visibility.js';

/**
 * Marks an instance for deletion; a controller destroys it with its data. Its name is free and its
 * route closed as soon as this returns. Deleting it again changes nothing.
 */
export class DeleteInstance {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async execute(request: { caller: Caller; instanceId: InstanceId }): Promise<InstanceView> {
    const { caller, instanceId } = request;
    const view = await visibleInstance(this.store, caller.principal, instanceId);
    const deleted = await this.store.transaction(async (tx) => {
      const instance = (await tx.instances.findForUpdate(view.instance.id)) ?? view.instance;
      if (instance.replacedBy !== null) return null;
      if (instance.state === 'deleting' || instance.state === 'deleted')
        return viewOf(tx, instance);
      return viewOf(tx, await this.#markDeleting(tx, caller, instance));
    });
    // Null when its owner was moved in this very moment: what is meant is where they are now.
    return deleted ?? this.execute(request);
  }

  async #markDeleting(tx: Repositories, caller: Caller, instance: Instance): Promise<Instance> {
    const at = this.clock.now();
    const marked = await tx.instances.move(instance, { verb: 'delete', at });
    await tx.claims.release(instance.id, at);
    const actor = actorOf(caller.principal);
    await tx.rotations.closeOpen(instance.id, { at, reason: 'instance_gone', actor });
    await tx.audit.append({
      at,
      actor,
      action: 'instance.delete',
      target: instance.id,
      outcome: 'done',
      requestId: caller.requestId,
      from: caller.from,
      details: { from: instance.state },
    });
    await tx.outbox.append({ topic: 'instance.deleting', key: instance.id, payload: {}, at });
    return marked ?? instance;
  }
}
