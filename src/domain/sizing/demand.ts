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
 * The ordinary spread is provided for already; counting it twice would cost memory.
 */
export function largestBurst(demand: Demand): number {
  const { arrivals } = demand;
  if (arrivals.length === 0) return 0;
  const mean = meanOf(arrivals);
  const ordinary = mean + DEVIATIONS * Math.sqrt(mean);
  return Math.max(0, Math.ceil(Math.max(...arrivals) - ordinary));
}

/**
 * The index of dispersion: variance of the buckets by their mean, at least 1. It is 1 for Poisson
 * arrivals and the size of a group for claims that come in groups.
 */
export function dispersion({ arrivals }: Demand): number {
  const mean = meanOf(arrivals);
  if (mean === 0) return 1;
  const variance = meanOf(arrivals.map((count) => (count - mean) ** 2));
  return Math.max(1, variance / mean);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function meanRate({ arrivals, bucketMs, lastBucketAgeMs }: Demand, windowMs: number): number {
  const buckets = Math.max(1, Math.round(windowMs / bucketMs));
  const recent = arrivals.slice(-buckets);
  const spanMs = (buckets - 1) * bucketMs + lastBucketAgeMs;
  return (recent.reduce((sum, count) => sum + count, 0) * 1000) / spanMs;
}
