import type { Instance } from '../../domain/instance.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import { SETTLED, recheck } from '../reconciler.js';
import type { Outside } from './outside.js';

const LOOK_AGAIN_MS = 500;

/**
 * deleting → deleted: the job first, then what it could read, and only when nothing of it runs any
 * more is it called deleted. What is gone already counts as done.
 */
export async function tearDown(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<Outcome> {
  const { scheduler, announcements, shredder, store, clock, log } = outside;
  const job = await scheduler.stopInstance(instance.id, signal);
  await announcements.withdraw(instance.id, signal);
  await shredder.shred(instance.id, signal);

  if (job === 'stopping') return recheck(LOOK_AGAIN_MS);

  const at = clock.now();
  await store.transaction(async (tx) => {
    const finished = await tx.instances.move(instance, { verb: 'finish', at });
    if (finished === null) return;
    // Whoever takes an instance out of `ready` closes its rotation; the release before did not.
    const closing = { at, reason: 'instance_gone', actor: 'controller' } as const;
    await tx.rotations.closeOpen(instance.id, closing);
    await tx.configs.forget(instance.id);
    await tx.outbox.append({ topic: 'instance.deleted', key: instance.id, payload: {}, at });
  });
  outside.announced.delete(instance.id);
  log.info('instance deleted', { instanceId: instance.id });
  return SETTLED;
}
