import { Fault } from '../errors/index.js';
import type { Caller } from '../domain/principal.js';
import type { Clock } from '../lib/clock.js';
import type { Store, Tenant } from '../ports/index.js';
import { actorOf } from './visibility.js';

export interface SuspensionRequest {
  readonly caller: Caller;
  readonly tenantRef: string;
  readonly isSuspended: boolean;
}

/**
 * Suspends a tenant, who then claims nothing new, or lifts the suspension. What the tenant has keeps
 * running: taking it away is an act of its own. Repeating it changes nothing. Faults: `forbidden`,
 * `tenant_unknown`.
 */
export class SuspendTenant {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, tenantRef, isSuspended }: SuspensionRequest): Promise<Tenant> {
    if (caller.principal.role === 'tenant') {
      throw new Fault('forbidden', 'Tenants are suspended by products and operators only.');
    }
    return this.store.transaction(async (tx) => {
      const tenant = await tx.tenants.findByRef(tenantRef);
      if (tenant === null) throw tenantUnknown();
      if ((tenant.suspendedAt !== null) === isSuspended) return tenant;

      const at = this.clock.now();
      const changed = await tx.tenants.setSuspended(tenantRef, isSuspended ? at : null);
      await tx.audit.append({
        at,
        actor: actorOf(caller.principal),
        action: isSuspended ? 'tenant.suspend' : 'tenant.unsuspend',
        target: tenant.id,
        outcome: 'done',
        requestId: caller.requestId,
        from: caller.from,
        details: { tenantRef },
      });
      return changed ?? tenant;
    });
  }
}

function tenantUnknown(): Fault {
  return new Fault('tenant_unknown', 'No tenant of that name has claimed anything yet.');
}
