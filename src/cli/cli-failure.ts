import type { ExitCode } from './exit-codes.js';
import { EXIT } from './exit-codes.js';

/** A failure with a sentence for people and a number for scripts; printed without a stack. */
export class CliFailure extends Error {
  constructor(
    readonly exitCode: ExitCode,
    sentence: string,
    /** What machines are told beside the sentence, with --json. */
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(sentence);
    this.name = 'CliFailure';
  }
}

/** The failure of a command that was called wrongly; nothing was done. */
export function usage(sentence: string): CliFailure {
  return new CliFailure(EXIT.usage, sentence);
}
