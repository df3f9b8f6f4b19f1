import type { Instance } from '../../domain/instance.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import { SETTLED, recheck } from '../reconciler.js';
import { announce } from './announce.js';
import { currentAddress } from './current-address.js';
import type { Outside } from './outside.js';
import { tokenOf } from './token-of.js';

/** Between two looks at whether the gateway took a new revision; each costs it little. */
const LOOK_AGAIN_MS = 40;

/** ready: keeps the route true, and brings each new revision to the gateway. */
export async function keepReady(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<Outcome> {
  const address = await currentAddress(outside, instance, signal);
  if (instance.revisionApplied >= instance.revision) return SETTLED;

  await announce(outside, instance, signal);
  if (address === null) return recheck(LOOK_AGAIN_MS);
  const { gateway, store, log } = outside;
  const token = await tokenOf(outside, instance, instance.gatewayVersion, signal);
  const applied = await gateway.appliedRevision(address, token, signal);
  if (applied === null || applied <= instance.revisionApplied) return recheck(LOOK_AGAIN_MS);

  await store.instances.note(instance, { revisionApplied: applied });
  log.info('revision live', { instanceId: instance.id, revision: applied });
  return applied < instance.revision ? recheck(LOOK_AGAIN_MS) : SETTLED;
}
