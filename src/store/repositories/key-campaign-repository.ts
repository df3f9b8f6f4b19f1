import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import type { InstanceState } from '../../domain/instance.js';
import type { InstanceId, KeyCampaignId, RotationId } from '../../domain/ids.js';
import type {
  KeyCampaign,
  KeyMove,
  KeyMoveState,
  SkipReason,
} from '../../domain/key-campaign/key-campaign.js';
import {
  KEY_CAMPAIGN_KINDS,
  KEY_CAMPAIGN_STATES,
  KEY_MOVE_STATES,
} from '../../domain/key-campaign/key-campaign.js';
import type {
  KeyCampaignStep,
  KeyCampaignStore,
  KeyMoveCount,
  KeyMoveEnded,
  KeyMoveStep,
} from '../../ports/index.js';
import { queryRows } from '../raw-rows.js';
import { KeyCampaignRow } from '../rows/key-campaign-row.js';
import { KeyMoveRow } from '../rows/key-move-row.js';
import { malformed, storedIn } from '../stored-words.js';

const OPEN = `
  INSERT INTO key_campaigns
    (id, kind, key_name, state, failure_budget, requested_by, requested_at, state_at)
  VALUES ($1, $2, $3, 'preparing', $4, $5, $6, $6)
  ON CONFLICT DO NOTHING RETURNING *`;

const ADVANCE = `
  UPDATE key_campaigns
  SET state = $3, state_at = $4, failures_accepted = COALESCE($5, failures_accepted)
  WHERE id = $1 AND state = $2 RETURNING *`;

/** By a hash, so that a wave is spread over nodes, pools and ages. */
const AFFECTED = `
  SELECT k.instance_id AS "instanceId"
  FROM instance_keys k JOIN instances i ON i.id = k.instance_id
  WHERE k.name = $2 AND k.owner = $3 AND k.removed_at IS NULL
    AND i.tenant_id IS NOT NULL AND i.state NOT IN ('trashed', 'failed', 'deleting', 'deleted')
  ORDER BY md5($1 || k.instance_id)`;

const PLAN = `
  INSERT INTO key_moves (campaign_id, instance_id, wave, state, state_at)
  SELECT $1, instance_id, wave, 'waiting', $4
  FROM unnest($2::text[], $3::integer[]) AS planned (instance_id, wave)`;

/** A tenant can still renew the key of an instance that is stopped; a rotation of it has ended. */
const ENDED = `
  SELECT m.*, r.state AS rotation_state, r.reason AS rotation_reason,
    i.state AS instance_state, k.name IS NOT NULL AS has_key
  FROM key_moves m
    JOIN key_campaigns c ON c.id = m.campaign_id
    JOIN instances i ON i.id = m.instance_id
    LEFT JOIN rotations r ON r.id = m.rotation_id
    LEFT JOIN instance_keys k ON k.instance_id = m.instance_id AND k.name = c.key_name
      AND k.removed_at IS NULL
  WHERE m.campaign_id = $1 AND m.state = 'begun'
    AND (i.state IN ('trashed', 'failed', 'deleting', 'deleted')
      OR CASE WHEN m.rotation_id IS NULL
        THEN k.renewal_due_at IS NULL
        ELSE i.state = 'stopped' OR r.state IN ('verified', 'unconfirmed', 'reverted') END)`;

const ADVANCE_MOVE = `
  UPDATE key_moves SET state = $5, state_at = $6, rotation_id = $7, reason = $8,
    attempts = attempts + CASE WHEN $5 = 'begun' THEN 1 ELSE 0 END
  WHERE campaign_id = $1 AND instance_id = $2 AND state = $3 AND attempts = $4
  RETURNING *`;

const SKIP_ALL = `
  UPDATE key_moves SET state = 'skipped', reason = $3, state_at = $4
  WHERE campaign_id = $1 AND state = $2`;

const COUNT = `
  SELECT wave, state, count(*)::integer AS count FROM key_moves WHERE campaign_id = $1
  GROUP BY wave, state ORDER BY wave, state`;

const UNMOVED = `
  SELECT * FROM key_moves WHERE campaign_id = $1 AND state IN ('reverted', 'skipped')
  ORDER BY state, instance_id LIMIT $2`;

/** Key campaigns in PostgreSQL. */
export class PostgresKeyCampaignStore implements KeyCampaignStore {
  constructor(private readonly manager: EntityManager) {}

  open(campaign: Parameters<KeyCampaignStore['open']>[0]): Promise<KeyCampaign | null> {
    const { id, kind, keyName, failureBudget, requestedBy, requestedAt } = campaign;
    return this.#one(OPEN, [id, kind, keyName, failureBudget, requestedBy, requestedAt]);
  }

  find(id: KeyCampaignId): Promise<KeyCampaign | null> {
    return this.#one(`SELECT * FROM key_campaigns WHERE id = $1`, [id]);
  }

  findForUpdate(id: KeyCampaignId): Promise<KeyCampaign | null> {
    return this.#one(`SELECT * FROM key_campaigns WHERE id = $1 FOR UPDATE`, [id]);
  }

  list(limit: number): Promise<readonly KeyCampaign[]> {
    return this.#many(`SELECT * FROM key_campaigns ORDER BY requested_at DESC, id LIMIT $1`, [
      limit,
    ]);
  }

  listUnsettled(): Promise<readonly KeyCampaign[]> {
    return this.#many(
      `SELECT * FROM key_campaigns WHERE settled_at IS NULL ORDER BY requested_at, id`,
      [],
    );
  }

  advance(seen: KeyCampaign, step: KeyCampaignStep): Promise<KeyCampaign | null> {
    const { state, at, failuresAccepted = null } = step;
    return this.#one(ADVANCE, [seen.id, seen.state, state, at, failuresAccepted]);
  }

  async settle(id: KeyCampaignId, at: Date): Promise<void> {
    const settle = `UPDATE key_campaigns SET settled_at = $2 WHERE id = $1 AND settled_at IS NULL`;
    await this.manager.query(settle, [id, at]);
  }

  async affected({
    id,
    kind,
    keyName,
  }: Parameters<KeyCampaignStore['affected']>[0]): Promise<readonly InstanceId[]> {
    const owner = kind === 'replace' ? 'platform' : 'tenant';
    const rows = await this.manager.query<{ instanceId: InstanceId }[]>(AFFECTED, [
      ...[id, keyName, owner],
    ]);
    return rows.map(({ instanceId }) => instanceId);
  }

  async plan(
    id: KeyCampaignId,
    moves: Parameters<KeyCampaignStore['plan']>[1],
    at: Date,
  ): Promise<void> {
    const [ids, waves] = [moves.map(({ instanceId }) => instanceId), moves.map(({ wave }) => wave)];
    await this.manager.query(PLAN, [id, ids, waves, at]);
  }

  async moves(id: KeyCampaignId): Promise<readonly KeyMove[]> {
    const all = `SELECT * FROM key_moves WHERE campaign_id = $1 ORDER BY wave, instance_id`;
    return (await queryRows(this.manager, KeyMoveRow, all, [id])).map(moveOf);
  }

  async ended(id: KeyCampaignId): Promise<readonly KeyMoveEnded[]> {
    const rows = await this.manager.query<EndedColumns[]>(ENDED, [id]);
    return rows.map((row) => ({
      move: moveOf({
        ...{ campaignId: row.campaign_id, instanceId: row.instance_id, wave: row.wave },
        ...{ state: row.state, rotationId: row.rotation_id, reason: row.reason },
        ...{ attempts: row.attempts, stateAt: row.state_at },
      }),
      instanceState: row.instance_state,
      hasKey: row.has_key,
      rotation:
        row.rotation_state === null
          ? null
          : { state: row.rotation_state, reason: row.rotation_reason },
    }));
  }

  async advanceMove(seen: KeyMove, step: KeyMoveStep): Promise<boolean> {
    const { state, at, rotationId, reason } = step;
    const seenAs = [seen.campaignId, seen.instanceId, seen.state, seen.attempts];
    const parameters = [...seenAs, state, at, rotationId, reason];
    return (await queryRows(this.manager, KeyMoveRow, ADVANCE_MOVE, parameters)).length > 0;
  }

  async skipAll(
    id: KeyCampaignId,
    state: KeyMoveState,
    reason: SkipReason,
    at: Date,
  ): Promise<void> {
    await this.manager.query(SKIP_ALL, [id, state, reason, at]);
  }

  count(id: KeyCampaignId): Promise<readonly KeyMoveCount[]> {
    return this.manager.query<KeyMoveCount[]>(COUNT, [id]);
  }

  async listUnmoved(id: KeyCampaignId, limit: number): Promise<readonly KeyMove[]> {
    return (await queryRows(this.manager, KeyMoveRow, UNMOVED, [id, limit])).map(moveOf);
  }

  async #one(statement: string, parameters: readonly unknown[]): Promise<KeyCampaign | null> {
    return (await this.#many(statement, parameters))[0] ?? null;
  }

  async #many(statement: string, parameters: readonly unknown[]): Promise<KeyCampaign[]> {
    return (await queryRows(this.manager, KeyCampaignRow, statement, parameters)).map(toCampaign);
  }
}

type EndedRotation = NonNullable<KeyMoveEnded['rotation']>;

interface EndedColumns {
  readonly campaign_id: string;
  readonly instance_id: string;
  readonly wave: number;
  readonly state: string;
  readonly rotation_id: string | null;
  readonly reason: string | null;
  readonly attempts: number;
  readonly state_at: Date;
  readonly rotation_state: EndedRotation['state'] | null;
  readonly rotation_reason: EndedRotation['reason'];
  readonly instance_state: InstanceState;
  readonly has_key: boolean;
}

const CampaignWords = z.object({
  kind: z.enum(KEY_CAMPAIGN_KINDS),
  state: z.enum(KEY_CAMPAIGN_STATES),
});

function toCampaign(row: KeyCampaignRow): KeyCampaign {
  const words = storedIn('key_campaigns', row, CampaignWords);
  const { keyName, failureBudget, failuresAccepted, requestedBy } = row;
  return {
    ...words,
    ...{ keyName, failureBudget, failuresAccepted, requestedBy },
    id: row.id as KeyCampaignId,
    requestedAt: row.requestedAt,
    stateAt: row.stateAt,
    settledAt: row.settledAt,
  };
}

function moveOf(row: Readonly<KeyMoveRow>): KeyMove {
  const { campaignId, instanceId, wave, rotationId, reason, attempts, stateAt } = row;
  const state = z.enum(KEY_MOVE_STATES).safeParse(row.state);
  if (!state.success) throw malformed('key_moves', `${campaignId} ${instanceId}`, state.error);
  return {
    ...{ wave, reason, attempts, stateAt, state: state.data },
    campaignId: campaignId as KeyCampaignId,
    instanceId: instanceId as InstanceId,
    rotationId: rotationId as RotationId | null,
  };
}
