import type { Instance } from '../../domain/instance.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import { SETTLED, recheck } from '../reconciler.js';
import { announceToStarted } from './announce.js';
import { lookAgainMs } from './look-again.js';
import type { Outside } from './outside.js';

/**
 * trashed: has the gateway lock everybody out and forget keys and channels, and destroys it when its
 * time is up. Its process and its data stay as they are until then.
 */
export async function keepTrashed(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<Outcome> {
  const { store, gateway, clock, log } = outside;
  const { id, stateAt, destroyAt, revision, revisionApplied } = instance;
  const now = clock.now();
  if (destroyAt === null || destroyAt <= now) return destroy(outside, instance);
  // Rounds find it again when its time is up.
  if (revisionApplied >= revision) return SETTLED;
  const address = await announceToStarted(outside, instance, signal);
  if (address === null) return recheck(lookAgainMs(stateAt, now));
  const applied = await gateway.appliedRevision(address, signal);
  if (applied === null || applied < revision) {
    return recheck(lookAgainMs(stateAt, now));
  }
  await store.instances.note(instance, { revisionApplied: applied });
  log.info('instance locked', { instanceId: id, destroyAt: destroyAt.toISOString() });
  return SETTLED;
}

/** Nobody took it out in time: from here there is no way back, and its name is free. */
async function destroy({ store, clock, log }: Outside, instance: Instance): Promise<Outcome> {
  const at = clock.now();
  await store.transaction(async (tx) => {
    if ((await tx.instances.move(instance, { verb: 'delete', at })) === null) return;
    await tx.claims.release(instance.id, at);
    await tx.audit.append({
      ...{ at, actor: 'controller', action: 'instance.destroy', target: instance.id },
      ...{ outcome: 'done', requestId: null, from: null, details: { from: instance.state } },
    });
    await tx.outbox.append({ topic: 'instance.deleting', key: instance.id, payload: {}, at });
  });
  log.info('time in the trash is up', { instanceId: instance.id });
  return recheck(0);
}
