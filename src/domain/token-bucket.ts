/** What is left to spend, as of an instant. */
export interface TokenBucket {
  readonly tokens: number;
  readonly at: Date;
}

export interface TokenRate {
  readonly perSecond: number;
  /** Tokens that gather at most, in a quiet time. */
  readonly burst: number;
}

/**
 * The bucket as it is now. A clock that was set back neither mints nor takes tokens: the bucket goes
 * on from the earlier instant with what it had.
 */
export function refilled({ tokens, at }: TokenBucket, rate: TokenRate, now: Date): TokenBucket {
  const elapsedS = Math.max(0, (now.getTime() - at.getTime()) / 1000);
  return { tokens: Math.min(rate.burst, tokens + elapsedS * rate.perSecond), at: now };
}
