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
  const random = mulberry32(seed);
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

/** Mulberry32, a small generator of numbers in [0, 1) with a 32-bit state (T. Ettinger, 2017). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
