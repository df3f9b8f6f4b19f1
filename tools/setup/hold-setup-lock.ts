import { join } from 'node:path';
import { pause } from '../../src/lib/timers.js';
import { releaseLock, takeLock } from '../stack/lock.js';
import type { Progress } from './progress.js';
import { refuseIfInterrupted } from './setup-failure.js';

const ASK_EVERY_MS = 500;

/**
 * Runs `work` while no other setup uses the same cache; waits for one that does, and says so.
 *
 * The lock names its holder, so that one which was killed holds nobody up.
 */
export async function holdSetupLock<Result>(
  given: { readonly cacheRoot: string; readonly progress: Progress; readonly signal: AbortSignal },
  work: () => Promise<Result>,
): Promise<Result> {
  const path = join(given.cacheRoot, 'setup.lock');
  await wait(given, path);
  try {
    return await work();
  } finally {
    releaseLock(path);
  }
}

async function wait(
  given: { readonly progress: Progress; readonly signal: AbortSignal },
  path: string,
): Promise<void> {
  let holder = takeLock(path).heldBy;
  if (holder === null) return;
  const doing = `waiting for another setup that is at work (process ${holder.pid})`;
  const task = given.progress.begin('Setup', doing);
  try {
    while (holder !== null) {
      await pause(ASK_EVERY_MS, given.signal);
      refuseIfInterrupted(given.signal);
      holder = takeLock(path).heldBy;
    }
  } finally {
    task.end();
  }
}
