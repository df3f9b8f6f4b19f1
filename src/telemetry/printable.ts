import { Fault } from '../errors/index.js';
import type { LogFields } from '../ports/index.js';
import { scrub } from './scrub.js';

/**
 * Names of fields whose text may be printed. Text under any other name is replaced, so that a field
 * somebody adds in haste shows its name and not its content until it is thought about here.
 * Numbers, booleans and instants are printed under any name.
 */
const PRINTABLE_TEXT: ReadonlySet<string> = new Set([
  'address',
  'allocationId',
  'claimId',
  'code',
  'hold',
  'host',
  'instanceId',
  'kind',
  'method',
  'nodeId',
  'outcome',
  'parts',
  'poolId',
  'queue',
  'ran',
  'reason',
  'requestId',
  'role',
  'roles',
  'route',
  'sentence',
  'sizeClass',
  'subject',
  'system',
  'tenantId',
  'why',
]);

/** Stands where a text was that may not be printed. */
const UNLISTED = '[unlisted]';
/** How deep a chain of causes is followed. */
const CAUSES_MAX = 5;

/** The fields of a log line as they may be written: by allow-list, scrubbed and bounded. */
export function printable(fields: LogFields = {}): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, printableValue(name, value)]),
  );
}

function printableValue(name: string, value: unknown): unknown {
  if (value instanceof Error) return describe(value, CAUSES_MAX);
  if (typeof value === 'string') return PRINTABLE_TEXT.has(name) ? scrub(value) : UNLISTED;
  if (isPlain(value) || value instanceof Date || value === undefined) return value;
  return UNLISTED;
}

/** An error by its words and causes. Its other properties may hold whole requests: left out. */
function describe(error: Error, causesLeft: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const isOurs = error instanceof Fault;
  const isExpected = isOurs && error.kind !== 'bug';
  return {
    ...(isOurs ? detailsOf(error) : {}),
    name,
    message: scrub(message),
    ...(isOurs ? { code: error.code } : codeOf(error)),
    ...(isExpected || stack === undefined ? {} : { stack: scrub(stack) }),
    ...(cause instanceof Error && causesLeft > 0 ? { cause: describe(cause, causesLeft - 1) } : {}),
  };
}

/** Details are made to be logged (see FaultDetails); scrubbed all the same. */
function detailsOf({ details }: Fault): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [
      name,
      typeof value === 'string' ? scrub(value) : value,
    ]),
  );
}

/** The system's code, e.g. `ECONNREFUSED` or PostgreSQL's `23505`: often all that is told. */
function codeOf(error: Error): { readonly code?: string } {
  return 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
}

function isPlain(value: unknown): boolean {
  return value === null || ['number', 'boolean', 'bigint'].includes(typeof value);
}
