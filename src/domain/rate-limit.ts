/** What each limit counts; also its name in headers, metrics and Redis. */
export const RATE_LIMIT_NAMES = ['address', 'caller', 'tenant', 'creates'] as const;
export type RateLimitName = (typeof RATE_LIMIT_NAMES)[number];

/** So many requests in each window, for every key that is counted. */
export interface RateLimit {
  readonly name: RateLimitName;
  readonly quota: number;
  readonly windowS: number;
}

/** How a key stands with a limit once its request was counted. */
export interface RateStanding {
  readonly isAllowed: boolean;
  /** Requests that are left in this window. */
  readonly remaining: number;
  /** When the window ends and all of the quota is there again, in milliseconds from now. */
  readonly resetMs: number;
}

/**
 * Windows are short: a quota may be used at once, and whoever did so is let in again soon. Longer ones
 * would shut a backend out for a minute because of one second's burst.
 */
const WINDOW_S = 10;

/** The limit of that many requests a second in the long run. */
export function rateLimitOf(name: RateLimitName, perSecond: number): RateLimit {
  return { name, quota: Math.max(1, Math.round(perSecond * WINDOW_S)), windowS: WINDOW_S };
}
