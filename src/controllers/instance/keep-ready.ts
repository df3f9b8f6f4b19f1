import type { Instance } from '../../domain/instance.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import { SETTLED, recheck } from '../reconciler.js';
import { announce, announceToStarted } from './announce.js';
import { currentAddress } from './current-address.js';
import { lookAgainMs } from './look-again.js';
import { followConfig } from './follow-config.js';
import type { Outside } from './outside.js';
import { rotateKeys } from './rotate-keys.js';

/** Between two looks at a gateway that is still starting. */
const STARTING_AGAIN_MS = 400;

/** ready: keeps the route true, brings each new revision to the gateway, and keys and settings to their end. */
export async function keepReady(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<Outcome> {
  const address = await currentAddress(outside, instance, signal);
  const rotated = await rotateKeys(outside, instance, address, signal);
  if (rotated !== null) return rotated;
  const followed = await followConfig(outside, instance, address, signal);
  if (followed !== null) return followed;
  if (instance.revisionApplied >= instance.revision) return SETTLED;
  if (address === null) {
    await announceToBlocked(outside, instance, signal);
    return recheck(STARTING_AGAIN_MS);
  }
  if (!(await isAnnounced(outside, instance, signal))) return recheck(STARTING_AGAIN_MS);
  const { gateway, store, clock, log, onPhase } = outside;
  const announcedAt = outside.announced.get(instance.id)?.at;
  const applied = await gateway.appliedRevision(address, signal);
  if (applied === null || applied <= instance.revisionApplied) {
    return recheck(lookAgainMs(announcedAt ?? clock.now(), clock.now()));
  }

  await store.instances.note(instance, { revisionApplied: applied });
  log.info('revision live', { instanceId: instance.id, revision: applied });
  if (announcedAt !== undefined) {
    onPhase('apply', (clock.now().getTime() - announcedAt.getTime()) / 1000);
  }
  if (applied >= instance.revision) outside.announced.delete(instance.id);
  return recheck(0);
}

/**
 * A task that starts again reads Vault at the version that was announced last. When that one was
 * destroyed, its templates wait for ever and nothing of it is ever found, so it is told of the
 * newest one: while it waits, no change of its configuration can disturb its start.
 */
async function announceToBlocked(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<void> {
  const { announced, clock, scheduler, log } = outside;
  const { id, revision } = instance;
  if (announced.get(id)?.revision === revision) return;
  const allocations = await scheduler.listAllocations(id, signal);
  if (!allocations.some(({ isWanted, phase }) => isWanted && phase === 'pending')) return;
  await announce(outside, instance, signal);
  announced.set(id, { revision, at: clock.now() });
  log.info('announced to a task that waits for its secrets', { instanceId: id, revision });
}

/**
 * Announces the wanted revision unless this process did so already, and says whether it is out.
 * Forgetting costs nothing but one more call, for an announcement may always be repeated.
 */
async function isAnnounced(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<boolean> {
  const { announced, clock } = outside;
  if (announced.get(instance.id)?.revision === instance.revision) return true;
  const address = await announceToStarted(outside, instance, signal);
  if (address === null) return false;
  announced.set(instance.id, { revision: instance.revision, at: clock.now() });
  return true;
}
