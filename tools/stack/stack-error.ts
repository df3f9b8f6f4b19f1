import { SetupFailure } from '../setup/setup-failure.js';
import { explainSystemError } from '../setup/system-error.js';

/**
 * A failure of the development stack that a person can mend: the message is one sentence that says
 * what is wrong and what to do, and is printed without a stack trace.
 */
export class StackError extends Error {
  constructor(sentence: string, cause?: unknown) {
    super(sentence, cause === undefined ? {} : { cause });
    this.name = 'StackError';
  }
}

/** The sentence to show for any failure; unexpected ones say that they are. */
export function sentenceOf(error: unknown): string {
  if (error instanceof StackError || error instanceof SetupFailure) return error.message;
  const known = explainSystemError(error);
  if (known !== null) return known;
  return `Unexpected failure: ${error instanceof Error ? error.message : String(error)}`;
}
