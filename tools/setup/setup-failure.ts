import { explainSystemError } from './system-error.js';

/**
 * A failure of setup that a person can mend: the message is one sentence that says what is missing,
 * why it is needed and what to do, and is printed without a stack trace.
 */
export class SetupFailure extends Error {
  /** The last lines that the failing program wrote, oldest first; empty when none ran. */
  readonly tail: readonly string[];

  /** Where the whole output stands, or null when there is none. */
  readonly log: string | null;

  constructor(sentence: string, details: SetupFailureDetails = {}) {
    super(sentence, details.cause === undefined ? {} : { cause: details.cause });
    this.name = 'SetupFailure';
    this.tail = details.tail ?? [];
    this.log = details.log ?? null;
  }
}

/** What stands behind the sentence of a failure. */
export interface SetupFailureDetails {
  readonly tail?: readonly string[];
  readonly log?: string;
  readonly cause?: unknown;
}

/** Thrown in every phase once Ctrl-C was pressed; it has been said, so nobody explains it again. */
export class SetupInterrupted extends Error {
  constructor() {
    super('Setup was interrupted.');
    this.name = 'SetupInterrupted';
  }
}

/** Ends the work that asks, if Ctrl-C was pressed. */
export function refuseIfInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw new SetupInterrupted();
}

/** The sentence to show for any failure; unexpected ones say that they are. */
export function sentenceOf(error: unknown): string {
  if (error instanceof SetupFailure || error instanceof SetupInterrupted) return error.message;
  const known = explainSystemError(error);
  if (known !== null) return known;
  return `Unexpected failure: ${error instanceof Error ? error.message : String(error)}`;
}
