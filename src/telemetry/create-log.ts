import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { Fault } from '../errors/index.js';
import type { Log, LogFields } from '../ports/index.js';

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** The role of this process, on each line. */
  readonly role: string;
  /** Standard output by default. */
  readonly destination?: DestinationStream;
}

/** How deep a chain of causes is followed. */
const CAUSES_MAX = 5;

/**
 * Fields that never reach a line whatever they hold. Callers log facts by name, so this is the
 * second fence, for a field that should not have been there.
 */
const REDACTED = ['token', 'value', 'key', 'password', 'authorization', 'secret', 'body'];

/** A log that writes one JSON object per line. */
export function createLog(options: LogOptions): Log {
  const { level, role, destination } = options;
  const settings = {
    level,
    base: { role },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    messageKey: 'message',
    redact: { paths: REDACTED, censor: '[redacted]' },
  };
  return wrap(destination === undefined ? pino(settings) : pino(settings, destination));
}

function wrap(logger: Logger): Log {
  return {
    error: (sentence, fields) => {
      logger.error(printable(fields), sentence);
    },
    warn: (sentence, fields) => {
      logger.warn(printable(fields), sentence);
    },
    info: (sentence, fields) => {
      logger.info(printable(fields), sentence);
    },
    debug: (sentence, fields) => {
      logger.debug(printable(fields), sentence);
    },
    with: (fields) => wrap(logger.child(printable(fields))),
  };
}

function printable(fields: LogFields = {}): Record<string, unknown> {
  const entries = Object.entries(fields).map(([name, value]) => [
    name,
    value instanceof Error ? describe(value, CAUSES_MAX) : value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** An error by its words and causes. Its other properties may hold whole requests: left out. */
function describe(error: Error, causesLeft: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const isOurs = error instanceof Fault;
  return {
    name,
    message,
    ...(isOurs ? { code: error.code, ...error.details } : {}),
    ...(isOurs && error.kind !== 'bug' ? {} : { stack }),
    ...(cause instanceof Error && causesLeft > 0 ? { cause: describe(cause, causesLeft - 1) } : {}),
  };
}
