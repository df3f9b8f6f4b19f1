import type { RateLimit, RateStanding } from '../../../src/domain/rate-limit.js';
import type { Clock } from '../../../src/lib/clock.js';
import type { RateLimits } from '../../../src/ports/index.js';

/** Counts in memory, by a clock of the test's own. */
export class FakeRateLimits implements RateLimits {
  /** Keys that were counted, oldest first, as `limit key`. */
  readonly taken: string[] = [];
  readonly #windows = new Map<string, { readonly endsAtMs: number; count: number }>();

  constructor(private readonly clock: Clock) {}

  async take({ name, quota, windowS }: RateLimit, key: string): Promise<RateStanding> {
    const counted = `${name} ${key}`;
    this.taken.push(counted);
    const nowMs = this.clock.now().getTime();
    let window = this.#windows.get(counted);
    if (window === undefined || window.endsAtMs <= nowMs) {
      window = { endsAtMs: nowMs + windowS * 1000, count: 0 };
      this.#windows.set(counted, window);
    }
    window.count += 1;
    return {
      isAllowed: window.count <= quota,
      remaining: Math.max(0, quota - window.count),
      resetMs: window.endsAtMs - nowMs,
    };
  }
}
