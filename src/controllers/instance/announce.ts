import type { Instance } from '../../domain/instance.js';
import { currentAddress } from './current-address.js';
import type { Outside } from './outside.js';

/**
 * Announces to a gateway that has finished starting, and returns its address; null, and nothing
 * announced, while it starts or cannot be found. A gateway whose configuration changes in the
 * middle of its start refuses to start.
 */
export async function announceToStarted(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<string | null> {
  const address = await currentAddress(outside, instance, signal);
  if (address === null) return null;
  if ((await outside.gateway.startupState(address, signal)) !== 'started') return null;
  await announce(outside, instance, signal);
  return address;
}

/**
 * Tells the running instance what its row says now. An announcement never goes back to an older
 * revision, so a slow writer cannot undo a newer one.
 */
export async function announce(
  { store, announcements, renderConfig }: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<void> {
  const keys = await store.keys.list(instance.id);
  const rotation = keys.length === 0 ? null : await store.rotations.findOpen(instance.id);
  const { revision, gatewayVersion, keyVersion } = instance;
  const config = renderConfig(instance, keys, rotation?.state === 'proving' ? rotation : null);
  await announcements.announce(
    instance.id,
    { revision, gatewayVersion, keyVersion, config },
    signal,
  );
}
