import type { RateLimit, RateStanding } from '../../domain/rate-limit.js';

/** A limit, and how the request that was counted against it stands. */
export interface Counted {
  readonly limit: RateLimit;
  readonly standing: RateStanding;
}

/**
 * What an answer tells of the limits it was counted against: structured fields as in the tenth draft of
 * "RateLimit header fields for HTTP" (draft-ietf-httpapi-ratelimit-headers), in seconds.
 */
export function rateLimitHeaders(counted: readonly Counted[]): Readonly<Record<string, string>> {
  if (counted.length === 0) return {};
  const policies = counted.map(
    ({ limit: { name, quota, windowS } }) => `"${name}";q=${quota};w=${windowS}`,
  );
  const standings = counted.map(({ limit, standing: { remaining, resetMs } }) => {
    return `"${limit.name}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`;
  });
  return { 'ratelimit-policy': policies.join(', '), ratelimit: standings.join(', ') };
}
