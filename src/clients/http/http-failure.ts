/** Why no answer came: time ran out, the caller gave up, or the connection was of no use. */
export type HttpFailureReason = 'deadline' | 'aborted' | 'too_large' | 'connection';

/**
 * A request that got no answer; whether the other side acted on it is unknown.
 *
 * It carries only the code and the first words of what the HTTP client said: its own error holds
 * the whole request, token and body included, and must never reach a log.
 */
export class HttpFailure extends Error {
  /** The system's code, e.g. `ECONNREFUSED`. */
  readonly code: string | null;

  constructor(
    readonly reason: HttpFailureReason,
    error: unknown,
  ) {
    super(error instanceof Error ? error.message.slice(0, 200) : reason);
    this.name = 'HttpFailure';
    this.code = codeOf(error);
  }
}

/** Why `error` was thrown by a request that ran under `signal`. */
export function reasonOf(error: unknown, signal: AbortSignal): HttpFailureReason {
  if (signal.aborted) {
    const cause: unknown = signal.reason;
    return cause instanceof Error && cause.name === 'TimeoutError' ? 'deadline' : 'aborted';
  }
  return codeOf(error) === 'ERR_BAD_RESPONSE' ? 'too_large' : 'connection';
}

function codeOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return typeof error.code === 'string' ? error.code : null;
}
