import type { VerifyApiKey } from '../../commands/verify-api-key.js';
import { isLikeApiKey } from '../../domain/api-key.js';
import type { Identity, Verifier } from './identity.js';
import { bearerOf, unauthenticated } from './identity.js';

/** Finds out who calls from what they show: a token of the issuer, or an API key of ours. */
export class CredentialVerifier implements Verifier {
  constructor(
    private readonly tokens: Verifier,
    private readonly apiKeys: Pick<VerifyApiKey, 'execute'>,
  ) {}

  async verify(authorization: string): Promise<Identity> {
    const credential = bearerOf(authorization);
    if (!isLikeApiKey(credential)) return this.tokens.verify(authorization);
    const identity = await this.apiKeys.execute(credential);
    if (identity !== null) return identity;
    throw unauthenticated('That API key is not valid here, has expired, or was revoked.');
  }
}
