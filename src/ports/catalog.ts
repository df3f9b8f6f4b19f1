import type { InstanceId } from '../domain/ids.js';

/** A gateway as service discovery knows it. */
export interface CatalogEntry {
  readonly instanceId: InstanceId;
  readonly allocationId: string;
  readonly nodeName: string;
  /** `host:port` */
  readonly address: string;
  /** All of its health checks pass. */
  readonly isPassing: boolean;
}

/** All gateways at one moment, with the index to wait from. */
export interface CatalogSnapshot {
  readonly entries: readonly CatalogEntry[];
  readonly index: string;
}

/**
 * Where gateways listen and whether their checks pass (Consul). A hint that saves polling, never
 * the truth about what should exist. Fails with `consul_unreachable` or `consul_refused`.
 */
export interface Catalog {
  find(instanceId: InstanceId, signal: AbortSignal): Promise<CatalogEntry | null>;
  /** Returns at once without `afterIndex`, else when something changed or after about a minute. */
  snapshot(afterIndex: string | null, signal: AbortSignal): Promise<CatalogSnapshot>;
}
