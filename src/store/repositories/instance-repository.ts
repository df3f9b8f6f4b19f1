import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { Fault } from '../../errors/index.js';
import type { InstanceId, PoolId } from '../../domain/ids.js';
import type { Instance, InstanceState } from '../../domain/instance.js';
import { INSTANCE_STATES, nextState } from '../../domain/instance.js';
import type {
  InstanceFilter,
  InstanceMove,
  InstanceNotes,
  InstanceStore,
  NewInstance,
  Page,
  Paged,
} from '../../ports/index.js';
import { queryRows } from '../raw-rows.js';
import { InstanceRow } from '../rows/instance-row.js';
import { toInstance } from './instance-mapper.js';

/** Columns of InstanceNotes, so that a note can be written as one conditional statement. */
const NOTE_COLUMNS = {
  bindingStep: 'binding_step',
  gatewayVersion: 'gateway_version',
  revision: 'revision',
  revisionApplied: 'revision_applied',
  allocationId: 'allocation_id',
  nodeId: 'node_id',
  address: 'address',
  suspectAt: 'suspect_at',
} as const satisfies Record<keyof InstanceNotes, string>;

/**
 * The claim: one statement, so that no two can ever hold the same member. The oldest eligible one
 * is taken; rows that another claim is looking at are skipped, not waited for.
 */
const TAKE_IDLE = `
  UPDATE instances SET
    state = 'binding', state_at = $5, binding_step = 'claimed', fence = fence + 1,
    tenant_id = $2, claim_id = $3, name = $4,
    gateway_version = gateway_version + 1, revision = revision + 1
  WHERE id = (
    SELECT id FROM instances
    WHERE pool_id = $1 AND state = 'idle'
      AND suspect_at IS NULL AND draining_at IS NULL AND held_at IS NULL
    ORDER BY state_at LIMIT 1 FOR UPDATE SKIP LOCKED
  )
  RETURNING *`;

/** What the controllers look at again and again: all that is not settled, and the idle stock. */
const LIST_DUE = `
  SELECT id FROM instances
  WHERE state IN ('creating', 'warming', 'idle', 'binding', 'deleting')
    OR (state = 'failed' AND tenant_id IS NULL)
    OR (state = 'ready' AND revision_applied < revision)
  ORDER BY state_at LIMIT $1`;

/** Instances in PostgreSQL. */
export class PostgresInstanceStore implements InstanceStore {
  constructor(private readonly manager: EntityManager) {}

  async insert({ id, pool, at }: NewInstance): Promise<Instance> {
    const rows = await queryRows(
      this.manager,
      InstanceRow,
      `INSERT INTO instances (id, pool_id, state, state_at, size_class, openclaw_version, created_at)
       VALUES ($1, $2, 'creating', $3, $4, $5, $3) RETURNING *`,
      [id, pool.id, at, pool.sizeClass, pool.openclawVersion],
    );
    return only(rows);
  }

  async find(id: InstanceId): Promise<Instance | null> {
    const row = await this.manager.findOneBy(InstanceRow, { id });
    return row === null ? null : toInstance(row);
  }

  async findForUpdate(id: InstanceId): Promise<Instance | null> {
    const row = await this.manager.findOne(InstanceRow, {
      where: { id },
      lock: { mode: 'pessimistic_write' },
    });
    return row === null ? null : toInstance(row);
  }

  async list(filter: InstanceFilter, page: Page): Promise<Paged<Instance>> {
    const query = this.manager.createQueryBuilder(InstanceRow, 'instance');
    narrow(query, filter);
    if (page.cursor !== null) query.andWhere('instance.id > :cursor', { cursor: page.cursor });
    const rows = await query
      .orderBy('instance.id', 'ASC')
      .limit(page.limit + 1)
      .getMany();
    const shown = rows.slice(0, page.limit).map(toInstance);
    const hasMore = rows.length > page.limit;
    return { rows: shown, nextCursor: hasMore ? (shown.at(-1)?.id ?? null) : null };
  }

  async countByState(poolId: PoolId): Promise<ReadonlyMap<InstanceState, number>> {
    const counts = await this.manager
      .createQueryBuilder(InstanceRow, 'instance')
      .select('instance.state', 'state')
      .addSelect('count(*)::integer', 'members')
      .where('instance.poolId = :poolId', { poolId })
      .groupBy('instance.state')
      .getRawMany<{ state: string; members: number }>();
    const byState = new Map(counts.map(({ state, members }) => [state, members]));
    return new Map(INSTANCE_STATES.map((state) => [state, byState.get(state) ?? 0]));
  }

  async takeIdle(taking: Parameters<InstanceStore['takeIdle']>[0]): Promise<Instance | null> {
    const { poolId, tenantId, claimId, name, at } = taking;
    const parameters = [poolId, tenantId, claimId, name, at];
    const [row] = await queryRows(this.manager, InstanceRow, TAKE_IDLE, parameters);
    return row === undefined ? null : toInstance(row);
  }

  async move(
    seen: Instance,
    move: InstanceMove,
    notes: InstanceNotes = {},
  ): Promise<Instance | null> {
    const to = nextState(seen.state, move.verb);
    const changes = new Map<string, unknown>([...columnsOf(notes)]);
    changes.set('state', to).set('state_at', move.at);
    if (move.verb === 'prove') changes.set('ready_at', move.at);
    if (move.failure !== undefined) {
      changes.set('failure_code', move.failure.code).set('failure_sentence', move.failure.sentence);
    }
    return this.#update(seen, changes);
  }

  async note(seen: Instance, notes: InstanceNotes): Promise<Instance | null> {
    return this.#update(seen, columnsOf(notes));
  }

  async listDue(limit: number): Promise<readonly InstanceId[]> {
    const rows = await this.manager.query<{ id: InstanceId }[]>(LIST_DUE, [limit]);
    return rows.map(({ id }) => id);
  }

  async #update(seen: Instance, changes: ReadonlyMap<string, unknown>): Promise<Instance | null> {
    if (changes.size === 0) return seen;
    const columns = [...changes.keys()].map((column, at) => `${column} = $${at + 4}`);
    const [row] = await queryRows(
      this.manager,
      InstanceRow,
      `UPDATE instances SET ${columns.join(', ')}
       WHERE id = $1 AND state = $2 AND fence = $3 RETURNING *`,
      [seen.id, seen.state, seen.fence, ...changes.values()],
    );
    return row === undefined ? null : toInstance(row);
  }
}

function columnsOf(notes: InstanceNotes): Map<string, unknown> {
  const columns = new Map<string, unknown>();
  for (const [note, value] of Object.entries(notes)) {
    columns.set(NOTE_COLUMNS[note as keyof InstanceNotes], value);
  }
  return columns;
}

function narrow(query: SelectQueryBuilder<InstanceRow>, filter: InstanceFilter): void {
  const { tenantId, poolId, states, isClaimed } = filter;
  if (tenantId !== undefined) query.andWhere('instance.tenantId = :tenantId', { tenantId });
  if (poolId !== undefined) query.andWhere('instance.poolId = :poolId', { poolId });
  if (states !== undefined) query.andWhere('instance.state IN (:...states)', { states });
  if (isClaimed !== undefined) {
    query.andWhere(`instance.tenantId IS ${isClaimed ? 'NOT NULL' : 'NULL'}`);
  }
}

function only(rows: readonly InstanceRow[]): Instance {
  const [row] = rows;
  if (row === undefined) throw new Fault('row_malformed', 'Something is wrong on our side.');
  return toInstance(row);
}
