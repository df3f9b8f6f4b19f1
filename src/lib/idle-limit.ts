/**
 * A limit on silence: its signal fires when `restart` was not called for `ms` milliseconds, or when
 * `parent` fires. It begins at once; `end` takes it back.
 *
 * For answers without an end, where a deadline for the whole would cut off what works.
 */
export class IdleLimit {
  readonly signal: AbortSignal;
  readonly #silent = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly ms: number,
    parent: AbortSignal,
  ) {
    this.signal = AbortSignal.any([parent, this.#silent.signal]);
    this.restart();
  }

  /** Grants another `ms` milliseconds, after `end` too. */
  restart(): void {
    clearTimeout(this.#timer);
    const abort = (): void => {
      this.#silent.abort(new DOMException('Nothing was heard for too long.', 'TimeoutError'));
    };
    this.#timer = setTimeout(abort, this.ms).unref();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
