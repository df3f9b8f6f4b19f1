import { BINDS_FIRST_MS } from '../plan-pool.js';

/** Boots that tell how long the next one takes. */
export const BOOTS = 100;

/** Claims are counted in buckets of this length: about the time in which a burst is one event. */
const BUCKET_MS = 10_000;
/** An hour of them: the long window of the rate, and where the largest burst is looked for. */
const BUCKETS = 360;

/** Over how long demand is measured, as a store is asked for it. */
export const DEMAND_WINDOW = { bucketMs: BUCKET_MS, buckets: BUCKETS } as const;

/**
 * How long a claimed member's replacement takes to be idle, in milliseconds, from the last boots;
 * null before the first was measured.
 */
export function refillMsOf(bootsMs: readonly number[]): number | null {
  if (bootsMs.length === 0) return null;
  return BINDS_FIRST_MS + bootsMs.reduce((sum, ms) => sum + ms, 0) / bootsMs.length;
}
