import type { InstanceId } from '../domain/ids.js';
import type { NodeListing } from './store.js';

/**
 * What the scheduler calls out while things happen:
 * - `missed`: something may have happened unheard. Comes first, so that whoever listens reads
 *   everything once while nothing can slip through, and again after each loss.
 * - `changed`: the placements of these instances.
 * - `alive`: nothing, but the connection works.
 */
export type SchedulerHint =
  | { readonly kind: 'missed' }
  | { readonly kind: 'changed'; readonly instanceIds: readonly InstanceId[] }
  | { readonly kind: 'alive' };

/**
 * What changes in the scheduler, as soon as it does. Hints that save polling, never the truth about
 * an instance. All calls fail with `nomad_unreachable` or `nomad_refused`.
 */
export interface SchedulerFeed {
  /**
   * Returns at once without `afterIndex`, else when a node changed or after about ten seconds. An
   * index of a server that knows nothing of it any more costs that wait, and no more.
   */
  nodes(afterIndex: string | null, signal: AbortSignal): Promise<NodeListing>;
  /** For each instance that has placements, a number that grows whenever one of them changes. */
  placements(signal: AbortSignal): Promise<ReadonlyMap<InstanceId, number>>;
  /**
   * Hints until `signal` fires or the connection is lost, which includes silence: either ends the
   * iteration with a fault. Reading slowly is allowed; what is then lost is told by `missed`.
   */
  hints(signal: AbortSignal): AsyncIterable<SchedulerHint>;
}
