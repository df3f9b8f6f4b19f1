import { Scope } from './scope.js';

/**
 * A limit on silence: its signal fires when `restart` was not called for `ms` milliseconds, or when
 * `parent` fires. It begins at once, and holds its parent until `end`.
 *
 * For answers without an end, where a deadline for the whole would cut off what works.
 */
export class IdleLimit {
  readonly #scope: Scope;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly ms: number,
    parent: AbortSignal,
  ) {
    this.#scope = new Scope(parent);
    this.restart();
  }

  get signal(): AbortSignal {
    return this.#scope.signal;
  }

  /** Grants another `ms` milliseconds, after `rest` too. */
  restart(): void {
    clearTimeout(this.#timer);
    const abort = (): void => {
      this.#scope.end(new DOMException('Nothing was heard for too long.', 'TimeoutError'));
    };
    this.#timer = setTimeout(abort, this.ms).unref();
  }

  /** Silence does not count until `restart`. */
  rest(): void {
    clearTimeout(this.#timer);
  }

  /** It is over: nothing is listened to any more. */
  end(): void {
    this.rest();
    this.#scope.end();
  }
}
