import type { Instance } from '../../domain/instance.js';
import type { Sighting } from '../../domain/plan-instance.js';
import type { AllocationView } from '../../ports/index.js';
import type { Outside } from './outside.js';

/**
 * Looks at an instance from outside: catalog first, then the gateway itself. The scheduler is
 * asked only when the gateway does not answer or did not before, for it knows why.
 */
export async function sight(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<Sighting> {
  const found = await call(outside, instance, signal);
  const isTrusted = found.startup === 'started' && instance.suspectAt === null;
  return isTrusted ? { ...found, ...UNTROUBLED } : explain(outside, instance, found, signal);
}

/** The same, with the scheduler's word whatever the gateway says: it may be another process. */
export async function closeSight(
  outside: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<Sighting> {
  return explain(outside, instance, await call(outside, instance, signal), signal);
}

type Found = Pick<Sighting, 'address' | 'allocationId' | 'startup'>;

async function call(
  { catalog, gateway }: Outside,
  { id }: Instance,
  signal: AbortSignal,
): Promise<Found> {
  const entry = await catalog.find(id, signal);
  const startup =
    entry === null ? 'unreachable' : await gateway.startupState(entry.address, signal);
  return { address: entry?.address ?? null, allocationId: entry?.allocationId ?? null, startup };
}

async function explain(
  { scheduler }: Outside,
  { id: instanceId }: Instance,
  found: Found,
  signal: AbortSignal,
): Promise<Sighting> {
  const allocation = newest(await scheduler.listAllocations(instanceId, signal));
  if (allocation === undefined) {
    const blockedBy = await scheduler.explainPlacement(instanceId, signal);
    const lastEvent = blockedBy;
    return { ...found, ...UNTROUBLED, phase: 'absent', blockedBy, lastEvent };
  }
  const { id: allocationId, isRestarting: _isRestarting, ...seen } = allocation;
  return { ...found, allocationId, ...seen, blockedBy: null };
}

const UNTROUBLED = {
  placedAt: null,
  startedAt: null,
  phase: 'running',
  restarts: 0,
  exitCode: null,
  blockedBy: null,
  lastEvent: null,
} as const;

/** The allocation that counts: a wanted one before any that is on its way out. */
export function newest(allocations: readonly AllocationView[]): AllocationView | undefined {
  return allocations.find(({ isWanted }) => isWanted) ?? allocations[0];
}
