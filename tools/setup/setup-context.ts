import { join } from 'node:path';
import type { Platform } from './platform.js';
import type { Progress } from './progress.js';
import type { ToolId } from './tools.js';

/** What every step of one setup works with. */
export interface SetupContext {
  /** The repository. */
  readonly root: string;
  readonly cacheRoot: string;
  readonly platform: Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isOffline: boolean;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Runs Go builds one after the other: one alone keeps every core busy and fills the memory. */
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** The log of all that was run for a tool by this and earlier setups of the repository. */
export function logOf(context: SetupContext, tool: ToolId | 'build'): string {
  return join(context.root, '.clawdeploy', 'logs', 'setup', `${tool}.log`);
}

/** A queue of length one: each work begins when the one before it has ended, however it ended. */
export function oneAtATime(): SetupContext['inTurn'] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };
}
