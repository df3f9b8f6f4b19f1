import type { Role } from './principal.js';
import { ROLES } from './principal.js';

/**
 * What a token or key may be allowed, one verb on one kind of thing each. Every operation of the API
 * needs exactly one of them; its declaration says which.
 */
export const SCOPES = [
  'instances:read',
  'instances:write',
  'access:read',
  'config:read',
  'config:write',
  'keys:read',
  'keys:write',
  'pools:read',
  'pools:write',
  'tenants:write',
  'sweeps:read',
  'sweeps:write',
  'key-campaigns:read',
  'key-campaigns:write',
  'api-keys:read',
  'api-keys:write',
  'audit:read',
  'webhooks:read',
  'webhooks:write',
] as const;
export type ApiScope = (typeof SCOPES)[number];

const OF_TENANTS: readonly ApiScope[] = [
  ...(['instances:read', 'instances:write', 'access:read'] as const),
  ...(['config:read', 'config:write', 'keys:read', 'keys:write'] as const),
];

/**
 * The most that each role may do. An auditor reads everything but gateway tokens: who holds one is
 * that gateway's admin, which is more than reading.
 */
const SCOPES_OF_ROLE: Readonly<Record<Role, readonly ApiScope[]>> = {
  tenant: OF_TENANTS,
  product: [...OF_TENANTS, 'pools:read', 'tenants:write', 'webhooks:read', 'webhooks:write'],
  operator: SCOPES,
  auditor: SCOPES.filter((scope) => scope.endsWith(':read') && scope !== 'access:read'),
};

/** All that a role may do. */
export function scopesOfRole(role: Role): readonly ApiScope[] {
  return SCOPES_OF_ROLE[role];
}

/**
 * What a caller of this role may do whose token or key names these scopes; all that the role may
 * when it names none. Names that are not ours are somebody else's business, and what goes beyond the
 * role is not granted: a scope narrows a role and never widens it.
 */
export function grantedScopes(role: Role, named: readonly string[] | null): ReadonlySet<ApiScope> {
  const most = scopesOfRole(role);
  return new Set(named === null ? most : most.filter((scope) => named.includes(scope)));
}

/** The roles that may hold a scope, for the sentence that refuses all others. */
export function rolesWith(scope: ApiScope): readonly Role[] {
  return ROLES.filter((role) => scopesOfRole(role).includes(scope));
}
