import { backoffMs } from '../lib/backoff.js';
import { deadline, pause } from '../lib/timers.js';
import type { Catalog, CatalogEntry, Log } from '../ports/index.js';
import type { Driver } from './driver.js';

/** A blocking look-up that is silent for longer has lost its other end. */
const SILENCE_MS = 90_000;

/**
 * Wakes the instances whose entry in the catalog changed. A hint that makes repairs quick: what is
 * true is read anew by whoever is woken, and the rounds cover what this misses.
 */
export class CatalogWatch {
  readonly #stopping = new AbortController();
  #known = new Map<string, string>();
  #running: Promise<void> | null = null;

  constructor(
    private readonly catalog: Catalog,
    private readonly instances: Driver,
    private readonly log: Log,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let index: string | null = null;
    let failures = 0;
    while (!this.#isStopping()) {
      try {
        const snapshot = await this.catalog.snapshot(index, deadline(SILENCE_MS, signal));
        index = snapshot.index;
        failures = 0;
        this.#wakeChanged(snapshot.entries);
      } catch (error) {
        if (this.#isStopping()) return;
        index = null;
        failures += 1;
        this.log.warn('catalog watch interrupted', { error, failures });
        await pause(backoffMs(failures), signal);
      }
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #wakeChanged(entries: readonly CatalogEntry[]): void {
    const seen = new Map(entries.map((entry) => [entry.instanceId as string, signatureOf(entry)]));
    for (const id of new Set([...seen.keys(), ...this.#known.keys()])) {
      if (seen.get(id) !== this.#known.get(id)) this.instances.wake(id);
    }
    this.#known = seen;
  }
}

function signatureOf({ allocationId, address, isPassing }: CatalogEntry): string {
  return [allocationId, address, isPassing].join(' ');
}
