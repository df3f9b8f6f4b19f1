/** Between the first looks at whether a gateway took what it was told; each costs it little. */
const FIRST_MS = 40;
/** Between the last ones: what never takes it must not be asked for ever as if it were about to. */
const LAST_MS = 5_000;
/** Looks this share of the time waited apart find whatever happens late by at most that share. */
const SHARE = 1 / 20;

/** How long to wait before the next look at what has been waited for since then, in milliseconds. */
export function lookAgainMs(since: Date, now: Date): number {
  const waitedMs = now.getTime() - since.getTime();
  return Math.min(LAST_MS, Math.max(FIRST_MS, waitedMs * SHARE));
}
