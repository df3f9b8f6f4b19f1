import { BackgroundLoop } from '../lib/background-loop.js';
import { deadline } from '../lib/timers.js';
import type { Catalog, CatalogEntry, Log } from '../ports/index.js';
import type { Driver } from './driver.js';

/** A blocking look-up that is silent for longer has lost its other end. */
const SILENCE_MS = 90_000;

/**
 * Wakes the instances whose entry in the catalog changed. A hint that makes repairs quick: what is
 * true is read anew by whoever is woken, and the rounds cover what this misses.
 */
export class CatalogWatch {
  readonly #loop = new BackgroundLoop({
    turn: (signal) => this.#follow(signal),
    onFailure: (error, failures) => {
      this.log.warn('catalog watch interrupted', { error, failures });
    },
  });
  #known = new Map<string, string>();
  /** From where to wait on; null after a failure, which may have hidden anything. */
  #index: string | null = null;

  constructor(
    private readonly catalog: Catalog,
    private readonly instances: Driver,
    private readonly log: Log,
  ) {}

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const afterIndex = this.#index;
    this.#index = null;
    const snapshot = await this.catalog.snapshot(afterIndex, deadline(SILENCE_MS, signal));
    this.#wakeChanged(snapshot.entries);
    this.#index = snapshot.index;
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
