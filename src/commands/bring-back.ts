import type { InstanceId } from '../domain/ids.js';
import type { Instance } from '../domain/instance.js';
import type { Caller } from '../domain/principal.js';
import type { Clock } from '../lib/clock.js';
import type { InstanceNotes, Repositories, Store } from '../ports/index.js';
import type { InstanceView } from './instance-view.js';
import type { Precondition } from './precondition.js';
import { actorOf, viewOf, visibleInstance } from './visibility.js';

export interface WayBackRequest {
  readonly caller: Caller;
  readonly instanceId: InstanceId;
  readonly precondition?: Precondition;
}

/** How an instance gets on its way back to ready. */
export interface WayBack {
  readonly verb: 'restart' | 'restore';
  readonly notes: InstanceNotes;
  readonly topic: 'instance.restarting' | 'instance.restored';
  /** Throws where this way is not open; asked with the row locked. */
  readonly assertOpen: (tx: Repositories, instance: Instance) => Promise<void> | void;
}

/** Sends an instance on its way back, where a controller proves it. One that is on it stays there. */
export async function bringBack(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  { caller, instanceId, precondition }: WayBackRequest,
  { verb, notes, topic, assertOpen }: WayBack,
): Promise<InstanceView> {
  const seen = await visibleInstance(store, caller.principal, instanceId);
  return store.transaction(async (tx) => {
    const instance = (await tx.instances.findForUpdate(seen.instance.id)) ?? seen.instance;
    const view = await viewOf(tx, instance);
    precondition?.(view);
    if (instance.state === 'resuming') return view;
    await assertOpen(tx, instance);
    const at = clock.now();
    const { id } = instance;
    const resuming = await tx.instances.move(instance, { verb, at }, notes);
    await tx.audit.append({
      ...{ at, actor: actorOf(caller.principal), action: `instance.${verb}`, target: id },
      ...{ outcome: 'done', requestId: caller.requestId, from: caller.from, details: {} },
    });
    await tx.outbox.append({ topic, key: id, payload: {}, at });
    return viewOf(tx, resuming ?? instance);
  });
}
