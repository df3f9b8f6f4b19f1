import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import type { ConfigChange } from '../../domain/config/config-change.js';
import { CONFIG_CHANGE_STATES, PUT_BACK_REASONS } from '../../domain/config/config-change.js';
import type { Difference } from '../../domain/config/diff.js';
import type { JsonObject } from '../../domain/config/json.js';
import type { ConfigChangeId, InstanceId } from '../../domain/ids.js';
import type { ConfigStep, ConfigStore } from '../../ports/index.js';
import { queryRows } from '../raw-rows.js';
import { ConfigChangeRow } from '../rows/config-change-row.js';
import { storedIn } from '../stored-words.js';

/** Changes of one instance that are kept; the audit knows of all. */
const KEPT = 20;

const OPEN = `
  INSERT INTO config_changes
    (id, instance_id, number, state, config, diff, revision, requested_at, state_at)
  SELECT $1, $2, 1 + COALESCE(max(number), 0), 'applying', $3, $4, $5, $6, $6
  FROM config_changes WHERE instance_id = $2
  ON CONFLICT DO NOTHING RETURNING *`;

/** Whatever is reverted next, what it falls back to must still be there. */
const FORGET_OLD = `
  DELETE FROM config_changes WHERE instance_id = $1 AND number <= $2 - ${KEPT}
    AND number < (SELECT max(number) FROM config_changes
      WHERE instance_id = $1 AND state = 'applied')`;

const ADVANCE = `
  UPDATE config_changes SET state = $3, state_at = $4, revision = COALESCE($5, revision),
    reason = COALESCE($6, reason)
  WHERE id = $1 AND state = $2 RETURNING *`;

const CURRENT = `
  SELECT * FROM config_changes WHERE instance_id = $1 AND state <> 'reverted'
  ORDER BY number DESC LIMIT 1`;

const LIST = `SELECT * FROM config_changes WHERE instance_id = $1 ORDER BY number DESC LIMIT $2`;

const CLOSE_OPEN = `
  UPDATE config_changes SET state = 'reverted', state_at = $2, reason = $3
  WHERE instance_id = $1 AND state = 'applying'`;

/** Changes of tenants' configuration in PostgreSQL. */
export class PostgresConfigStore implements ConfigStore {
  constructor(
    private readonly manager: EntityManager,
    /** Told of each instance that a change of its configuration came to an end of. */
    private readonly onChanged: (id: InstanceId) => void,
  ) {}

  current(instanceId: InstanceId): Promise<ConfigChange | null> {
    return this.#one(CURRENT, [instanceId]);
  }

  latest(instanceId: InstanceId): Promise<ConfigChange | null> {
    return this.#one(LIST, [instanceId, 1]);
  }

  find(id: ConfigChangeId): Promise<ConfigChange | null> {
    return this.#one(`SELECT * FROM config_changes WHERE id = $1`, [id]);
  }

  async list(instanceId: InstanceId, limit: number): Promise<readonly ConfigChange[]> {
    const rows = await queryRows(this.manager, ConfigChangeRow, LIST, [instanceId, limit]);
    return rows.map(toChange);
  }

  async open(change: Parameters<ConfigStore['open']>[0]): Promise<ConfigChange | null> {
    const { id, instanceId, config, diff, revision, at } = change;
    const texts = [JSON.stringify(config), JSON.stringify(diff)];
    const opened = await this.#one(OPEN, [id, instanceId, ...texts, revision, at]);
    if (opened !== null) await this.manager.query(FORGET_OLD, [instanceId, opened.number]);
    return opened;
  }

  advance(seen: ConfigChange, step: ConfigStep): Promise<ConfigChange | null> {
    const { state, at, revision = null, reason = null } = step;
    this.onChanged(seen.instanceId);
    return this.#one(ADVANCE, [seen.id, seen.state, state, at, revision, reason]);
  }

  async closeOpen(
    instanceId: InstanceId,
    { at, reason }: Parameters<ConfigStore['closeOpen']>[1],
  ): Promise<void> {
    await this.manager.query(CLOSE_OPEN, [instanceId, at, reason]);
  }

  async forget(instanceId: InstanceId): Promise<void> {
    await this.manager.query(`DELETE FROM config_changes WHERE instance_id = $1`, [instanceId]);
  }

  async #one(statement: string, parameters: readonly unknown[]): Promise<ConfigChange | null> {
    const [row] = await queryRows(this.manager, ConfigChangeRow, statement, parameters);
    return row === undefined ? null : toChange(row);
  }
}

const StoredWords = z.object({
  state: z.enum(CONFIG_CHANGE_STATES),
  reason: z.enum(PUT_BACK_REASONS).nullable(),
});

function toChange(row: ConfigChangeRow): ConfigChange {
  const words = storedIn('config_changes', row, StoredWords);
  return {
    ...words,
    id: row.id as ConfigChangeId,
    instanceId: row.instanceId as InstanceId,
    number: row.number,
    config: row.config as JsonObject,
    diff: row.diff as readonly Difference[],
    revision: row.revision,
    requestedAt: row.requestedAt,
    stateAt: row.stateAt,
  };
}
