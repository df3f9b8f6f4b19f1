import type { SendFailure } from './webhook.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Pauses between one attempt and the next; with the first, at once, they span about a day. */
export const RETRY_DELAYS_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  6 * HOUR_MS,
  15 * HOUR_MS,
] as const;

/** How long a webhook may ask to be left alone; beyond that our own schedule goes on. */
const RETRY_AFTER_MAX_MS = HOUR_MS;

/** A webhook that took nothing for so long, a delivery given up included, is disabled. */
export const FAILING_LIMIT_MS = 3 * 24 * HOUR_MS;

/** How an attempt ended: with an answer, or without one. */
export type SendOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs: number | null }
  | { readonly kind: 'failed'; readonly reason: SendFailure };

/** What follows from an attempt's end. `disable` ends the delivery as failed, too. */
export type AfterAttempt =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'retry'; readonly afterMs: number }
  | { readonly kind: 'give_up' }
  | { readonly kind: 'disable'; readonly reason: 'gone' | 'failing' };

/** Only a 2xx counts: whoever redirects should change the webhook's address instead. */
export function isTaken(outcome: SendOutcome): boolean {
  return outcome.kind === 'answered' && outcome.status >= 200 && outcome.status < 300;
}

/**
 * Decides what follows from the end of attempt number `attempts` (1 is the first). The caller adds the
 * jitter.
 */
export function planRetry(
  outcome: SendOutcome,
  { attempts, failingForMs }: { readonly attempts: number; readonly failingForMs: number },
): AfterAttempt {
  if (isTaken(outcome)) return { kind: 'delivered' };
  if (outcome.kind === 'answered' && outcome.status === 410) {
    return { kind: 'disable', reason: 'gone' };
  }
  const delayMs = RETRY_DELAYS_MS[attempts - 1];
  if (delayMs !== undefined) {
    return { kind: 'retry', afterMs: Math.max(delayMs, askedPauseMs(outcome)) };
  }
  if (failingForMs >= FAILING_LIMIT_MS) return { kind: 'disable', reason: 'failing' };
  return { kind: 'give_up' };
}

function askedPauseMs(outcome: SendOutcome): number {
  if (outcome.kind === 'failed' || outcome.retryAfterMs === null) return 0;
  return Math.min(outcome.retryAfterMs, RETRY_AFTER_MAX_MS);
}
