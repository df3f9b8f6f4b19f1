/** What a caller may do: a tenant sees their own, a product all tenants, an operator everything. */
export const ROLES = ['tenant', 'product', 'operator'] as const;
export type Role = (typeof ROLES)[number];

/** Who calls, as their verified token says. */
export interface Principal {
  readonly subject: string;
  readonly role: Role;
  /** The only tenant a `tenant` may act for; null for the other roles. */
  readonly tenantRef: string | null;
}

/** Who, in which request and from where: what an audit line needs besides the act. */
export interface Caller {
  readonly principal: Principal;
  readonly requestId: string;
  /** The address that the request came from; null when its connection was gone already. */
  readonly from: string | null;
}
