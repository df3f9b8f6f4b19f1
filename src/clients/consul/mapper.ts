import type { InstanceId } from '../../domain/ids.js';
import { isInstanceId } from '../../domain/ids.js';
import type { CatalogEntry } from '../../ports/index.js';
import type { ServiceEntry } from './wire.js';

/** Names in the service's meta, set by jobs/instance: by these a registration says whose it is. */
export const META_INSTANCE = 'instance_id';
const META_ALLOCATION = 'allocation_id';

/**
 * One entry per instance. While an allocation replaces another both may be registered: then the one
 * whose checks pass counts, and of two alike the newer one. Registrations that name no instance are
 * nobody's.
 */
export function entriesOf(registrations: readonly ServiceEntry[]): readonly CatalogEntry[] {
  const best = new Map<InstanceId, { entry: CatalogEntry; age: number }>();
  for (const registration of registrations) {
    const entry = entryOf(registration);
    if (entry === null) continue;
    const age = registration.Service.CreateIndex;
    const rival = best.get(entry.instanceId);
    if (rival === undefined || isBetter({ entry, age }, rival)) {
      best.set(entry.instanceId, { entry, age });
    }
  }
  return [...best.values()].map(({ entry }) => entry);
}

interface Ranked {
  readonly entry: CatalogEntry;
  /** Consul's index at which it was registered; higher is newer. */
  readonly age: number;
}

function isBetter(one: Ranked, other: Ranked): boolean {
  if (one.entry.isPassing !== other.entry.isPassing) return one.entry.isPassing;
  return one.age > other.age;
}

function entryOf({ Node, Service, Checks }: ServiceEntry): CatalogEntry | null {
  const instanceId = Service.Meta?.[META_INSTANCE];
  const allocationId = Service.Meta?.[META_ALLOCATION];
  if (instanceId === undefined || allocationId === undefined) return null;
  if (!isInstanceId(instanceId)) return null;
  const host = Service.Address === '' ? Node.Address : Service.Address;
  return {
    instanceId,
    allocationId,
    nodeName: Node.Node,
    address: `${host.includes(':') ? `[${host}]` : host}:${String(Service.Port)}`,
    isPassing: Checks.every(({ Status }) => Status === 'passing'),
  };
}
