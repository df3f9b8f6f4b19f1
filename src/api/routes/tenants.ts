import type { SuspendTenant } from '../../commands/suspend-tenant.js';
import type { Endpoint } from '../endpoint.js';
import { endpoint } from '../endpoint.js';
import { presentSuspension } from '../present.js';
import { SuspensionShown, TenantPath } from '../schemas.js';

/** What the operations on tenants call. */
export interface TenantCommands {
  readonly suspend: Pick<SuspendTenant, 'execute'>;
}

/** The operations on tenants. */
export function tenantEndpoints({ suspend }: TenantCommands): Endpoint[] {
  const shared = {
    path: '/v1/tenants/:ref/suspension',
    params: TenantPath,
    query: null,
    body: null,
    answers: { 200: { says: 'As it is now.', schema: SuspensionShown } },
    faults: ['tenant_unknown'],
  } as const;
  return [
    endpoint({
      ...shared,
      method: 'put',
      operationId: 'suspendTenant',
      scope: 'tenants:write',
      summary: 'Let a tenant claim nothing new; what they have keeps running',
      async handle({ caller, params: { ref: tenantRef } }) {
        const tenant = await suspend.execute({ caller, tenantRef, isSuspended: true });
        return { status: 200, body: presentSuspension(tenant) };
      },
    }),
    endpoint({
      ...shared,
      method: 'delete',
      operationId: 'unsuspendTenant',
      scope: 'tenants:write',
      summary: 'Let a tenant claim again',
      async handle({ caller, params: { ref: tenantRef } }) {
        const tenant = await suspend.execute({ caller, tenantRef, isSuspended: false });
        return { status: 200, body: presentSuspension(tenant) };
      },
    }),
  ];
}
