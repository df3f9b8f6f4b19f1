import type { Instance } from '../../domain/instance.js';
import type { AllocationPhase } from '../../ports/index.js';
import type { Outside } from './outside.js';

/** While an allocation is in one of these, its port can be nobody else's. */
const HOLDS_PORT: readonly AllocationPhase[] = ['pending', 'running', 'unknown'];

/**
 * Where the instance listens now, noted in its row if that changed: a gateway that was started
 * elsewhere keeps its owner, and the edge follows the row. Null while nobody knows, and when somebody
 * else noted another place meanwhile: what was seen before that may be another tenant's by now.
 */
export async function currentAddress(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<string | null> {
  const { catalog, store, log } = outside;
  const entry = await catalog.find(instance.id, signal);
  if (entry === null) {
    await forgetIfGone(outside, instance, signal);
    return null;
  }
  const { address, allocationId } = entry;
  if (address === instance.address && allocationId === instance.allocationId) return address;
  if (await hasEnded(outside, instance, allocationId, signal)) return null;
  if ((await store.instances.note(instance, { address, allocationId })) === null) return null;
  log.warn('instance moved', { instanceId: instance.id, address, allocationId });
  return address;
}

/** The catalog can be seconds behind: what it says anew is not believed of an allocation that is over. */
async function hasEnded(
  { scheduler }: Outside,
  { id }: Instance,
  allocationId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const allocations = await scheduler.listAllocations(id, signal);
  const named = allocations.find((allocation) => allocation.id === allocationId);
  return named !== undefined && !HOLDS_PORT.includes(named.phase);
}

/**
 * Once its allocation has ended, the port may be given to another tenant's gateway, which must not
 * see requests for this name: they carry its token. A catalog that was emptied is no such end, so
 * the scheduler is asked.
 */
async function forgetIfGone(
  { scheduler, store, log }: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<void> {
  if (instance.address === null) return;
  const allocations = await scheduler.listAllocations(instance.id, signal);
  const { allocationId, address } = instance;
  const own = allocations.find(({ id }) => id === allocationId);
  if (own !== undefined && HOLDS_PORT.includes(own.phase)) return;
  if ((await store.instances.note(instance, { address: null })) === null) return;
  log.warn('instance left its address', { instanceId: instance.id, address, allocationId });
}
