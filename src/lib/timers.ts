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
 * A signal that fires after `ms` milliseconds or when `parent` does, whichever is first.
 *
 * Its timer holds it: what `AbortSignal.timeout` gives may be collected inside `AbortSignal.any`,
 * and then it never fires (nodejs/node#57736).
 */
export function deadline(ms: number, parent?: AbortSignal): AbortSignal {
  const limit = new AbortController();
  setTimeout(() => limit.abort(new DOMException('Time is up.', 'TimeoutError')), ms).unref();
  return parent === undefined ? limit.signal : AbortSignal.any([parent, limit.signal]);
}
