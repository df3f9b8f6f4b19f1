import type { Log } from '../../src/ports/index.js';

/** A log that says nothing, for tests that look at something else. */
export const quietLog: Log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  with: () => quietLog,
};
