import type { EntityManager } from 'typeorm';
import type { InstanceId } from '../../domain/ids.js';
import type { KeyRecord, KeyStore } from '../../ports/index.js';

const RAISE_INSTANCE = `
  UPDATE instances SET key_version = GREATEST(key_version, $2), revision = revision + 1
  WHERE id = $1 RETURNING revision`;

const RECORD_NAMES = `
  INSERT INTO instance_keys (instance_id, name, version, revision, set_at, removed_at)
  SELECT $1, name, $3, $4, $5, $6 FROM unnest($2::text[]) AS name
  ON CONFLICT (instance_id, name) DO UPDATE SET
    version = EXCLUDED.version, revision = EXCLUDED.revision,
    set_at = EXCLUDED.set_at, removed_at = EXCLUDED.removed_at
  WHERE instance_keys.version < EXCLUDED.version`;

const LIST_KEYS = `
  SELECT k.name, k.version, k.set_at AS "setAt", k.revision <= i.revision_applied AS "isLive"
  FROM instance_keys k JOIN instances i ON i.id = k.instance_id
  WHERE k.instance_id = $1 AND k.removed_at IS NULL ORDER BY k.name`;

/** What is known of keys, in PostgreSQL; values are in Vault alone. */
export class PostgresKeyStore implements KeyStore {
  constructor(
    private readonly manager: EntityManager,
    /** Told of each instance whose row was written. */
    private readonly onChanged: (id: InstanceId) => void,
  ) {}

  async list(instanceId: InstanceId): Promise<readonly KeyRecord[]> {
    return this.manager.query<KeyRecord[]>(LIST_KEYS, [instanceId]);
  }

  async record(instanceId: InstanceId, change: Parameters<KeyStore['record']>[1]): Promise<void> {
    const { version, set, removed, at } = change;
    const [raised] = await this.manager.query<[{ revision: number }[], number]>(RAISE_INSTANCE, [
      instanceId,
      version,
    ]);
    const revision = raised[0]?.revision;
    if (revision === undefined) return;
    await this.manager.query(RECORD_NAMES, [instanceId, set, version, revision, at, null]);
    await this.manager.query(RECORD_NAMES, [instanceId, removed, version, revision, at, at]);
    this.onChanged(instanceId);
  }
}
