import { pause } from './timers.js';

/** Something that was started and must be stopped again. */
export interface Stoppable {
  readonly name: string;
  /** Others wait for what it gives back: it is stopped before everything else. */
  readonly isFirst?: boolean;
  stop(): Promise<void>;
}

/** How long one part may take to stop before it is left to the process's end, in milliseconds. */
const STOP_LIMIT_MS = 8_000;

/**
 * Stops what is to be first, all at once; then the rest in the opposite order of starting. Each part
 * has its limit, so that one that hangs keeps none of the others from an orderly end. Returns the
 * names of those that did not manage.
 */
export async function stopAll(started: readonly Stoppable[]): Promise<readonly string[]> {
  const first = started.filter(({ isFirst }) => isFirst === true);
  const rest = started.filter(({ isFirst }) => isFirst !== true).reverse();
  const late = (await Promise.all(first.map(stopOne))).flat();
  for (const part of rest) late.push(...(await stopOne(part)));
  return late;
}

/** The part's name when it failed to stop, or took too long. */
async function stopOne(part: Stoppable): Promise<readonly string[]> {
  const outcome = await Promise.race([
    part.stop().then(
      () => 'stopped',
      () => 'failed',
    ),
    pause(STOP_LIMIT_MS).then(() => 'late'),
  ]);
  return outcome === 'stopped' ? [] : [part.name];
}
