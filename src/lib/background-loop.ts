import { backoffMs } from './backoff.js';
import { pause } from './timers.js';

export interface BackgroundLoopOptions {
  /** Does one turn; the next begins as soon as it returns. To end early when `signal` fires. */
  readonly turn: (signal: AbortSignal) => Promise<void>;
  /** Told of each turn that failed, with how many failed in a row; a backoff follows. */
  readonly onFailure: (error: unknown, failures: number) => void;
}

/** Repeats a turn until it is stopped; what fails is tried again with backoff, without end. */
export class BackgroundLoop {
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;

  constructor(private readonly options: BackgroundLoopOptions) {}

  start(): void {
    this.#running ??= this.#run();
  }

  /** Tells the turn that runs to end, and waits until it has. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let failures = 0;
    while (!this.#isStopping()) {
      try {
        await this.options.turn(signal);
        failures = 0;
      } catch (error) {
        if (this.#isStopping()) return;
        failures += 1;
        this.options.onFailure(error, failures);
        await pause(backoffMs(failures), signal);
      }
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }
}
