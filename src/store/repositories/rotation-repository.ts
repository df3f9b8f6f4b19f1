import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import type { InstanceId, RotationId } from '../../domain/ids.js';
import { KEY_OWNERS } from '../../domain/key-campaign/key-campaign.js';
import type { Rotation } from '../../domain/rotation.js';
import { REVERT_REASONS, ROTATION_STATES } from '../../domain/rotation.js';
import type { RotationStep, RotationStore } from '../../ports/index.js';
import { queryRows } from '../raw-rows.js';
import { RotationRow } from '../rows/rotation-row.js';
import { storedIn } from '../stored-words.js';

const OPEN = `
  INSERT INTO rotations (id, instance_id, number, names, owner, state, requested_at, state_at)
  SELECT $1, $2, 1 + COALESCE(max(number), 0), $3, $4, 'writing', $5, $5
  FROM rotations WHERE instance_id = $2
  ON CONFLICT DO NOTHING RETURNING *`;

const ADVANCE = `
  UPDATE rotations SET state = $3, state_at = $4, revision = COALESCE($5, revision),
    reason = COALESCE($6, reason), proven_at = COALESCE($7, proven_at)
  WHERE id = $1 AND state = $2 RETURNING *`;

const FIND_OPEN = `
  SELECT * FROM rotations
  WHERE instance_id = $1 AND state NOT IN ('verified', 'unconfirmed', 'reverted')`;

/** The audit line goes with it, so that no rotation ends without one. */
const CLOSE_OPEN = `
  WITH closed AS (
    UPDATE rotations SET state = 'reverted', state_at = $2, reason = $3
    WHERE instance_id = $1 AND state NOT IN ('verified', 'unconfirmed', 'reverted')
    RETURNING id, number, names)
  INSERT INTO audit (at, actor, action, target, outcome, details)
  SELECT $2, $4, 'keys.rotation_reverted', $1, 'refused', jsonb_build_object(
    'rotation', id, 'number', number, 'names', array_to_string(names, ' '), 'reason', $3::text)
  FROM closed`;

const LIST = `SELECT * FROM rotations WHERE instance_id = $1 ORDER BY number DESC LIMIT $2`;

/** Rotations in PostgreSQL. */
export class PostgresRotationStore implements RotationStore {
  constructor(private readonly manager: EntityManager) {}

  open({ id, instanceId, names, owner, at }: Parameters<RotationStore['open']>[0]) {
    return this.#one(OPEN, [id, instanceId, names, owner, at]);
  }

  find(id: RotationId): Promise<Rotation | null> {
    return this.#one(`SELECT * FROM rotations WHERE id = $1`, [id]);
  }

  findOpen(instanceId: InstanceId): Promise<Rotation | null> {
    return this.#one(FIND_OPEN, [instanceId]);
  }

  async list(instanceId: InstanceId, limit: number): Promise<readonly Rotation[]> {
    const rows = await queryRows(this.manager, RotationRow, LIST, [instanceId, limit]);
    return rows.map(toRotation);
  }

  advance(seen: Rotation, step: RotationStep): Promise<Rotation | null> {
    const { state, at, revision = null, reason = null, provenAt = null } = step;
    return this.#one(ADVANCE, [seen.id, seen.state, state, at, revision, reason, provenAt]);
  }

  async closeOpen(
    instanceId: InstanceId,
    { at, reason, actor }: Parameters<RotationStore['closeOpen']>[1],
  ): Promise<void> {
    await this.manager.query(CLOSE_OPEN, [instanceId, at, reason, actor]);
  }

  async #one(statement: string, parameters: readonly unknown[]): Promise<Rotation | null> {
    const [row] = await queryRows(this.manager, RotationRow, statement, parameters);
    return row === undefined ? null : toRotation(row);
  }
}

const StoredWords = z.object({
  owner: z.enum(KEY_OWNERS),
  state: z.enum(ROTATION_STATES),
  reason: z.enum(REVERT_REASONS).nullable(),
});

function toRotation(row: RotationRow): Rotation {
  const words = storedIn('rotations', row, StoredWords);
  return {
    ...words,
    id: row.id as RotationId,
    instanceId: row.instanceId as InstanceId,
    number: row.number,
    names: row.names,
    revision: row.revision,
    requestedAt: row.requestedAt,
    stateAt: row.stateAt,
    provenAt: row.provenAt,
  };
}
