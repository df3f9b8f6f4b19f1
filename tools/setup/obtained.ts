import { DiskTooSmall } from './require-disk.js';
import { SetupFailure } from './setup-failure.js';
import type { Tool } from './tools.js';
import { missingSentence } from './tools.js';

/** A thing that setup has got, and how, in a few words for the table at its end. */
export interface Obtained<Found> {
  readonly found: Found;
  readonly how: string;
}

/** The failure that says in one sentence which tool is missing, why it is needed, and what to do. */
export function missing(tool: Tool, reasons: readonly string[], cause?: unknown): SetupFailure {
  if (cause instanceof DiskTooSmall) {
    return new SetupFailure(`${tool.title} has no room: ${cause.message}.`, { cause });
  }
  const known = reasons.length === 0 ? ['none was found'] : reasons;
  const reason = known.map((text) => text.replace(/\.$/, '')).join('; ');
  const details = cause instanceof SetupFailure ? { tail: cause.tail, log: cause.log } : {};
  return new SetupFailure(missingSentence(tool, reason), {
    tail: details.tail ?? [],
    ...(details.log ? { log: details.log } : {}),
    cause,
  });
}
