import type { StoredApiKey, Store } from '../ports/index.js';
import { idInApiKey, isLive } from '../domain/api-key.js';
import type { Principal } from '../domain/principal.js';
import type { ApiScope } from '../domain/scopes.js';
import { grantedScopes } from '../domain/scopes.js';
import type { Clock } from '../lib/clock.js';
import { plusMs } from '../lib/clock.js';
import { isSameDigest, digestOf } from '../lib/digest.js';

/** How exact the time of the last use is: a write per key and five minutes, not one per request. */
const USE_NOTED_EVERY_MS = 5 * 60_000;

/**
 * Finds out whom an API key speaks for. The row is read each time and kept nowhere, so that a revoked
 * key opens nothing from the very next request on, whichever replica it goes to. That read is one look-up
 * by primary key (docs/benchmarks.md has its cost), in front of commands that read more.
 */
export class VerifyApiKey {
  constructor(
    private readonly store: Pick<Store, 'apiKeys'>,
    private readonly clock: Clock,
  ) {}

  /** Null for a key that opens nothing: mistyped, unknown, forged, expired or revoked. */
  async execute(
    text: string,
  ): Promise<{ readonly principal: Principal; readonly scopes: ReadonlySet<ApiScope> } | null> {
    const id = idInApiKey(text);
    const key = id === null ? null : await this.store.apiKeys.find(id);
    const now = this.clock.now();
    if (key === null || !isSameDigest(digestOf(text), key.digest) || !isLive(key, now)) return null;
    await this.#noteUse(key, now);
    const { role, tenantRef, scopes } = key;
    return { principal: { subject: key.id, role, tenantRef }, scopes: grantedScopes(role, scopes) };
  }

  async #noteUse({ id, lastUsedAt }: StoredApiKey, now: Date): Promise<void> {
    const notSince = plusMs(now, -USE_NOTED_EVERY_MS);
    if (lastUsedAt !== null && lastUsedAt >= notSince) return;
    await this.store.apiKeys.markUsed(id, now, notSince);
  }
}
