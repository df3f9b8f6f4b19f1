/** Slow boots of a busy machine end within this; what takes longer will not come. */
const LONGEST_MS = 240_000;
/** Nothing is given up sooner: a pull or a disk may be slow once. */
const SHORTEST_MS = 60_000;
/** Fewer boots than this tell nothing of the slow ones. */
const BOOTS_MIN = 5;
const ALLOWANCE = 3;

/**
 * How long a starting member may take, in milliseconds: three times the 99th percentile of the
 * measured boots, between one and four minutes.
 */
export function memberDeadlineMs(bootsMs: readonly number[]): number {
  if (bootsMs.length < BOOTS_MIN) return LONGEST_MS;
  const sorted = [...bootsMs].sort((a, b) => a - b);
  const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? LONGEST_MS;
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ALLOWANCE * p99));
}
