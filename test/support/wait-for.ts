import { setTimeout as pauseMs } from 'node:timers/promises';

export interface WaitOptions {
  /** How long the condition may take to hold, in milliseconds. */
  readonly withinMs: number;
  /** What is waited for, as the end of "gave up waiting for …". */
  readonly describe: string;
  /** How long to pause between two looks, in milliseconds; 25 unless told otherwise. */
  readonly everyMs?: number;
}

/**
 * Asks `condition` again and again until it gives something other than false, null or undefined,
 * and returns that. A condition that throws counts as "not yet", and its last error is the cause of
 * the failure: a server that is still starting refuses connections before it answers.
 *
 * A look that hangs is given up with the whole wait, so this returns or fails within `withinMs`.
 */
export async function waitFor<Result>(
  condition: () => Promise<Result> | Result,
  { withinMs, describe, everyMs = 25 }: WaitOptions,
): Promise<Exclude<Result, false | null | undefined>> {
  const giveUpAt = performance.now() + withinMs;
  let lastError: unknown;
  while (performance.now() < giveUpAt) {
    try {
      const seen = await Promise.race([condition(), stopLooking(giveUpAt)]);
      if (isThere(seen)) return seen;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    await pauseMs(Math.max(0, Math.min(everyMs, giveUpAt - performance.now())));
  }
  throw new Error(`gave up waiting for ${describe} after ${String(withinMs)} ms`, {
    cause: lastError,
  });
}

function isThere<Result>(seen: Result): seen is Exclude<Result, false | null | undefined> {
  return seen !== false && seen !== null && seen !== undefined;
}

async function stopLooking(giveUpAt: number): Promise<null> {
  const leftMs = Math.max(0, giveUpAt - performance.now());
  return pauseMs(leftMs, null, { ref: false });
}
