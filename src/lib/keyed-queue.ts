import { backoffMs } from './backoff.js';
import { monotonicMs } from './clock.js';
import { pause } from './timers.js';

/** What handling a key asks for next. */
export type Outcome =
  { readonly kind: 'settled' } | { readonly kind: 'recheck'; readonly afterMs: number };

export interface KeyedQueueOptions {
  /** How many keys are handled at once; one key never twice at once. */
  readonly concurrency: number;
  readonly handle: (key: string, signal: AbortSignal) => Promise<Outcome>;
  /** Told of each failure; the key is handled again after a backoff. */
  readonly onFailure: (key: string, error: unknown, attempt: number) => void;
}

interface Entry {
  dueAt: number;
  isRunning: boolean;
  /** When to run again if woken while running; null when nobody did. */
  againAt: number | null;
  failures: number;
}

/**
 * Handles keys, each at most once at a time and again whenever it is woken meanwhile.
 *
 * A key stands for everything known about it, so waking it twice is the same as once and a wake-up
 * carries nothing that could be lost. Failures are tried again with backoff; a wake-up from outside
 * ends the wait early.
 */
export class KeyedQueue {
  readonly #entries = new Map<string, Entry>();
  readonly #stopping = new AbortController();
  #alarm = new AbortController();
  #running = new Set<Promise<void>>();
  #loop: Promise<void> | null = null;

  constructor(private readonly options: KeyedQueueOptions) {}

  /** Has `key` handled after `afterMs` milliseconds, or earlier if it was due earlier. */
  wake(key: string, afterMs = 0): void {
    const at = monotonicMs() + afterMs;
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#entries.set(key, { dueAt: at, isRunning: false, againAt: null, failures: 0 });
    } else if (entry.isRunning) {
      entry.againAt = Math.min(entry.againAt ?? at, at);
    } else {
      entry.dueAt = Math.min(entry.dueAt, at);
    }
    this.#alarm.abort();
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Begins nothing new, tells what runs to stop, and waits for it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#alarm.abort();
    await this.#loop;
    await Promise.all(this.#running);
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#alarm = new AbortController();
      const sleepMs = this.#startDue();
      await pause(sleepMs, this.#alarm.signal);
    }
  }

  /** Starts what is due and may run; returns how long nothing more will be due. */
  #startDue(): number {
    const now = monotonicMs();
    let nextMs = 60_000;
    for (const [key, entry] of this.#entries) {
      if (entry.isRunning) continue;
      if (entry.dueAt > now) {
        nextMs = Math.min(nextMs, entry.dueAt - now);
      } else if (this.#running.size < this.options.concurrency) {
        this.#startOne(key, entry);
      }
    }
    return nextMs;
  }

  #startOne(key: string, entry: Entry): void {
    entry.isRunning = true;
    entry.againAt = null;
    const run = this.#handle(key, entry).finally(() => {
      this.#running.delete(run);
      this.#alarm.abort();
    });
    this.#running.add(run);
  }

  async #handle(key: string, entry: Entry): Promise<void> {
    let nextAt: number | null;
    try {
      const outcome = await this.options.handle(key, this.#stopping.signal);
      entry.failures = 0;
      nextAt = outcome.kind === 'settled' ? null : monotonicMs() + outcome.afterMs;
    } catch (error) {
      entry.failures += 1;
      if (!this.#stopping.signal.aborted) this.options.onFailure(key, error, entry.failures);
      nextAt = monotonicMs() + backoffMs(entry.failures);
    }
    entry.isRunning = false;
    const dueAt = Math.min(nextAt ?? Infinity, entry.againAt ?? Infinity);
    if (dueAt === Infinity) this.#entries.delete(key);
    else entry.dueAt = dueAt;
  }
}
