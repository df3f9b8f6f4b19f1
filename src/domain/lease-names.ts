/** What leases are about: the first part of their names, and the label of metrics. */
export type LeaseKind = 'instance' | 'pool';

/** The name of the lease on one thing; its holder alone acts on it. */
export function leaseNameOf(kind: LeaseKind, key: string): string {
  return `${kind}:${key}`;
}
