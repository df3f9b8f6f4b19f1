import { backoffMs } from './backoff.js';
import { monotonicMs } from './clock.js';
import { pause } from './timers.js';

/** What handling a key asks for next. */
export type Outcome =
  | { readonly kind: 'settled' }
  | { readonly kind: 'recheck'; readonly afterMs: number }
  /** It can wait for others: to be handled anew, in one of the slots that are for such keys. */
  | { readonly kind: 'step_aside' };

/** Which slot a key is handled in; one that is not `reserved` may keep its slot for long. */
export type Slot = 'reserved' | 'common';

export interface KeyedQueueOptions {
  /** How many keys are handled at once; one key never twice at once. */
  readonly concurrency: number;
  /** How many of these slots keys that stepped aside leave to others. */
  readonly reserved?: number;
  readonly handle: (key: string, signal: AbortSignal, slot: Slot) => Promise<Outcome>;
  /** Told of each failure; the key is handled again after a backoff. */
  readonly onFailure: (key: string, error: unknown, attempt: number) => void;
}

interface Entry {
  dueAt: number;
  isRunning: boolean;
  /** When to run again if woken while running; null when nobody did. */
  againAt: number | null;
  failures: number;
  /** It stepped aside when it was last handled, and nobody has woken it since. */
  isAside: boolean;
}

/**
 * Handles keys, each at most once at a time and again whenever it is woken meanwhile.
 *
 * A key stands for everything known about it, so waking it twice is the same as once and a wake-up
 * carries nothing that could be lost. Failures are tried again with backoff; a wake-up from outside
 * ends the wait early.
 *
 * What a key is worth is only known once it is handled, so each begins in any slot; one that can wait
 * steps aside at once, and keeps to the common slots until it is woken. So however many of those
 * hang, the reserved ones are there for the others.
 */
export class KeyedQueue {
  readonly #entries = new Map<string, Entry>();
  readonly #stopping = new AbortController();
  #alarm = new AbortController();
  #running = new Set<Promise<void>>();
  #aside = 0;
  #loop: Promise<void> | null = null;

  constructor(private readonly options: KeyedQueueOptions) {}

  /** Has `key` handled after `afterMs` milliseconds, or earlier if it was due earlier. */
  wake(key: string, afterMs = 0): void {
    const at = monotonicMs() + afterMs;
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      const fresh = { dueAt: at, isRunning: false, againAt: null, failures: 0, isAside: false };
      this.#entries.set(key, fresh);
    } else if (entry.isRunning) {
      entry.againAt = Math.min(entry.againAt ?? at, at);
    } else {
      entry.dueAt = Math.min(entry.dueAt, at);
      entry.isAside = false;
    }
    this.#alarm.abort();
  }

  isRunning(key: string): boolean {
    return this.#entries.get(key)?.isRunning ?? false;
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
      } else if (this.#hasSlotFor(entry)) {
        this.#startOne(key, entry);
      }
    }
    return nextMs;
  }

  #hasSlotFor({ isAside }: Entry): boolean {
    const { concurrency, reserved = 0 } = this.options;
    if (this.#running.size >= concurrency) return false;
    return !isAside || this.#aside < concurrency - reserved;
  }

  #startOne(key: string, entry: Entry): void {
    const slot = entry.isAside ? 'common' : 'reserved';
    entry.isRunning = true;
    entry.againAt = null;
    if (slot === 'common') this.#aside += 1;
    const run = this.#handle(key, entry, slot).finally(() => {
      if (slot === 'common') this.#aside -= 1;
      this.#running.delete(run);
      this.#alarm.abort();
    });
    this.#running.add(run);
  }

  async #handle(key: string, entry: Entry, slot: Slot): Promise<void> {
    let nextAt: number | null;
    try {
      const outcome = await this.options.handle(key, this.#stopping.signal, slot);
      entry.failures = 0;
      entry.isAside = slot === 'common' || outcome.kind === 'step_aside';
      nextAt = nextOf(outcome);
    } catch (error) {
      entry.failures += 1;
      if (!this.#stopping.signal.aborted) this.options.onFailure(key, error, entry.failures);
      nextAt = monotonicMs() + backoffMs(entry.failures);
    }
    entry.isRunning = false;
    if (entry.againAt !== null) entry.isAside = false;
    const dueAt = Math.min(nextAt ?? Infinity, entry.againAt ?? Infinity);
    this.#entries.delete(key);
    if (dueAt === Infinity) return;
    // To the end of the line, or keys that are soon due again would keep later ones out for ever.
    entry.dueAt = dueAt;
    this.#entries.set(key, entry);
  }
}

function nextOf(outcome: Outcome): number | null {
  switch (outcome.kind) {
    case 'settled':
      return null;
    case 'recheck':
      return monotonicMs() + outcome.afterMs;
    case 'step_aside':
      return monotonicMs();
  }
}
