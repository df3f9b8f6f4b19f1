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
    return { ...found, startup, ...UNTROUBLED };
  }
  const allocation = newest(await scheduler.listAllocations(instanceId, signal));
  if (allocation === undefined) {
    const blockedBy = await scheduler.explainPlacement(instanceId, signal);
    const lastEvent = blockedBy;
    return { ...found, startup, ...UNTROUBLED, phase: 'absent', blockedBy, lastEvent };
  }
  const { id: allocationId, ...seen } = allocation;
  return { address: found.address, allocationId, startup, ...seen, blockedBy: null };
}

const UNTROUBLED = {
  placedAt: null,
  phase: 'running',
  restarts: 0,
  exitCode: null,
  blockedBy: null,
  lastEvent: null,
} as const;

/** The allocation that counts: a wanted one before any that is on its way out. */
function newest(allocations: readonly AllocationView[]): AllocationView | undefined {
  return allocations.find(({ isWanted }) => isWanted) ?? allocations[0];
}
