import type { FaultCode } from './fault-codes.js';
import { FAULT_CODES } from './fault-codes.js';

/**
 * What went wrong, as far as a caller's next step is concerned.
 *
 * The kind decides retry, log level and status (docs/errors.md): `invalid` and `conflict` are the
 * caller's to mend, `capacity` and `unavailable` heal with time, `bug` is ours.
 */
export type FaultKind = 'invalid' | 'conflict' | 'capacity' | 'unavailable' | 'bug';

/** Facts for the operator's log. Never a secret: these fields are logged as they are. */
export type FaultDetails = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** What is wrong in one place of what was sent. */
export interface FaultPart {
  /** A JSON pointer; no value that was sent is ever in it. */
  readonly pointer: string;
  readonly detail: string;
}

export interface FaultOptions {
  /** Callers are told of these. */
  readonly parts?: readonly FaultPart[];
  /** For the log alone; callers of the API never see it. */
  readonly details?: FaultDetails;
  readonly cause?: unknown;
  /** How long to wait before the same call may succeed, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** A failure with a stable code and one public sentence that says what to do. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly kind: FaultKind;
  readonly details: FaultDetails;
  readonly retryAfterMs: number | null;
  readonly parts: readonly FaultPart[];

  constructor(code: FaultCode, publicSentence: string, options: FaultOptions = {}) {
    super(publicSentence, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'Fault';
    this.code = code;
    this.kind = FAULT_CODES[code];
    this.details = options.details ?? {};
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.parts = options.parts ?? [];
  }
}

/** Throws the bug `code` unless `condition` holds; for what must be true whatever callers do. */
export function assertInvariant(
  condition: boolean,
  code: FaultCode,
  details: FaultDetails = {},
): asserts condition {
  if (!condition) {
    throw new Fault(code, 'Something is wrong on our side; the operator has been told.', {
      details,
    });
  }
}
