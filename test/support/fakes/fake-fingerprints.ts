import { createHmac } from 'node:crypto';
import type { Fingerprints } from '../../../src/ports/index.js';
import { Trouble } from './trouble.js';

/** Vault's part in telling requests apart, with a key that is anew for each. */
export class FakeFingerprints implements Fingerprints {
  readonly trouble = new Trouble<keyof Fingerprints>('vault_unreachable');
  readonly #key = crypto.randomUUID();

  fingerprint(text: string, signal: AbortSignal): Promise<string> {
    return this.trouble.meet('fingerprint', signal, () =>
      createHmac('sha256', this.#key).update(text).digest('base64'),
    );
  }
}
