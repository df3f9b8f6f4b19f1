import { Scope } from './scope.js';

/** Resolves after `ms` milliseconds, or at once when `signal` fires; never rejects. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}

/**
 * A signal that fires after `ms` milliseconds or when `parent` does, whichever is first. Where many
 * are made, give them a scope as their parent and end it, so that none waits for its time.
 *
 * Its timer holds it: what `AbortSignal.timeout` gives may be collected while somebody waits for it,
 * and then it never fires (nodejs/node#57736).
 */
export function deadline(ms: number, parent?: AbortSignal): AbortSignal {
  const scope = new Scope(...(parent === undefined ? [] : [parent]));
  if (scope.signal.aborted) return scope.signal;
  const timer = setTimeout(() => {
    scope.end(new DOMException('Time is up.', 'TimeoutError'));
  }, ms).unref();
  scope.signal.addEventListener('abort', () => {
    clearTimeout(timer);
  });
  return scope.signal;
}
