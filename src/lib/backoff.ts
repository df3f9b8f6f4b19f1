import { jittered } from './random.js';

const FIRST_MS = 100;
const LAST_MS = 15_000;

/** How long to wait before attempt `attempt` (1 is the first retry): doubling, capped, jittered. */
export function backoffMs(attempt: number): number {
  return jittered(Math.min(LAST_MS, FIRST_MS * 2 ** Math.max(0, attempt - 1)));
}
