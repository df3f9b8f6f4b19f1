import { InvalidRequest } from './problem.js';

/** The longest that a request may be held for its outcome, in seconds. */
export const WAIT_SECONDS_MAX = 60;

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;
const EVENT_ID = /^[\w-]{1,64}$/;
/** RFC 7240: the name in any case, the value bare or quoted, parameters after a semicolon. */
const WAIT = /^wait\s*=\s*("?)(?<seconds>\d{1,9})\1\s*(?:;.*)?$/i;

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
    const seconds = WAIT.exec(preference.trim())?.groups?.['seconds'];
    if (seconds !== undefined) return Math.min(Number(seconds), WAIT_SECONDS_MAX) * 1000;
  }
  return null;
}

/** The Last-Event-ID header; what cannot be one of ours is as good as none. */
export function lastEventIdOf(header: string): string | null {
  return EVENT_ID.test(header) ? header : null;
}

/** The answer's header that says which wait was honoured; absent when none was asked for. */
export function preferenceApplied(waitMs: number | null): Record<string, string> {
  return waitMs === null ? {} : { 'preference-applied': `wait=${waitMs / 1000}` };
}
