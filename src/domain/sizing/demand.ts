/** Claims of one offer over time. */
export interface Demand {
  readonly bucketMs: number;
  /** Claims per bucket, oldest first; the last bucket may still be filling. */
  readonly arrivals: readonly number[];
  readonly lastBucketAgeMs: number;
}

const SHORT_MS = 2 * 60_000;
const LONG_MS = 15 * 60_000;
/** Poisson counts stay within three standard deviations in all but one bucket of a thousand. */
const DEVIATIONS = 3;

/**
 * Claims per second, the larger of a short and a long sliding mean: a rise shows within two minutes,
 * a fall is believed after fifteen.
 */
export function ratePerSecond(demand: Demand): number {
  return Math.max(meanRate(demand, SHORT_MS), meanRate(demand, LONG_MS));
}

/**
 * By how many claims the largest bucket exceeded what Poisson arrivals of the mean rate would show.
 * Erlang's formula provides for the ordinary spread already; counting it twice would cost memory.
 */
export function largestBurst(demand: Demand): number {
  const { arrivals } = demand;
  if (arrivals.length === 0) return 0;
  const mean = arrivals.reduce((sum, count) => sum + count, 0) / arrivals.length;
  const ordinary = mean + DEVIATIONS * Math.sqrt(mean);
  return Math.max(0, Math.ceil(Math.max(...arrivals) - ordinary));
}

function meanRate({ arrivals, bucketMs, lastBucketAgeMs }: Demand, windowMs: number): number {
  const buckets = Math.max(1, Math.round(windowMs / bucketMs));
  const recent = arrivals.slice(-buckets);
  const spanMs = (buckets - 1) * bucketMs + lastBucketAgeMs;
  return (recent.reduce((sum, count) => sum + count, 0) * 1000) / spanMs;
}
