import { seededRandom } from './seeded-random.js';

/** Starts at the same distance, `perSecond` of them, from `fromMs` for `forMs` milliseconds. */
export function fixedSchedule(perSecond: number, forMs: number, fromMs = 0): readonly number[] {
  const count = Math.round((perSecond * forMs) / 1000);
  return Array.from({ length: count }, (_, index) => fromMs + (index * 1000) / perSecond);
}

/**
 * Starts as independent people make them: exponential gaps, so that some come close together.
 * Seeded, so that two runs meet the same arrivals.
 */
export function poissonSchedule(
  perSecond: number,
  forMs: number,
  { fromMs = 0, seed = 1 }: { readonly fromMs?: number; readonly seed?: number } = {},
): readonly number[] {
  const random = seededRandom(seed);
  const starts: number[] = [];
  let at = 0;
  for (;;) {
    at += (-Math.log(1 - random()) * 1000) / perSecond;
    if (at >= forMs) return starts;
    starts.push(fromMs + at);
  }
}

/** `count` starts at one instant. */
export function burst(count: number, atMs: number): readonly number[] {
  return Array.from({ length: count }, () => atMs);
}
