import type { Instance } from '../../domain/instance.js';
import { currentAddress } from './current-address.js';
import type { ConfigParts, Outside } from './outside.js';

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
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<void> {
  const { announcements, renderConfig } = outside;
  const { current, ...parts } = await readTogether(outside, instance);
  if (current.state === 'trashed') {
    await announceLock(outside, current, signal);
    return;
  }
  const { revision, gatewayVersion, keyVersion } = current;
  const config = renderConfig(current, parts);
  await announcements.announce(
    current.id,
    { revision, gatewayVersion, keyVersion, config },
    signal,
  );
}

/**
 * What is in the trash gets a token that nobody knows, which ends all connections, and neither keys nor
 * channels. The tenant's own token stays in Vault, for the case that it is taken out again.
 */
async function announceLock(
  { announcements, renderConfig, tokens }: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<void> {
  const gatewayVersion = instance.gatewayVersion + 1;
  await tokens.ensureToken(instance.id, gatewayVersion, signal);
  const config = renderConfig(instance, { keys: [], trial: null, own: null });
  const { revision } = instance;
  await announcements.announce(
    instance.id,
    { revision, gatewayVersion, keyVersion: 0, config },
    signal,
  );
}

/**
 * The row and all else that makes the configuration, as they belong together: whatever changes keys or
 * settings raises the revision with them, so if it is the same after they were read, the configuration
 * names no key that its version lacks.
 */
async function readTogether(
  { store }: Outside,
  instance: Instance,
): Promise<ConfigParts & { readonly current: Instance }> {
  let current = instance;
  for (;;) {
    const keys = await store.keys.list(current.id);
    const rotation = keys.length === 0 ? null : await store.rotations.findOpen(current.id);
    const trial = rotation?.state === 'proving' ? rotation : null;
    const change = current.tenantId === null ? null : await store.configs.current(current.id);
    const isBare = keys.length === 0 && change === null;
    const after = isBare ? current : await store.instances.find(current.id);
    if (after === null || after.revision === current.revision) {
      return { current, keys, trial, own: change?.config ?? null };
    }
    current = after;
  }
}
