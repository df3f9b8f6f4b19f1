import type { z } from 'zod';
import type { ApiKey } from '../domain/api-key.js';
import { grantedScopes } from '../domain/scopes.js';
import type { ApiKeyShown } from './api-key-schemas.js';

/** An API key as the API shows it: never its text, and nothing that it was made from. */
export function presentApiKey(key: ApiKey): z.infer<typeof ApiKeyShown> {
  const { id, name, role, tenantRef: tenant, createdBy } = key;
  return {
    ...{ id, name, role, tenant, createdBy },
    scopes: [...grantedScopes(role, key.scopes)],
    createdAt: key.createdAt.toISOString(),
    expiresAt: key.expiresAt.toISOString(),
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    revokedAt: key.revokedAt?.toISOString() ?? null,
  };
}
