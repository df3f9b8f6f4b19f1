import type { Instance } from '../../domain/instance.js';
import type { Outside } from './outside.js';

/**
 * Where the instance listens now, noted in its row if that changed: a gateway that was started
 * elsewhere keeps its owner, and the edge follows the row.
 */
export async function currentAddress(
  { catalog, store, log }: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<string | null> {
  const entry = await catalog.find(instance.id, signal);
  if (entry === null) return null;
  const { address, allocationId } = entry;
  if (address !== instance.address || allocationId !== instance.allocationId) {
    await store.instances.note(instance, { address, allocationId });
    log.warn('instance moved', { instanceId: instance.id, address, allocationId });
  }
  return address;
}
