import type { InstanceId } from '../domain/ids.js';
import type { Mismatch } from '../domain/sweep/inventory.js';

/** What the sweeper asks of the database as a whole. Fails with `database_unreachable`. */
export interface Census {
  /**
   * Names this database among all others. A copy restored elsewhere has another name, so that it
   * cannot take for its own what was made after the copy.
   */
  identity(): Promise<string>;
  /** Those of `ids` whose rows say deleted. */
  deletedAmong(ids: readonly InstanceId[]): Promise<ReadonlySet<InstanceId>>;
  /** Instances and claims that contradict each other, at most `limit` of each kind. */
  mismatches(limit: number): Promise<readonly Mismatch[]>;
}
