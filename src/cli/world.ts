import type { Environment } from './environment.js';

/** What a command reads from: a terminal, a pipe, or a test's stream. */
export type Input = NodeJS.ReadableStream & {
  readonly isTTY?: boolean;
  setRawMode?(isRaw: boolean): unknown;
};

/** What a command writes to. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Everything outside of the command line that it touches; tests hand in streams of their own. */
export interface World {
  readonly stdin: Input;
  /** Results and nothing else, so that a pipe gets what it wants. */
  readonly stdout: Output;
  /** Progress, questions and failures. */
  readonly stderr: Output;
  readonly environment: Environment;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
}
