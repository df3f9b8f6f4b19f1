import { pause } from './timers.js';

/** Something that was started and must be stopped again. */
export interface Stoppable {
  readonly name: string;
  stop(): Promise<void>;
}

/** How long one part may take to stop before it is left to the process's end, in milliseconds. */
const STOP_LIMIT_MS = 8_000;

/**
 * Stops in the opposite order of starting, each part within its limit, so that one that hangs
 * keeps none of the others from an orderly end. Returns the names of those that did not manage.
 */
export async function stopAll(started: readonly Stoppable[]): Promise<readonly string[]> {
  const late: string[] = [];
  for (const part of [...started].reverse()) {
    const outcome = await Promise.race([
      part.stop().then(
        () => 'stopped',
        () => 'failed',
      ),
      pause(STOP_LIMIT_MS).then(() => 'late'),
    ]);
    if (outcome !== 'stopped') late.push(part.name);
  }
  return late;
}
