import type { KeyOwner } from '../domain/key-campaign/key-campaign.js';
import type { Principal } from '../domain/principal.js';
import { Fault } from '../errors/index.js';

/** Refuses tenants who call a key the platform's: campaigns would exchange it under their hands. */
export function assertMayOwn({ role }: Principal, owner: KeyOwner): void {
  if (owner === 'platform' && role === 'tenant') {
    throw new Fault('forbidden', 'A key of the platform is set by a product or an operator.');
  }
}
