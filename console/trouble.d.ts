export function nextStepOf(failure: {
  readonly status?: number | null;
  readonly code?: string | null;
  readonly retryAfterS?: number | null;
}): string | null;
