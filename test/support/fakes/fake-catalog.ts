import type { InstanceId } from '../../../src/domain/ids.js';
import { Fault } from '../../../src/errors/index.js';
import type { Catalog, CatalogEntry, CatalogSnapshot } from '../../../src/ports/index.js';
import { Trouble } from './trouble.js';

/** Service discovery in memory; a snapshot waits for the next change like the real one. */
export class FakeCatalog implements Catalog {
  readonly trouble = new Trouble<keyof Catalog>('consul_unreachable');
  readonly #entries = new Map<InstanceId, CatalogEntry>();
  readonly #waiting = new Set<() => void>();
  #index = 1;

  find(instanceId: InstanceId, signal: AbortSignal): Promise<CatalogEntry | null> {
    return this.trouble.meet('find', signal, () => this.#entries.get(instanceId) ?? null);
  }

  snapshot(afterIndex: string | null, signal: AbortSignal): Promise<CatalogSnapshot> {
    return this.trouble.meet('snapshot', signal, async () => {
      if (afterIndex === String(this.#index)) await this.#change(signal);
      return { entries: [...this.#entries.values()], index: String(this.#index) };
    });
  }

  /** Lists the gateway, or changes what is listed of it. */
  put(entry: CatalogEntry): void {
    this.#entries.set(entry.instanceId, entry);
    this.#changed();
  }

  remove(instanceId: InstanceId): void {
    if (this.#entries.delete(instanceId)) this.#changed();
  }

  #changed(): void {
    this.#index += 1;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#waiting.delete(wake);
        reject(new Fault('consul_unreachable', 'The caller gave up waiting.'));
      };
      const wake = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(wake);
    });
  }
}
