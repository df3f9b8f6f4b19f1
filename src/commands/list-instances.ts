import { Fault } from '../errors/index.js';
import { INSTANCE_STATES } from '../domain/instance.js';
import type { InstanceState } from '../domain/instance.js';
import type { Caller, Principal } from '../domain/principal.js';
import type { InstanceFilter, Page, Paged, Store } from '../ports/index.js';
import type { InstanceView } from './instance-view.js';
import { viewOf } from './visibility.js';

export interface ListRequest {
  readonly caller: Caller;
  readonly filter: { readonly tenantRef?: string; readonly states?: readonly InstanceState[] };
  readonly page: Page;
}

/** What is listed unless states are named: everything that is not gone. */
const PRESENT = INSTANCE_STATES.filter((state) => state !== 'deleted');

/** Lists the instances that the caller may see, a page at a time, in the order of their ids. */
export class ListInstances {
  constructor(private readonly store: Store) {}

  async execute({ caller, filter, page }: ListRequest): Promise<Paged<InstanceView>> {
    const { tenantRef, states = PRESENT } = filter;
    const rest = { states };
    const ownRef = tenantFor(caller.principal, tenantRef);
    const seesMembers = ['operator', 'auditor'].includes(caller.principal.role);
    const narrowed: InstanceFilter = seesMembers ? rest : { ...rest, isClaimed: true };
    if (ownRef === undefined) return this.#page(narrowed, page);

    const tenant = await this.store.tenants.findByRef(ownRef);
    if (tenant === null) return { rows: [], nextCursor: null };
    return this.#page({ ...narrowed, tenantId: tenant.id }, page);
  }

  async #page(filter: InstanceFilter, page: Page): Promise<Paged<InstanceView>> {
    const { rows, nextCursor } = await this.store.instances.list(filter, page);
    const views = await Promise.all(rows.map((instance) => viewOf(this.store, instance)));
    return { rows: views, nextCursor };
  }
}

/** The tenant to list: a tenant's own whatever they ask for, else the one asked for. */
function tenantFor(principal: Principal, asked: string | undefined): string | undefined {
  if (principal.role !== 'tenant') return asked;
  if (principal.tenantRef === null || (asked !== undefined && asked !== principal.tenantRef)) {
    throw new Fault('forbidden', 'This token may list its own tenant’s instances only.');
  }
  return principal.tenantRef;
}
