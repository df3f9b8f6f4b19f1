import { InvalidRequest } from './problem.js';

/** The longest that a request may be held for its outcome, in seconds. */
export const WAIT_SECONDS_MAX = 60;

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;
const WAIT = /^wait=(\d{1,4})$/;

/** The Idempotency-Key header, or null when there is none. */
export function idempotencyKeyOf(header: string): string | null {
  if (header === '') return null;
  if (IDEMPOTENCY_KEY.test(header)) return header;
  throw new InvalidRequest([
    { pointer: '', detail: 'Idempotency-Key takes 1–200 printable characters without spaces.' },
  ]);
}

/**
 * How long `Prefer: wait=N` (RFC 7240) asks to wait, in milliseconds; other preferences are ignored,
 * as that standard wants, and longer waits are cut to what is possible.
 */
export function waitMsOf(header: string): number | null {
  for (const preference of header.split(',')) {
    const seconds = WAIT.exec(preference.trim())?.[1];
    if (seconds !== undefined) return Math.min(Number(seconds), WAIT_SECONDS_MAX) * 1000;
  }
  return null;
}
