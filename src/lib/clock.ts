/** Where the time of day comes from; the only place that reads it. */
export interface Clock {
  now(): Date;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() };

/** Milliseconds that only grow, for measuring how long something took. */
export function monotonicMs(): number {
  return performance.now();
}

/** The instant `ms` milliseconds after `at`. */
export function plusMs(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}
