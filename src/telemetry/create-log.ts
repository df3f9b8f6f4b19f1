import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import type { Log } from '../ports/index.js';
import { printable } from './printable.js';
import { SteadyOutput } from './steady-output.js';

export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** The role of this process, on each line. */
  readonly role: string;
  /** Standard output by default. */
  readonly destination?: DestinationStream;
}

/** A log that writes one JSON object per line, of what `printable` lets through. */
export function createLog(options: LogOptions): Log {
  const { level, role, destination = standardOutput() } = options;
  const settings = {
    level,
    base: { role },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    messageKey: 'message',
  };
  return wrap(pino(settings, destination));
}

/** Standard output; what it took too slowly gets its last chance when the process ends. */
function standardOutput(): DestinationStream {
  const output = new SteadyOutput();
  process.once('exit', () => output.flush());
  return output;
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
