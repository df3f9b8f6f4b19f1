import type { Instance } from '../../domain/instance.js';
import type { Sighting } from '../../domain/plan-instance.js';
import type { AllocationView } from '../../ports/index.js';
import type { Outside } from './outside.js';

/**
 * Looks at an instance from outside: catalog first, then the gateway itself. The scheduler is
 * asked only when the gateway does not answer or did not before, for it knows why.
 */
export async function sight(
  { catalog, gateway, scheduler }: Outside,
  { id: instanceId, suspectAt }: Instance,
  signal: AbortSignal,
): Promise<Sighting> {
  const entry = await catalog.find(instanceId, signal);
  const startup =
    entry === null ? 'unreachable' : await gateway.startupState(entry.address, signal);
  const found = { address: entry?.address ?? null, allocationId: entry?.allocationId ?? null };
  if (startup === 'started' && suspectAt === null) {
    return { ...found, startup, phase: 'running', restarts: 0, exitCode: null, lastEvent: null };
  }
  const allocation = newest(await scheduler.listAllocations(instanceId, signal));
  return {
    address: found.address,
    allocationId: allocation?.id ?? found.allocationId,
    startup,
    phase: allocation?.phase ?? 'absent',
    restarts: allocation?.restarts ?? 0,
    exitCode: allocation?.exitCode ?? null,
    lastEvent: allocation?.lastEvent ?? (await scheduler.explainPlacement(instanceId, signal)),
  };
}

/** The allocation that counts: a wanted one before any that is on its way out. */
function newest(allocations: readonly AllocationView[]): AllocationView | undefined {
  return allocations.find(({ isWanted }) => isWanted) ?? allocations[0];
}
