import type { Instance } from '../domain/instance.js';
import type { KeyRecord } from '../ports/index.js';

/** An instance with what callers want to know beside its row. */
export interface InstanceView {
  readonly instance: Instance;
  /** The product's own name for the owner; null for a pool member. */
  readonly tenantRef: string | null;
  readonly keys: readonly KeyRecord[];
}
