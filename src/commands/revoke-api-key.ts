import type { ApiKey } from '../domain/api-key.js';
import type { ApiKeyId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import { Fault } from '../errors/index.js';
import type { Clock } from '../lib/clock.js';
import type { Store } from '../ports/index.js';
import { assertOperator } from './assert-operator.js';
import { actorOf } from './visibility.js';

/**
 * Revokes an API key: whatever is asked with it after this returns is refused, by every replica. To
 * repeat it changes nothing. Faults: `forbidden`, `api_key_unknown`.
 */
export class RevokeApiKey {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, id }: { caller: Caller; id: ApiKeyId }): Promise<ApiKey> {
    assertOperator(caller.principal);
    return this.store.transaction(async (tx) => {
      const at = this.clock.now();
      const revoked = await tx.apiKeys.revoke(id, at);
      if (revoked === null) {
        const seen = await tx.apiKeys.find(id);
        if (seen !== null) return seen;
        throw new Fault('api_key_unknown', 'No such API key; GET /v1/api-keys lists them.');
      }
      await tx.audit.append({
        ...{ at, actor: actorOf(caller.principal), action: 'api_key.revoke', target: id },
        ...{ outcome: 'done', requestId: caller.requestId, from: caller.from },
        details: { name: revoked.name },
      });
      return revoked;
    });
  }
}
