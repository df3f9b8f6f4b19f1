import type { EntityManager } from 'typeorm';
import type { InstanceId } from '../../domain/ids.js';
import type { Rotation } from '../../domain/rotation.js';
import type { KeyRecord, KeyStore } from '../../ports/index.js';
import { queryRows } from '../raw-rows.js';
import { InstanceKeyRow } from '../rows/instance-key-row.js';

const RAISE_INSTANCE = `
  UPDATE instances SET key_version = GREATEST(key_version, $2), revision = revision + 1
  WHERE id = $1 RETURNING revision`;

const RECORD_NAMES = `
  INSERT INTO instance_keys (instance_id, name, slot, owner, version, revision, set_at, removed_at)
  SELECT $1, name, slot, $4, $5, $6, $7, $8 FROM unnest($2::text[], $3::integer[]) AS named (name, slot)
  ON CONFLICT (instance_id, name) DO UPDATE SET
    slot = EXCLUDED.slot, owner = EXCLUDED.owner, version = EXCLUDED.version,
    revision = EXCLUDED.revision, set_at = EXCLUDED.set_at, removed_at = EXCLUDED.removed_at,
    proven_at = NULL, renewal_due_at = NULL
  WHERE instance_keys.version < EXCLUDED.version`;

const LIST_KEYS = `
  SELECT k.name, k.owner, k.version, k.slot, k.renewal_due_at AS "renewalDueAt",
    k.set_at AS "setAt", k.proven_at AS "provenAt",
    k.revision <= i.revision_applied AS "isLive"
  FROM instance_keys k JOIN instances i ON i.id = k.instance_id
  WHERE k.instance_id = $1 AND k.removed_at IS NULL ORDER BY k.name`;

const FORGET = `
  UPDATE instance_keys SET removed_at = $2, renewal_due_at = NULL
  WHERE instance_id = $1 AND removed_at IS NULL`;

const PROMOTE = `
  UPDATE instance_keys SET slot = $3, version = $4, revision = $5, set_at = $6, proven_at = $7,
    owner = $8, renewal_due_at = NULL
  WHERE instance_id = $1 AND name = ANY ($2) AND removed_at IS NULL`;

const ASK_TO_RENEW = `
  UPDATE instance_keys SET renewal_due_at = $3
  WHERE instance_id = $1 AND name = $2 AND owner = 'tenant' AND removed_at IS NULL
  RETURNING *`;

const STOP_ASKING = `
  UPDATE instance_keys k SET renewal_due_at = NULL
  FROM key_moves m WHERE m.campaign_id = $1 AND m.instance_id = k.instance_id AND k.name = $2`;

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
    const { version, set, removed, owner, at } = change;
    const revision = await this.raise(instanceId, version);
    const slots = removed.map(() => 0);
    const now = [owner, version, revision, at];
    const [setNames, setSlots] = [[...set.keys()], [...set.values()]];
    await this.manager.query(RECORD_NAMES, [instanceId, setNames, setSlots, ...now, null]);
    await this.manager.query(RECORD_NAMES, [instanceId, removed, slots, ...now, at]);
  }

  async forget(instanceId: InstanceId, at: Date): Promise<void> {
    await this.manager.query(FORGET, [instanceId, at]);
  }

  async raise(instanceId: InstanceId, version: number): Promise<number> {
    const [raised] = await this.manager.query<[{ revision: number }[], number]>(RAISE_INSTANCE, [
      instanceId,
      version,
    ]);
    this.onChanged(instanceId);
    return raised[0]?.revision ?? 0;
  }

  async promote(
    { instanceId, names, number, owner, provenAt }: Rotation,
    { version, at }: { version: number; at: Date },
  ): Promise<number> {
    const revision = await this.raise(instanceId, version);
    const slotted = [instanceId, names, number, version, revision, at, provenAt, owner];
    await this.manager.query(PROMOTE, slotted);
    return revision;
  }

  async askToRenew(instanceId: InstanceId, name: string, at: Date): Promise<boolean> {
    const asked = [instanceId, name, at];
    const rows = await queryRows(this.manager, InstanceKeyRow, ASK_TO_RENEW, asked);
    return rows.length > 0;
  }

  async stopAsking({ id, keyName }: Parameters<KeyStore['stopAsking']>[0]): Promise<void> {
    await this.manager.query(STOP_ASKING, [id, keyName]);
  }
}
