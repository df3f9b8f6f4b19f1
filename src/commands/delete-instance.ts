import type { InstanceId } from '../domain/ids.js';
import type { Instance, InstanceState } from '../domain/instance.js';
import type { Caller } from '../domain/principal.js';
import type { Clock } from '../lib/clock.js';
import { plusMs } from '../lib/clock.js';
import type { Repositories, Store } from '../ports/index.js';
import type { InstanceView } from './instance-view.js';
import type { Precondition } from './precondition.js';
import { actorOf, viewOf, visibleInstance } from './visibility.js';

/** Only what may hold its owner's data is worth keeping for a while. */
const TRASHABLE: readonly InstanceState[] = ['ready', 'resuming'];

export interface DeleteRequest {
  readonly caller: Caller;
  readonly instanceId: InstanceId;
  /** How long it may be restored, in milliseconds, and never longer than is usual; null for that. */
  readonly graceMs?: number | null;
  readonly precondition?: Precondition;
}

/**
 * Puts an instance out of reach, and has it destroyed with its data: at once, or after a time in the
 * trash. Its route is closed as soon as this returns, and its name is free once it is to be destroyed.
 * What is in the trash already stays as long as it was to, unless it is to go at once.
 */
export class DeleteInstance {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    /** The usual time in the trash, in milliseconds; 0 for none. */
    private readonly usualGraceMs = 0,
  ) {}

  async execute(request: DeleteRequest): Promise<InstanceView> {
    const { caller, instanceId, precondition } = request;
    const graceMs = Math.min(request.graceMs ?? this.usualGraceMs, this.usualGraceMs);
    const view = await visibleInstance(this.store, caller.principal, instanceId);
    const deleted = await this.store.transaction(async (tx) => {
      const instance = (await tx.instances.findForUpdate(view.instance.id)) ?? view.instance;
      if (instance.replacedBy !== null) return null;
      const seen = await viewOf(tx, instance);
      precondition?.(seen);
      const { state } = instance;
      const isGoing = state === 'deleting' || state === 'deleted';
      if (isGoing || (state === 'trashed' && graceMs > 0)) return seen;
      const isTrashed = graceMs > 0 && TRASHABLE.includes(state);
      const marked = isTrashed
        ? await this.#trash(tx, caller, instance, graceMs)
        : await this.#markDeleting(tx, caller, instance);
      return viewOf(tx, marked);
    });
    // Null when its owner was moved in this very moment: what is meant is where they are now.
    return deleted ?? this.execute(request);
  }

  async #trash(
    tx: Repositories,
    caller: Caller,
    instance: Instance,
    graceMs: number,
  ): Promise<Instance> {
    const at = this.clock.now();
    const destroyAt = plusMs(at, graceMs);
    const notes = { destroyAt, resumeStep: null, restartFrom: null };
    const trashed = await tx.instances.move(instance, { verb: 'trash', at }, notes);
    await this.#leave(tx, caller, instance, 'instance_not_ready');
    const payload = { destroyAt: destroyAt.toISOString() };
    await tx.outbox.append({ topic: 'instance.trashed', key: instance.id, payload, at });
    return trashed ?? instance;
  }

  async #markDeleting(tx: Repositories, caller: Caller, instance: Instance): Promise<Instance> {
    const at = this.clock.now();
    const marked = await tx.instances.move(instance, { verb: 'delete', at });
    await tx.claims.release(instance.id, at);
    await this.#leave(tx, caller, instance, 'instance_gone');
    await tx.outbox.append({ topic: 'instance.deleting', key: instance.id, payload: {}, at });
    return marked ?? instance;
  }

  /** Ends what was under way in the instance, and writes down who wanted it gone. */
  async #leave(
    tx: Repositories,
    caller: Caller,
    instance: Instance,
    reason: 'instance_not_ready' | 'instance_gone',
  ): Promise<void> {
    const at = this.clock.now();
    const actor = actorOf(caller.principal);
    await tx.rotations.closeOpen(instance.id, { at, reason, actor });
    await tx.configs.closeOpen(instance.id, { at, reason });
    await tx.audit.append({
      at,
      actor,
      action: reason === 'instance_gone' ? 'instance.delete' : 'instance.trash',
      target: instance.id,
      outcome: 'done',
      requestId: caller.requestId,
      from: caller.from,
      details: { from: instance.state },
    });
  }
}
