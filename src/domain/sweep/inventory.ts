import type { InstanceId } from '../ids.js';
import type { Instance } from '../instance.js';

/** A job with the name of an instance, as the scheduler lists it. */
export interface SeenJob {
  readonly instanceId: InstanceId;
  /** It carries the mark that every job of this product is registered with. */
  readonly isManaged: boolean;
  /** Which installation registered it; null when it does not say. */
  readonly installation: string | null;
  /** It was told to stop; what of it still runs is on its way out. */
  readonly isStopped: boolean;
}

/** A gateway that service discovery knows. */
export interface SeenService {
  readonly instanceId: InstanceId;
  /** All of its health checks pass: something answers there. */
  readonly isPassing: boolean;
}

/** Two tables that contradict each other, which their transactions should make impossible. */
export interface Mismatch {
  readonly kind: 'owner_without_claim' | 'claim_without_owner';
  readonly instanceId: InstanceId;
}

/**
 * Everything that exists at about one moment, in every system.
 *
 * The order of reading is a part of the contract: first the outside, then the rows. A row is
 * committed before anything outside is made for it, so what was seen outside has its row by the
 * time the rows are read. The other way round, each create in flight would look like an orphan.
 */
export interface SweepInventory {
  /** Who we are: what our jobs say of who registered them. */
  readonly installation: string;
  readonly jobs: readonly SeenJob[];
  /** Instances with an announcement. */
  readonly variables: readonly InstanceId[];
  /** Instances with anything in Vault. */
  readonly secrets: readonly InstanceId[];
  readonly services: readonly SeenService[];
  /** All rows that are not deleted. */
  readonly rows: readonly Instance[];
  /** Which of all the ids above belong to a row that is deleted. */
  readonly deleted: ReadonlySet<InstanceId>;
  readonly mismatches: readonly Mismatch[];
}
