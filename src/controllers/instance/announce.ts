import type { Instance } from '../../domain/instance.js';
import type { Outside } from './outside.js';

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
  const { revision, gatewayVersion, keyVersion } = instance;
  const config = renderConfig(instance, keys);
  await announcements.announce(
    instance.id,
    { revision, gatewayVersion, keyVersion, config },
    signal,
  );
}
