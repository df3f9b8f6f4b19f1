import { ClaimInstance } from '../../src/commands/claim-instance.js';
import type { Instance } from '../../src/domain/instance.js';
import { systemClock } from '../../src/lib/clock.js';
import type { Store } from '../../src/ports/index.js';
import { aCaller, aPoolKey, someOffers } from './builders.js';

/** So that a claim may wait for a start as well, and an empty pool refuses in the end. */
const WAITING_MAX = 20;

/** The claims of a product, by the wall clock, for runs with many of them. */
export interface Claims {
  /** The instance that the tenant gets; the same for the same key. */
  claim(tenantRef: string, idempotencyKey: string): Promise<Instance>;
}

/** Claims on `store` from the pool of `aPoolKey()`. */
export function claimsOn(store: Store, waitingMax = WAITING_MAX): Claims {
  const { sizeClass, nodePool } = aPoolKey();
  const options = { offers: someOffers(), defaultRegion: nodePool, waitingMax };
  const command = new ClaimInstance(store, systemClock, options);
  return {
    async claim(tenantRef, idempotencyKey) {
      const { view } = await command.execute({
        caller: aCaller(),
        ...{ tenantRef, name: 'default', sizeClass, region: null, idempotencyKey },
      });
      return view.instance;
    },
  };
}
