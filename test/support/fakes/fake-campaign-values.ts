import type { KeyCampaignId } from '../../../src/domain/ids.js';
import { Fault } from '../../../src/errors/index.js';
import type { CampaignValues } from '../../../src/ports/index.js';
import { Trouble } from './trouble.js';

/** The values of key campaigns, in memory. */
export class FakeCampaignValues implements CampaignValues {
  readonly trouble = new Trouble<keyof CampaignValues>('vault_unreachable');
  readonly #values = new Map<KeyCampaignId, string>();

  /** All values that are kept. */
  get kept(): readonly string[] {
    return [...this.#values.values()];
  }

  write(id: KeyCampaignId, value: string, signal: AbortSignal): Promise<void> {
    return this.trouble.meet('write', signal, () => {
      if (this.#values.has(id)) throw new Fault('vault_refused', 'It is written already.');
      this.#values.set(id, value);
    });
  }

  read(id: KeyCampaignId, signal: AbortSignal): Promise<string | null> {
    return this.trouble.meet('read', signal, () => this.#values.get(id) ?? null);
  }

  destroy(id: KeyCampaignId, signal: AbortSignal): Promise<void> {
    return this.trouble.meet('destroy', signal, () => {
      this.#values.delete(id);
    });
  }

  list(signal: AbortSignal): Promise<readonly KeyCampaignId[]> {
    return this.trouble.meet('list', signal, () => [...this.#values.keys()]);
  }
}
