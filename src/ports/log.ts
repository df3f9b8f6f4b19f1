/** Fields of a log line: facts, never secrets. An error's cause chain is logged with it. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Constant sentence plus fields. `error` wakes someone, `warn` healed and is looked at tomorrow,
 * `info` is a changed state, `debug` the rest.
 */
export interface Log {
  error(sentence: string, fields?: LogFields): void;
  warn(sentence: string, fields?: LogFields): void;
  info(sentence: string, fields?: LogFields): void;
  debug(sentence: string, fields?: LogFields): void;
  /** A log whose lines all carry `fields`. */
  with(fields: LogFields): Log;
}
