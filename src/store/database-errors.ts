import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { Fault } from '../errors/index.js';
import { jittered } from '../lib/random.js';

/**
 * PostgreSQL's classes of errors that heal without a change here: connections (08), and resources
 * that ran out (53), such as disk, memory or sessions.
 */
const UNREACHABLE_CLASSES = ['08', '53'];
/**
 * PostgreSQL's codes that heal by trying again: shutdown, a read-only stand-by, a disk that fails; a
 * transaction that gave way to another one; and what took too long: a statement (57014), the wait for
 * a lock (55P03), a transaction (25P03, 25P04) or a session (57P05) that lay idle.
 */
const UNREACHABLE_CODES = new Set([
  ...['57P01', '57P02', '57P03', '58030', '25006'],
  ...['40001', '40P01'],
  ...['57014', '55P03', '25P03', '25P04', '57P05'],
]);
/** What a caller is told to wait, in milliseconds: about as long as a fail-over takes to begin. */
const RETRY_MS = 2_000;
/** PostgreSQL ends the connection after such an error: whatever it was about, it was lost. */
const LAST_WORDS = new Set(['FATAL', 'PANIC']);
const UNREACHABLE_ERRNOS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
]);

/** PostgreSQL's code of a violated unique constraint. */
const UNIQUE_VIOLATION = '23505';

interface DriverError {
  readonly severity?: unknown;
  readonly code?: unknown;
  readonly constraint?: unknown;
  readonly message?: unknown;
}

/** Runs a database call and turns the loss of the database into `database_unreachable`. */
export async function reaching<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    throw new Fault('database_unreachable', 'The database cannot be reached; try again shortly.', {
      cause: error,
      retryAfterMs: jittered(RETRY_MS),
    });
  }
}

/** Name of the unique constraint that `error` is about, or null when it is about something else. */
export function violatedConstraint(error: unknown): string | null {
  const driver = driverErrorOf(error);
  return driver.code === UNIQUE_VIOLATION && typeof driver.constraint === 'string'
    ? driver.constraint
    : null;
}

function isUnreachable(error: unknown): boolean {
  // TypeORM lets go of a connection that ended in the middle of a transaction, then says this.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  if (error instanceof QueryRunnerProviderAlreadyReleasedError) return true;
  const { severity, code, message } = driverErrorOf(error);
  if (typeof severity === 'string' && LAST_WORDS.has(severity)) return true;
  if (typeof code === 'string') {
    const isOfClass = UNREACHABLE_CLASSES.some((start) => code.startsWith(start));
    return isOfClass || UNREACHABLE_CODES.has(code) || UNREACHABLE_ERRNOS.has(code);
  }
  return (
    typeof message === 'string' &&
    /connection (terminated|timeout)|not connected|not queryable/i.test(message)
  );
}

/** The pg error inside TypeORM's, or the error itself. */
function driverErrorOf(error: unknown): DriverError {
  if (typeof error !== 'object' || error === null) return {};
  const inner: unknown = 'driverError' in error ? error.driverError : error;
  return typeof inner === 'object' && inner !== null ? inner : {};
}
