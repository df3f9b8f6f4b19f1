import { digestOf } from '../../lib/digest.js';
import type { Fingerprints } from '../../ports/index.js';
import { KeyedHash } from './wire.js';
import type { VaultSession } from './vault-session.js';

/**
 * Fingerprints by Vault's transit engine: an HMAC-SHA-256 with a key that never leaves Vault. Only the
 * API's policy lets it be asked for. What is sent there is a digest, so that long texts cost no more.
 */
export class VaultFingerprints implements Fingerprints {
  constructor(private readonly session: VaultSession) {}

  async fingerprint(text: string, signal: AbortSignal): Promise<string> {
    const input = Buffer.from(digestOf(text), 'hex').toString('base64');
    const path = 'transit/hmac/clawdeploy-requests/sha2-256';
    const reply = await this.session.read(
      { method: 'POST', path, body: { input }, signal },
      KeyedHash,
    );
    return reply.data.hmac;
  }
}
