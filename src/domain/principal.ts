/**
 * What a caller may do at most: a tenant acts for themselves, a product for all tenants, an operator
 * for everything, and an auditor sees what an operator sees and changes nothing.
 */
export const ROLES = ['tenant', 'product', 'operator', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/** Who calls, as their verified token or key says. */
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
