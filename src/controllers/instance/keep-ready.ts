import type { Instance } from '../../domain/instance.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import { SETTLED, recheck } from '../reconciler.js';
import { announceToStarted } from './announce.js';
import { currentAddress } from './current-address.js';
import type { Outside } from './outside.js';
import { rotateKeys } from './rotate-keys.js';

/** Between two looks at whether the gateway took a new revision; each costs it little. */
const LOOK_AGAIN_MS = 40;
/** Between two looks at a gateway that is still starting. */
const STARTING_AGAIN_MS = 400;

/** ready: keeps the route true, brings each new revision to the gateway, and keys to their end. */
export async function keepReady(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<Outcome> {
  const address = await currentAddress(outside, instance, signal);
  const rotated = await rotateKeys(outside, instance, address, signal);
  if (rotated !== null) return rotated;
  if (instance.revisionApplied >= instance.revision) return SETTLED;
  if (address === null || !(await isAnnounced(outside, instance, signal))) {
    return recheck(STARTING_AGAIN_MS);
  }
  const { gateway, store, clock, log, onPhase } = outside;
  const applied = await gateway.appliedRevision(address, signal);
  if (applied === null || applied <= instance.revisionApplied) return recheck(LOOK_AGAIN_MS);

  await store.instances.note(instance, { revisionApplied: applied });
  log.info('revision live', { instanceId: instance.id, revision: applied });
  const announcedAt = outside.announced.get(instance.id)?.at;
  if (announcedAt !== undefined) {
    onPhase('apply', (clock.now().getTime() - announcedAt.getTime()) / 1000);
  }
  if (applied >= instance.revision) outside.announced.delete(instance.id);
  return recheck(0);
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
