import type { InstanceId, PoolId } from '../../../src/domain/ids.js';
import type { Instance, InstanceState } from '../../../src/domain/instance.js';
import {
  HOLDING_STATES,
  INSTANCE_STATES,
  STOCK_STATES,
  nextState,
} from '../../../src/domain/instance.js';
import { leaseNameOf } from '../../../src/domain/lease-names.js';
import type { Pool } from '../../../src/domain/pool.js';
import type {
  InstanceFilter,
  InstanceMove,
  InstanceNotes,
  InstanceStore,
  NewInstance,
  Page,
  Paged,
  Taking,
} from '../../../src/ports/index.js';
import type { Database, InstanceRecord } from './database.js';
import type { Transaction } from './engine.js';
import { DatabaseBug } from './engine.js';
import { isOpen } from './memory-keys.js';

/** Instances in memory, statement by statement like those of the PostgreSQL store. */
export class MemoryInstances implements InstanceStore {
  constructor(
    private readonly database: Database,
    private readonly tx: Transaction | null,
  ) {}

  insert(made: NewInstance): Promise<Instance> {
    const { id, pool, at, startGrantedAt = null, owner } = made;
    return this.#statement(`insert instance ${id}`, async (tx) => {
      await this.database.engine.lock(tx, this.database.instances.lockName(id));
      if (this.database.pools.get(tx, pool.id) === null) throw new DatabaseBug('no such pool');
      const record: InstanceRecord = {
        ...{ id, poolId: pool.id, state: 'creating', sizeClass: pool.sizeClass },
        ...{ openclawVersion: pool.openclawVersion, fence: 0, bindingStep: null },
        ...{ resumeStep: null, restartFrom: null, destroyAt: null },
        ...{ tenantId: owner?.tenantId ?? null, claimId: owner?.claimId ?? null },
        ...{ name: owner?.name ?? null, revision: 1, revisionApplied: 0, gatewayVersion: 1 },
        ...{
          keyVersion: 0,
          keysPrunedTo: 0,
          allocationId: null,
          nodeId: null,
          address: null,
          suspectAt: null,
        },
        ...{
          startGrantedAt,
          blockedBy: null,
          replacedBy: null,
          failure: null,
          createdAt: at,
          stateAt: at,
        },
        ...{ readyAt: null, admittedAt: null, claimRank: 0 },
      };
      this.#write(tx, record);
      return toInstance(record);
    });
  }

  find(id: InstanceId): Promise<Instance | null> {
    return this.#statement(`read ${id}`, (tx) => orNull(this.database.instances.get(tx, id)));
  }

  findForUpdate(id: InstanceId): Promise<Instance | null> {
    return this.#statement(`lock ${id}`, async (tx) =>
      orNull(await this.database.instances.locked(tx, id)),
    );
  }

  list(filter: InstanceFilter, page: Page): Promise<Paged<Instance>> {
    return this.#statement('list instances', (tx) => {
      const { cursor, limit } = page;
      const found = this.#all(tx)
        .filter((row) => isWanted(row, filter) && (cursor === null || row.id > cursor))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      const rows = found.slice(0, limit).map(toInstance);
      return { rows, nextCursor: found.length > limit ? (rows.at(-1)?.id ?? null) : null };
    });
  }

  countByState(poolId: PoolId): Promise<ReadonlyMap<InstanceState, number>> {
    return this.#statement(`count ${poolId}`, (tx) => {
      const counts = new Map<InstanceState, number>(INSTANCE_STATES.map((state) => [state, 0]));
      for (const row of this.#all(tx)) {
        if (row.poolId === poolId) counts.set(row.state, (counts.get(row.state) ?? 0) + 1);
      }
      return counts;
    });
  }

  takeIdle(taking: Taking): Promise<Instance | null> {
    return this.#takeIdle(taking, () => [taking.poolId]);
  }

  takeIdleSuperseded(taking: Taking): Promise<Instance | null> {
    return this.#takeIdle(taking, (tx) =>
      this.database.pools
        .all(tx)
        .filter(({ supersededBy }) => supersededBy === taking.poolId)
        .map(({ id }) => id),
    );
  }

  takeComing({ poolId, tenantId, claimId, name }: Taking): Promise<Instance | null> {
    return this.#statement(`take coming for ${claimId}`, (tx) => {
      const coming = this.#all(tx)
        .filter(({ id }) => this.database.instances.isFree(tx, id))
        .filter((row) => row.poolId === poolId && row.tenantId === null)
        .filter(({ state }) => state === 'creating' || state === 'warming')
        .filter(({ startGrantedAt }) => startGrantedAt !== null)
        .sort(
          (a, b) => b.state.localeCompare(a.state) || a.createdAt.getTime() - b.createdAt.getTime(),
        );
      const [row] = coming;
      if (row === undefined) return null;
      return toInstance(this.#write(tx, { ...row, fence: row.fence + 1, tenantId, claimId, name }));
    });
  }

  countWaiting(poolId: PoolId): Promise<number> {
    return this.#count(
      'count waiting',
      (row) =>
        row.poolId === poolId &&
        row.tenantId !== null &&
        (row.state === 'creating' || row.state === 'warming'),
    );
  }

  countStartingElsewhere({ id, nodePool }: Pick<Pool, 'id' | 'nodePool'>): Promise<number> {
    const isBlind = this.database.flaws.countsOwnStartsAlone === true;
    return this.#count('count starting elsewhere', (row, tx) => {
      if (isBlind) return false;
      const isElsewhere = this.database.pools.get(tx, row.poolId)?.nodePool === nodePool;
      const isComing = row.state === 'creating' || row.state === 'warming';
      const isBooting = isComing && row.startGrantedAt !== null && row.blockedBy === null;
      return row.poolId !== id && isElsewhere && isBooting;
    });
  }

  listStranded(poolId: PoolId): Promise<readonly InstanceId[]> {
    return this.#statement(`list stranded of ${poolId}`, (tx) =>
      this.#all(tx)
        .filter((row) => row.poolId === poolId && row.tenantId === null)
        .filter((row) => STOCK_STATES.includes(row.state) && this.#isStranded(tx, row))
        .map(({ id }) => id),
    );
  }

  countHolding(poolId: PoolId): Promise<number> {
    return this.#count(
      'count holding',
      (row) => row.poolId === poolId && HOLDING_STATES.includes(row.state),
    );
  }

  recentBoots(poolId: PoolId, limit: number): Promise<readonly number[]> {
    return this.#statement('recent boots', (tx) =>
      this.#all(tx)
        .filter(
          (row) => row.poolId === poolId && timeOf(row.admittedAt) > timeOf(row.startGrantedAt),
        )
        .sort((a, b) => timeOf(b.admittedAt) - timeOf(a.admittedAt))
        .slice(0, limit)
        .map((row) => timeOf(row.admittedAt) - timeOf(row.startGrantedAt)),
    );
  }

  async move(
    seen: Instance,
    move: InstanceMove,
    notes: InstanceNotes = {},
  ): Promise<Instance | null> {
    const { verb, at, failure } = move;
    const state = nextState(seen.state, verb);
    return this.#update(seen, notes, `${verb} ${seen.id}`, (row, tx) => ({
      ...{ ...row, ...definedOf(notes), state, stateAt: at },
      ...(verb === 'prove' ? { readyAt: at } : {}),
      ...(verb === 'admit' ? { claimRank: this.#rankOn(tx, seen, notes) } : {}),
      ...(verb === 'admit' || verb === 'bind' ? { admittedAt: row.admittedAt ?? at } : {}),
      ...(verb === 'bind' ? boundOf(row) : {}),
      ...(verb === 'trash' || verb === 'restore' ? { revision: row.revision + 1 } : {}),
      ...(failure === undefined ? {} : { failure }),
    }));
  }

  async note(seen: Instance, notes: InstanceNotes): Promise<Instance | null> {
    const names = Object.keys(notes);
    if (names.length === 0) return seen;
    return this.#update(seen, notes, `note ${names.join(' ')} of ${seen.id}`, (row) => ({
      ...row,
      ...definedOf(notes),
    }));
  }

  listDue(limit: number): Promise<readonly InstanceId[]> {
    return this.#statement('list due', (tx) => {
      const nowMs = this.database.engine.host.now().getTime();
      const open = this.database.rotations.all(tx).filter(isOpen);
      const rotating = new Set(open.map(({ instanceId }) => instanceId));
      const changes = this.database.configs.all(tx).filter(({ state }) => state === 'applying');
      const configured = new Set(changes.map(({ instanceId }) => instanceId));
      const due = this.#all(tx)
        .filter((row) => isDue(row, { rotating, configured, nowMs }))
        .sort((a, b) => urgencyOf(a) - urgencyOf(b) || timeOf(a.stateAt) - timeOf(b.stateAt));
      const idle = due.filter(({ id, state }) => state === 'idle' && !this.#isLeased(tx, id));
      const restless = due.filter(({ state }) => state !== 'idle');
      return [...restless.slice(0, limit), ...idle.slice(0, limit)].map(({ id }) => id);
    });
  }

  #takeIdle(
    { tenantId, claimId, name, at }: Taking,
    poolsOf: (tx: Transaction) => readonly PoolId[],
  ): Promise<Instance | null> {
    const { flaws, engine } = this.database;
    return this.#statement(`take idle for ${claimId}`, async (tx) => {
      const pools = poolsOf(tx);
      const [row] = this.#all(tx)
        .filter(({ id, poolId }) => pools.includes(poolId) && this.#isFree(tx, id))
        .filter(({ state, suspectAt }) => state === 'idle' && suspectAt === null)
        .filter((candidate) => this.#isOnOpenNode(tx, candidate) || this.#isListingOld(tx))
        .sort(
          (a, b) =>
            Number(this.#isOnOpenNode(tx, b)) - Number(this.#isOnOpenNode(tx, a)) ||
            a.claimRank - b.claimRank ||
            timeOf(a.stateAt) - timeOf(b.stateAt),
        );
      if (row === undefined) return null;
      if (flaws.takesWithoutLock === true) await engine.host.step('take idle, unlocked');
      const taken: InstanceRecord = {
        ...{ ...row, state: 'binding', stateAt: at, fence: row.fence + 1 },
        ...{ tenantId, claimId, name, ...boundOf(row) },
      };
      return toInstance(this.#write(tx, taken));
    });
  }

  #isLeased(tx: Transaction, id: InstanceId): boolean {
    const { leases, engine } = this.database;
    const lease = leases.get(tx, leaseNameOf('instance', id));
    return lease !== null && lease.expiresAt > engine.host.now().getTime();
  }

  #isFree(tx: Transaction, id: InstanceId): boolean {
    return this.database.flaws.takesWithoutLock === true || this.database.instances.isFree(tx, id);
  }

  #isOnOpenNode(tx: Transaction, { nodeId }: InstanceRecord): boolean {
    const { nodes } = this.database;
    if (nodeId === null || nodes.all(tx).length === 0) return true;
    return nodes.get(tx, nodeId)?.isEligible === true;
  }

  #isListingOld(tx: Transaction): boolean {
    const { listings, engine } = this.database;
    const last = listings.get(tx, 'last');
    return last === null || last.seenAtMs <= engine.host.now().getTime() - 60_000;
  }

  #isStranded(tx: Transaction, { nodeId }: InstanceRecord): boolean {
    const node = nodeId === null ? null : this.database.nodes.get(tx, nodeId);
    return node !== null && !node.isEligible;
  }

  /** The conditional statement of every change: the count of rows is the answer. */
  #update(
    seen: Instance,
    notes: InstanceNotes,
    label: string,
    change: (row: InstanceRecord, tx: Transaction) => InstanceRecord,
  ): Promise<Instance | null> {
    const { instances } = this.database;
    const isAsSeen = (row: InstanceRecord | null): row is InstanceRecord =>
      row !== null &&
      row.state === seen.state &&
      row.fence === seen.fence &&
      (notes.suspectAt === undefined || timeOf(row.suspectAt) === timeOf(seen.suspectAt)) &&
      (notes.address === undefined ||
        (row.address === seen.address && row.allocationId === seen.allocationId));
    return this.#statement(label, async (tx) => {
      if (!isAsSeen(instances.get(tx, seen.id))) return null;
      const row = await instances.locked(tx, seen.id);
      return isAsSeen(row) ? toInstance(this.#write(tx, change(row, tx))) : null;
    });
  }

  #rankOn(tx: Transaction, { poolId, nodeId }: Instance, notes: InstanceNotes): number {
    const node = notes.nodeId === undefined ? nodeId : notes.nodeId;
    return this.#all(tx).filter(
      (row) => row.poolId === poolId && row.state === 'idle' && row.nodeId === node,
    ).length;
  }

  #count(
    label: string,
    isCounted: (row: InstanceRecord, tx: Transaction) => boolean,
  ): Promise<number> {
    return this.#statement(label, (tx) => this.#all(tx).filter((row) => isCounted(row, tx)).length);
  }

  #all(tx: Transaction): InstanceRecord[] {
    return this.database.instances.all(tx);
  }

  #write(tx: Transaction, record: InstanceRecord): InstanceRecord {
    this.database.checkInstance(tx, record);
    this.database.instances.put(tx, record.id, record);
    return record;
  }

  #statement<Result>(
    label: string,
    work: (tx: Transaction) => Result | Promise<Result>,
  ): Promise<Result> {
    return this.database.engine.statement(this.tx, label, work);
  }
}

/** The row as the port gives it: without what only statements look at. */
export function toInstance(record: InstanceRecord): Instance {
  const { admittedAt: _admittedAt, claimRank: _claimRank, ...instance } = record;
  return instance;
}

function orNull(record: InstanceRecord | null): Instance | null {
  return record === null ? null : toInstance(record);
}

function boundOf({ gatewayVersion, revision }: InstanceRecord) {
  const bindingStep = 'claimed' as const;
  return { bindingStep, gatewayVersion: gatewayVersion + 1, revision: revision + 1 };
}

function definedOf(notes: InstanceNotes): InstanceNotes {
  return Object.fromEntries(Object.entries(notes).filter(([, value]) => value !== undefined));
}

function isWanted(row: InstanceRecord, filter: InstanceFilter): boolean {
  const { tenantId, poolId, states, isClaimed } = filter;
  return (
    (tenantId === undefined || row.tenantId === tenantId) &&
    (poolId === undefined || row.poolId === poolId) &&
    (states === undefined || states.includes(row.state)) &&
    (isClaimed === undefined || (row.tenantId !== null) === isClaimed)
  );
}

/** What a row's being due depends on besides itself. */
interface Around {
  readonly rotating: ReadonlySet<InstanceId>;
  readonly configured: ReadonlySet<InstanceId>;
  readonly nowMs: number;
}

function isDue(row: InstanceRecord, { rotating, configured, nowMs }: Around): boolean {
  const { id, state, tenantId, replacedBy, revision, revisionApplied } = row;
  switch (state) {
    case 'failed':
      return tenantId === null || replacedBy !== null;
    case 'ready':
      return (
        revisionApplied < revision ||
        row.keysPrunedTo < row.keyVersion ||
        rotating.has(id) ||
        configured.has(id)
      );
    case 'trashed':
      return revisionApplied < revision || timeOf(row.destroyAt) <= nowMs;
    case 'stopped':
    case 'deleted':
      return false;
    default:
      return true;
  }
}

/** Who comes first: people who wait, then what a tenant has, then the stock, then what is leaving. */
function urgencyOf({ state, tenantId }: InstanceRecord): number {
  const isOnItsWay = state === 'creating' || state === 'warming';
  const isBack = state === 'binding' || state === 'resuming';
  if (tenantId !== null && (isOnItsWay || isBack)) return 0;
  if (state === 'ready') return 1;
  return isOnItsWay ? 2 : 3;
}

function timeOf(at: Date | null): number {
  return at?.getTime() ?? 0;
}
