import type { RateLimit, RateStanding } from '../domain/rate-limit.js';

/** Counts requests, together with all other replicas as far as they can be reached. */
export interface RateLimits {
  /**
   * Counts one request of `key` against the limit. Never fails: while what the replicas share is away
   * each counts for itself, so that nobody is let in without end, and nobody is locked out.
   */
  take(limit: RateLimit, key: string): Promise<RateStanding>;
}
