import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { In, IsNull, Not } from 'typeorm';
import { Fault } from '../../errors/index.js';
import type { InstanceId, PoolId } from '../../domain/ids.js';
import type { Instance, InstanceState, InstanceVerb } from '../../domain/instance.js';
import { HOLDING_STATES, INSTANCE_STATES, STOCK_STATES, nextState } from '../../domain/instance.js';
import { leaseNameOf } from '../../domain/lease-names.js';
import type { Pool } from '../../domain/pool.js';
import type {
  InstanceFilter,
  InstanceMove,
  InstanceNotes,
  InstanceStore,
  NewInstance,
  Page,
  Paged,
  Taking,
} from '../../ports/index.js';
import { queryRows } from '../raw-rows.js';
import { InstanceRow } from '../rows/instance-row.js';
import { toInstance } from './instance-mapper.js';

/** Columns of InstanceNotes, so that a note can be written as one conditional statement. */
const NOTE_COLUMNS = {
  bindingStep: 'binding_step',
  resumeStep: 'resume_step',
  restartFrom: 'restart_from',
  destroyAt: 'destroy_at',
  gatewayVersion: 'gateway_version',
  revision: 'revision',
  revisionApplied: 'revision_applied',
  keysPrunedTo: 'keys_pruned_to',
  allocationId: 'allocation_id',
  nodeId: 'node_id',
  address: 'address',
  suspectAt: 'suspect_at',
  startGrantedAt: 'start_granted_at',
  blockedBy: 'blocked_by',
  replacedBy: 'replaced_by',
} as const satisfies Record<keyof InstanceNotes, string>;

/** On a node that is known to take no work; one that nobody has told of yet may well do. */
const IS_STRANDED = `EXISTS (SELECT 1 FROM nodes WHERE nodes.id = node_id AND NOT is_eligible)`;

/** What an idle member must be like to be given away. */
const ELIGIBLE = `state = 'idle'
  AND suspect_at IS NULL AND draining_at IS NULL AND held_at IS NULL`;

/** A node that the listing does not name is gone; before the first listing, nothing is known. */
const ON_OPEN_NODE = `(node_id IS NULL
  OR EXISTS (SELECT FROM nodes WHERE nodes.id = node_id AND is_eligible)
  OR NOT EXISTS (SELECT FROM nodes))`;

/**
 * What nobody has confirmed for so long is no reason to refuse a claim: a listing comes every ten
 * seconds while a controller and the scheduler are there, and claims go on without either.
 */
const IS_LISTING_OLD = `NOT EXISTS (
  SELECT FROM node_listings WHERE seen_at > now() - interval '1 minute')`;

const LIST_STRANDED = `
  SELECT id FROM instances
  WHERE pool_id = $1 AND state = ANY($2) AND tenant_id IS NULL AND ${IS_STRANDED}`;

const COUNT_STARTING_ELSEWHERE = `
  SELECT count(*)::integer AS starting
  FROM instances JOIN pools ON pools.id = pool_id
  WHERE pools.node_pool = $1 AND pool_id <> $2 AND state IN ('creating', 'warming')
    AND start_granted_at IS NOT NULL AND blocked_by IS NULL`;

/**
 * The claim: one statement, so that no two can ever hold the same member. Low ranks come first,
 * which takes from the nodes in turn; rows that another claim is looking at are skipped, not
 * waited for.
 */
function takeIdleFrom(poolCondition: string, nodeCondition: string): string {
  return `
    UPDATE instances SET
      state = 'binding', state_at = $5, binding_step = 'claimed', fence = fence + 1,
      tenant_id = $2, claim_id = $3, name = $4,
      gateway_version = gateway_version + 1, revision = revision + 1
    WHERE id = (
      SELECT id FROM instances WHERE ${poolCondition} AND ${ELIGIBLE} AND ${nodeCondition}
      ORDER BY claim_rank, state_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING *`;
}
const OWN_POOL = 'pool_id = $1';
const SUPERSEDED_POOLS = 'pool_id IN (SELECT id FROM pools WHERE superseded_by = $1)';
/** Each with what is tried when it finds none: any node at all, if nobody knows better. */
const TAKE_IDLE = [
  takeIdleFrom(OWN_POOL, ON_OPEN_NODE),
  takeIdleFrom(OWN_POOL, IS_LISTING_OLD),
] as const;
const TAKE_IDLE_SUPERSEDED = [
  takeIdleFrom(SUPERSEDED_POOLS, ON_OPEN_NODE),
  takeIdleFrom(SUPERSEDED_POOLS, IS_LISTING_OLD),
] as const;

/** The claim waits for this member's start; it keeps its state, and its fence tells its starter. */
const TAKE_COMING = `
  UPDATE instances SET
    fence = fence + 1, tenant_id = $2, claim_id = $3, name = $4
  WHERE id = (
    SELECT id FROM instances
    WHERE pool_id = $1 AND state IN ('creating', 'warming') AND tenant_id IS NULL
      AND start_granted_at IS NOT NULL AND held_at IS NULL
    ORDER BY state DESC, created_at LIMIT 1 FOR UPDATE SKIP LOCKED
  )
  RETURNING *`;

/** From the grant of the start to the first admission; a member that is warmed again counts once. */
const RECENT_BOOTS = `
  SELECT (extract(epoch FROM admitted_at - start_granted_at) * 1000)::double precision AS took_ms
  FROM instances WHERE pool_id = $1 AND admitted_at > start_granted_at
  ORDER BY admitted_at DESC LIMIT $2`;

/** A member that is bound as soon as it has started gets what a claimed idle one gets. */
const BOUND = [
  `binding_step = 'claimed'`,
  `gateway_version = gateway_version + 1`,
  `revision = revision + 1`,
];

/** What an instance is told changes with these, so that it has a new revision. */
const RETOLD: readonly InstanceVerb[] = ['trash', 'restore'];

/** People who wait come first, however many rows an outage leaves behind that wait for longer. */
const DUE_ORDER = `
  CASE
    WHEN tenant_id IS NOT NULL AND state IN ('creating', 'warming', 'binding', 'resuming') THEN 0
    WHEN state = 'ready' THEN 1
    WHEN state IN ('creating', 'warming') THEN 2
    ELSE 3
  END, state_at`;

/**
 * What the controllers look at again and again: all that is not settled, and after it the idle stock
 * that nobody looks after, in any order, so that each of a stock larger than the limit has its turn.
 */
const LIST_DUE = `
  (SELECT id FROM instances
  WHERE state IN ('creating', 'warming', 'binding', 'resuming', 'deleting')
    OR (state = 'trashed' AND (revision_applied < revision OR destroy_at <= now()))
    OR (state = 'failed' AND (tenant_id IS NULL OR replaced_by IS NOT NULL))
    OR (state = 'ready' AND (revision_applied < revision OR keys_pruned_to < key_version
      OR EXISTS (SELECT FROM rotations
        WHERE instance_id = instances.id AND state NOT IN ('verified', 'unconfirmed', 'reverted'))
      OR EXISTS (SELECT FROM config_changes
        WHERE instance_id = instances.id AND state = 'applying')))
  ORDER BY ${DUE_ORDER} LIMIT $1)
  UNION ALL
  (SELECT id FROM instances
  WHERE state = 'idle' AND NOT EXISTS (
    SELECT FROM leases WHERE name = $2 || instances.id AND expires_at > now())
  ORDER BY random() LIMIT $1)`;

/** Instances in PostgreSQL. */
export class PostgresInstanceStore implements InstanceStore {
  constructor(
    private readonly manager: EntityManager,
    /** Told of each row that was written. */
    private readonly onChanged: (id: InstanceId) => void,
  ) {}

  async insert(made: NewInstance): Promise<Instance> {
    const { id, pool, at, startGrantedAt = null, owner } = made;
    const rows = await queryRows(
      this.manager,
      InstanceRow,
      `INSERT INTO instances (id, pool_id, state, state_at, size_class, openclaw_version,
         created_at, start_granted_at, tenant_id, claim_id, name)
       VALUES ($1, $2, 'creating', $3, $4, $5, $3, $6, $7, $8, $9) RETURNING *`,
      [
        ...[id, pool.id, at, pool.sizeClass, pool.openclawVersion, startGrantedAt],
        ...[owner?.tenantId ?? null, owner?.claimId ?? null, owner?.name ?? null],
      ],
    );
    this.onChanged(id);
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

  takeIdle({ poolId, tenantId, claimId, name, at }: Taking): Promise<Instance | null> {
    return this.#takeFirst(TAKE_IDLE, [poolId, tenantId, claimId, name, at]);
  }

  takeIdleSuperseded({ poolId, tenantId, claimId, name, at }: Taking): Promise<Instance | null> {
    return this.#takeFirst(TAKE_IDLE_SUPERSEDED, [poolId, tenantId, claimId, name, at]);
  }

  takeComing({ poolId, tenantId, claimId, name }: Taking): Promise<Instance | null> {
    return this.#take(TAKE_COMING, [poolId, tenantId, claimId, name]);
  }

  countWaiting(poolId: PoolId): Promise<number> {
    return this.manager.countBy(InstanceRow, {
      poolId,
      state: In(['creating', 'warming']),
      tenantId: Not(IsNull()),
    });
  }

  async countStartingElsewhere({ id, nodePool }: Pick<Pool, 'id' | 'nodePool'>): Promise<number> {
    const parameters = [nodePool, id];
    const [row] = await this.manager.query<{ starting: number }[]>(
      COUNT_STARTING_ELSEWHERE,
      parameters,
    );
    return row?.starting ?? 0;
  }

  async listStranded(poolId: PoolId): Promise<readonly InstanceId[]> {
    const parameters = [poolId, [...STOCK_STATES]];
    const rows = await this.manager.query<{ id: InstanceId }[]>(LIST_STRANDED, parameters);
    return rows.map(({ id }) => id);
  }

  countHolding(poolId: PoolId): Promise<number> {
    return this.manager.countBy(InstanceRow, { poolId, state: In([...HOLDING_STATES]) });
  }

  async recentBoots(poolId: PoolId, limit: number): Promise<readonly number[]> {
    const rows = await this.manager.query<{ took_ms: number }[]>(RECENT_BOOTS, [poolId, limit]);
    return rows.map(({ took_ms: tookMs }) => tookMs);
  }

  async move(
    seen: Instance,
    move: InstanceMove,
    notes: InstanceNotes = {},
  ): Promise<Instance | null> {
    const to = nextState(seen.state, move.verb);
    const changes = new Map<string, unknown>([
      ['state', to],
      ['state_at', move.at],
    ]);
    for (const [column, value] of columnsOf(notes)) changes.set(column, value);
    if (move.verb === 'prove') changes.set('ready_at', move.at);
    if (move.verb === 'admit') changes.set('claim_rank', await this.#rankOn(seen, notes));
    const hasStarted = move.verb === 'admit' || move.verb === 'bind';
    const extra = [
      ...(hasStarted ? ['admitted_at = COALESCE(admitted_at, $5)'] : []),
      ...(move.verb === 'bind' ? BOUND : []),
      ...(RETOLD.includes(move.verb) ? ['revision = revision + 1'] : []),
    ];
    if (move.failure !== undefined) {
      changes.set('failure_code', move.failure.code).set('failure_sentence', move.failure.sentence);
    }
    return this.#update(seen, changes, extra);
  }

  async note(seen: Instance, notes: InstanceNotes): Promise<Instance | null> {
    return this.#update(seen, columnsOf(notes));
  }

  async listDue(limit: number): Promise<readonly InstanceId[]> {
    const rows = await this.manager.query<{ id: InstanceId }[]>(LIST_DUE, [
      limit,
      leaseNameOf('instance', ''),
    ]);
    return rows.map(({ id }) => id);
  }

  /** How many idle members the member's node has already; low ranks are claimed first. */
  #rankOn({ poolId, nodeId }: Instance, notes: InstanceNotes): Promise<number> {
    const node = notes.nodeId === undefined ? nodeId : notes.nodeId;
    return this.manager.countBy(InstanceRow, {
      poolId,
      state: 'idle',
      nodeId: node ?? IsNull(),
    });
  }

  /** What the first of the statements that finds something gives. */
  async #takeFirst(
    statements: readonly string[],
    parameters: readonly unknown[],
  ): Promise<Instance | null> {
    for (const statement of statements) {
      const taken = await this.#take(statement, parameters);
      if (taken !== null) return taken;
    }
    return null;
  }

  async #take(statement: string, parameters: readonly unknown[]): Promise<Instance | null> {
    const [row] = await queryRows(this.manager, InstanceRow, statement, parameters);
    return this.#written(row);
  }

  async #update(
    seen: Instance,
    changes: ReadonlyMap<string, unknown>,
    extra: readonly string[] = [],
  ): Promise<Instance | null> {
    if (changes.size === 0) return seen;
    const columns = [...changes.keys()].map((column, at) => `${column} = $${at + 4}`).concat(extra);
    const parameters = [seen.id, seen.state, seen.fence, ...changes.values()];
    // A look that took long must undo nothing that came after it began: no suspicion, and no newer
    // address, for the older one may be another tenant's by now.
    const isAsSeen = [
      ...(changes.has('suspect_at') ? [['suspect_at', seen.suspectAt]] : []),
      ...(changes.has('address') ? [['address', seen.address]] : []),
      ...(changes.has('address') ? [['allocation_id', seen.allocationId]] : []),
    ].map(([column, value]) => {
      return `AND ${String(column)} IS NOT DISTINCT FROM $${parameters.push(value)}`;
    });
    const [row] = await queryRows(
      this.manager,
      InstanceRow,
      `UPDATE instances SET ${columns.join(', ')}
       WHERE id = $1 AND state = $2 AND fence = $3 ${isAsSeen.join(' ')} RETURNING *`,
      parameters,
    );
    return this.#written(row);
  }

  /** The row that a statement wrote, which others are told of; null when it wrote none. */
  #written(row: InstanceRow | undefined): Instance | null {
    if (row === undefined) return null;
    const instance = toInstance(row);
    this.onChanged(instance.id);
    return instance;
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
