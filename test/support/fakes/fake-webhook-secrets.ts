import type { WebhookId } from '../../../src/domain/ids.js';
import type { WebhookSecrets } from '../../../src/ports/index.js';
import { Trouble } from './trouble.js';

/** What signs webhooks, in memory. */
export class FakeWebhookSecrets implements WebhookSecrets {
  readonly trouble = new Trouble<keyof WebhookSecrets>('vault_unreachable');
  readonly #versions = new Map<WebhookId, string[]>();

  /** Those of which anything is kept. */
  get kept(): readonly WebhookId[] {
    return [...this.#versions.keys()];
  }

  write(id: WebhookId, secret: string, signal: AbortSignal): Promise<number> {
    return this.trouble.meet('write', signal, () => {
      const versions = [...(this.#versions.get(id) ?? []), secret];
      this.#versions.set(id, versions);
      return versions.length;
    });
  }

  read(id: WebhookId, version: number, signal: AbortSignal): Promise<string | null> {
    return this.trouble.meet('read', signal, () => this.#versions.get(id)?.[version - 1] ?? null);
  }

  destroy(id: WebhookId, signal: AbortSignal): Promise<void> {
    return this.trouble.meet('destroy', signal, () => {
      this.#versions.delete(id);
    });
  }
}
