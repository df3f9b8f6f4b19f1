import type { ApiKeyCommands } from '../../../src/api/routes/api-keys.js';
import { CreateApiKey } from '../../../src/commands/create-api-key.js';
import { ListApiKeys } from '../../../src/commands/list-api-keys.js';
import { RevokeApiKey } from '../../../src/commands/revoke-api-key.js';
import { VerifyApiKey } from '../../../src/commands/verify-api-key.js';
import type { ApiKey } from '../../../src/domain/api-key.js';
import type { AuditEntry } from '../../../src/domain/audit/audit-entry.js';
import type { ApiKeyId } from '../../../src/domain/ids.js';
import type { Clock } from '../../../src/lib/clock.js';
import { systemClock } from '../../../src/lib/clock.js';
import type { ApiKeyStore, Store, StoredApiKey } from '../../../src/ports/index.js';

/** The real commands on API keys, on a store in memory. */
export class MemoryApiKeys {
  readonly rows = new Map<ApiKeyId, StoredApiKey>();
  readonly audited: AuditEntry[] = [];
  readonly commands: ApiKeyCommands;
  readonly verify: VerifyApiKey;

  constructor(clock: Clock = systemClock) {
    const tx = {
      apiKeys: this.#store(),
      audit: { append: async (entry: AuditEntry) => void this.audited.push(entry) },
    } as unknown as Store;
    const transaction: Store['transaction'] = (work) => work(tx);
    const store: Store = { ...tx, transaction };
    this.verify = new VerifyApiKey(store, clock);
    this.commands = {
      create: new CreateApiKey(store, clock),
      list: new ListApiKeys(store),
      revoke: new RevokeApiKey(store, clock),
    };
  }

  #store(): ApiKeyStore {
    const change = (id: ApiKeyId, changes: Partial<ApiKey>): ApiKey | null => {
      const row = this.rows.get(id);
      if (row === undefined) return null;
      this.rows.set(id, { ...row, ...changes });
      return { ...row, ...changes };
    };
    return {
      insert: async (key) => void this.rows.set(key.id, key),
      find: async (id) => this.rows.get(id) ?? null,
      list: async ({ limit, cursor }) => {
        const all = [...this.rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
        const rest = all.filter(({ id }) => cursor === null || id > cursor);
        const rows = rest.slice(0, limit);
        return { rows, nextCursor: rest.length > limit ? (rows.at(-1)?.id ?? null) : null };
      },
      revoke: async (id, at) =>
        this.rows.get(id)?.revokedAt === null ? change(id, { revokedAt: at }) : null,
      markUsed: async (id, at) => void change(id, { lastUsedAt: at }),
    };
  }
}
