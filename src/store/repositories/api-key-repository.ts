import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import type { ApiKey } from '../../domain/api-key.js';
import type { ApiKeyId } from '../../domain/ids.js';
import { ROLES } from '../../domain/principal.js';
import type { ApiScope } from '../../domain/scopes.js';
import { SCOPES } from '../../domain/scopes.js';
import type { ApiKeyStore, Page, Paged, StoredApiKey } from '../../ports/index.js';
import { queryRows } from '../raw-rows.js';
import { ApiKeyRow } from '../rows/api-key-row.js';
import { storedIn } from '../stored-words.js';

const REVOKE = `
  UPDATE api_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING *`;

const MARK_USED = `
  UPDATE api_keys SET last_used_at = $2
  WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $3)`;

/** API keys in PostgreSQL. */
export class PostgresApiKeyStore implements ApiKeyStore {
  constructor(private readonly manager: EntityManager) {}

  async insert(key: StoredApiKey): Promise<void> {
    const scopes = key.scopes === null ? null : [...key.scopes];
    await this.manager.insert(ApiKeyRow, { ...key, scopes });
  }

  async find(id: ApiKeyId): Promise<StoredApiKey | null> {
    const row = await this.manager.findOneBy(ApiKeyRow, { id });
    return row === null ? null : { ...toApiKey(row), digest: row.digest };
  }

  async list({ limit, cursor }: Page): Promise<Paged<ApiKey>> {
    const query = this.manager.createQueryBuilder(ApiKeyRow, 'key').orderBy('key.id', 'ASC');
    if (cursor !== null) query.where('key.id > :cursor', { cursor });
    const rows = await query.limit(limit + 1).getMany();
    const shown = rows.slice(0, limit).map(toApiKey);
    return { rows: shown, nextCursor: rows.length > limit ? (shown.at(-1)?.id ?? null) : null };
  }

  async revoke(id: ApiKeyId, at: Date): Promise<ApiKey | null> {
    const [row] = await queryRows(this.manager, ApiKeyRow, REVOKE, [id, at]);
    return row === undefined ? null : toApiKey(row);
  }

  async markUsed(id: ApiKeyId, at: Date, notSince: Date): Promise<void> {
    await this.manager.query(MARK_USED, [id, at, notSince]);
  }
}

/** Scopes of another release are left out: what this one does not know, it cannot grant. */
const Words = z.object({
  role: z.enum(ROLES),
  scopes: z.array(z.string()).transform(known).nullable(),
});

function known(scopes: readonly string[]): readonly ApiScope[] {
  return SCOPES.filter((scope) => scopes.includes(scope));
}

function toApiKey(row: ApiKeyRow): ApiKey {
  const words = storedIn('api_keys', row, Words);
  const { name, tenantRef, createdAt, createdBy, expiresAt, lastUsedAt, revokedAt } = row;
  return {
    ...words,
    ...{ name, tenantRef, createdAt, createdBy, expiresAt, lastUsedAt, revokedAt },
    id: row.id as ApiKeyId,
  };
}
