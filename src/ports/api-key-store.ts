import type { ApiKey } from '../domain/api-key.js';
import type { ApiKeyId } from '../domain/ids.js';
import type { Page, Paged } from './store.js';

/** A key with the digest of its text. */
export interface StoredApiKey extends ApiKey {
  /** SHA-256 in hex. */
  readonly digest: string;
}

export interface ApiKeyStore {
  insert(key: StoredApiKey): Promise<void>;
  find(id: ApiKeyId): Promise<StoredApiKey | null>;
  /** All keys, those that are over too, in the order of their ids. */
  list(page: Page): Promise<Paged<ApiKey>>;
  /** Revokes the key if nobody did before; null when there is no such key, or not any more. */
  revoke(id: ApiKeyId, at: Date): Promise<ApiKey | null>;
  /** Notes a use, unless one at or after `notSince` is noted already. */
  markUsed(id: ApiKeyId, at: Date, notSince: Date): Promise<void>;
}
