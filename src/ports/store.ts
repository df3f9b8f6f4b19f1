import type { AuditEntry } from '../domain/audit/audit-entry.js';
import type { ClaimOutcome } from '../domain/claim.js';
import type { ClaimId, InstanceId, PoolId, SweepId, TenantId } from '../domain/ids.js';
import type {
  BindingStep,
  Failure,
  Instance,
  InstanceState,
  InstanceVerb,
  ResumeStep,
} from '../domain/instance.js';
import type { Pool, PoolBounds, PoolHold, PoolKey } from '../domain/pool.js';
import type { Demand } from '../domain/sizing/demand.js';
import type { PoolOverride } from '../domain/sizing/schedule.js';
import type { StartOutcome } from '../domain/start-outcome.js';
import type { Mismatch } from '../domain/sweep/inventory.js';
import type { Sweep } from '../domain/sweep/report.js';
import type { TokenBucket } from '../domain/token-bucket.js';
import type { ApiKeyStore } from './api-key-store.js';
import type { AuditChainStore, AuditStore } from './audit-store.js';
import type { IdempotencyName, IdempotencyStore } from './idempotency-store.js';
import type { ConfigStore } from './config-store.js';
import type { KeyCampaignStore } from './key-campaign-store.js';
import type { KeyStore, RotationStore } from './key-store.js';
import type { DeliveryStore, OutboxEvent, OutboxStore, WebhookStore } from './webhook-store.js';

/** A change of an instance that happens only if the row is still as the caller saw it. */
export interface InstanceMove {
  readonly verb: InstanceVerb;
  readonly at: Date;
  readonly failure?: Failure;
}

/** Columns that may change without a change of state; absent ones stay. */
export interface InstanceNotes {
  readonly bindingStep?: BindingStep;
  readonly resumeStep?: ResumeStep | null;
  readonly restartFrom?: Date | null;
  readonly destroyAt?: Date | null;
  readonly gatewayVersion?: number;
  readonly revision?: number;
  readonly revisionApplied?: number;
  readonly keysPrunedTo?: number;
  readonly allocationId?: string | null;
  readonly nodeId?: string | null;
  readonly address?: string | null;
  readonly suspectAt?: Date | null;
  readonly startGrantedAt?: Date;
  readonly blockedBy?: string | null;
  readonly replacedBy?: InstanceId;
}

/** Who gets a member: the claim and what it is for. */
export interface Taking {
  readonly poolId: PoolId;
  readonly tenantId: TenantId;
  readonly claimId: ClaimId;
  readonly name: string;
  readonly at: Date;
}

export interface InstanceFilter {
  readonly tenantId?: TenantId;
  readonly poolId?: PoolId;
  readonly states?: readonly InstanceState[];
  readonly isClaimed?: boolean;
}

export interface Page {
  /** At most this many rows, 1–200. */
  readonly limit: number;
  /** Opaque; from the page before. */
  readonly cursor: string | null;
}

export interface Paged<Row> {
  readonly rows: readonly Row[];
  readonly nextCursor: string | null;
}

export interface InstanceStore {
  insert(instance: NewInstance): Promise<Instance>;
  find(id: InstanceId): Promise<Instance | null>;
  /** Locks the row until the transaction ends. */
  findForUpdate(id: InstanceId): Promise<Instance | null>;
  list(filter: InstanceFilter, page: Page): Promise<Paged<Instance>>;
  countByState(poolId: PoolId): Promise<ReadonlyMap<InstanceState, number>>;
  /**
   * Gives an eligible idle member to the claim, or null when there is none: not suspect, not
   * draining, on a node that takes work, nodes in turn, longest idle first. One statement, SKIP
   * LOCKED: concurrent claims never wait for each other and never get the same member. When nobody
   * listed the nodes lately, one on any node is better than none.
   */
  takeIdle(taking: Taking): Promise<Instance | null>;
  /** Like `takeIdle` for the members of pools that the pool supersedes. */
  takeIdleSuperseded(taking: Taking): Promise<Instance | null>;
  /** Gives the member that is nearest to being idle to the claim; it keeps its state. */
  takeComing(taking: Taking): Promise<Instance | null>;
  /** How many members with an owner are still on their way: people who wait for a start. */
  countWaiting(poolId: PoolId): Promise<number>;
  /**
   * How many members of other pools of the node pool boot just now: their starts are granted. Those
   * that find no place are not counted, for they cost no node anything.
   */
  countStartingElsewhere(pool: Pick<Pool, 'id' | 'nodePool'>): Promise<number>;
  /** The pool's members on nodes that take no work, of those that count as stock. */
  listStranded(poolId: PoolId): Promise<readonly InstanceId[]>;
  /** How many of the pool's instances hold memory on a node, or are to. */
  countHolding(poolId: PoolId): Promise<number>;
  /** How long the last members took from creation to admission, in milliseconds, newest first. */
  recentBoots(poolId: PoolId, limit: number): Promise<readonly number[]>;
  /**
   * Moves the instance if it still has `seen`'s state and fence, and, where `notes` change them, its
   * suspicion and its place; null when it does not. `trash` and `restore` raise its revision, for
   * what its gateway is told changes with them.
   */
  move(seen: Instance, move: InstanceMove, notes?: InstanceNotes): Promise<Instance | null>;
  /** Writes notes on the same conditions as `move`; null when they are not met. */
  note(seen: Instance, notes: InstanceNotes): Promise<Instance | null>;
  /**
   * Ids of at most `limit` instances that have work to do, those that somebody waits for first, and
   * after them of at most as many idle ones that no controller holds a lease on.
   */
  listDue(limit: number): Promise<readonly InstanceId[]>;
}

export interface NewInstance {
  readonly id: InstanceId;
  readonly pool: Pick<Pool, 'id' | 'sizeClass' | 'openclawVersion'>;
  readonly at: Date;
  /** Absent: it must wait until the planner lets it start. */
  readonly startGrantedAt?: Date;
  /** The claim that it is made for; absent for a member of the stock. */
  readonly owner?: Pick<Taking, 'tenantId' | 'claimId' | 'name'>;
}

/** What the planner or an operator changes of a pool; absent fields stay. */
export interface PoolChanges extends Partial<PoolBounds> {
  readonly idleTarget?: number;
  readonly targetRaisedAt?: Date | null;
  readonly overrides?: readonly PoolOverride[];
  readonly startTokens?: TokenBucket;
  readonly pausedAt?: Date | null;
  readonly memberDeadlineMs?: number;
  readonly hold?: PoolHold | null;
  readonly holdReason?: string | null;
  /** False closes the breaker and forgets the failures that opened it. */
  readonly isBreakerOpen?: false;
}

export interface PoolStore {
  /**
   * Creates the pool, or applies `bounds` to it if they differ from those it was last ensured with:
   * what an operator set meanwhile survives a restart with unchanged settings.
   */
  ensure(key: PoolKey, bounds: PoolBounds, at: Date): Promise<Pool>;
  /**
   * Marks every pool that is not offered as superseded by the offered one of its size class and
   * node pool, `at` this instant unless it was before, and offered ones as not superseded.
   */
  supersedeOthers(offered: readonly PoolId[], at: Date): Promise<void>;
  /** Changes the pool's row; null when there is no such pool. */
  change(id: PoolId, changes: PoolChanges): Promise<Pool | null>;
  find(id: PoolId): Promise<Pool | null>;
  list(): Promise<readonly Pool[]>;
  /** Locks the row until the transaction ends, so that one planner at a time counts and creates. */
  findForUpdate(id: PoolId): Promise<Pool | null>;
  /**
   * Until the transaction ends nobody else plans starts in the node pool, whose nodes all of its
   * pools share. To be called before any pool's row is locked.
   */
  lockStarts(nodePool: string): Promise<void>;
  /**
   * Counts how starts end: failures in a row open the breaker, early deaths among them, and a
   * `hopeless` one opens it until an operator closes it. A success closes it, unless a member died
   * early within EARLY_DEATH_MEMORY_MS. To be called before the instance's row is touched: everybody
   * locks the pool first.
   */
  recordStart(id: PoolId, outcome: StartOutcome, at: Date): Promise<void>;
}

export interface Tenant {
  readonly id: TenantId;
  /** The product's own name for the tenant; unique. */
  readonly externalRef: string;
  /** Since when the tenant may claim nothing new; null for everybody else. */
  readonly suspendedAt: Date | null;
}

export interface TenantStore {
  /** Finds or creates the tenant of that reference. */
  ensure(candidate: Pick<Tenant, 'id' | 'externalRef'>, at: Date): Promise<Tenant>;
  /** Suspends the tenant or lifts the suspension; null when there is no such tenant. */
  setSuspended(externalRef: string, suspendedAt: Date | null): Promise<Tenant | null>;
  findByRef(externalRef: string): Promise<Tenant | null>;
  findMany(ids: readonly TenantId[]): Promise<readonly Tenant[]>;
}

/** A tenant's hold on an instance. */
export interface Claim {
  readonly id: ClaimId;
  readonly tenantId: TenantId;
  readonly instanceId: InstanceId;
  readonly name: string;
  /** What was asked for, see `offerNameOf`. */
  readonly offer: string;
  readonly outcome: ClaimOutcome;
  /** Members that were given to it so far; more than one when some could not be brought to work. */
  readonly attempts: number;
}

/** What a claim leaves behind besides the instance's row. */
export interface ClaimRecord {
  readonly claim: Omit<Claim, 'attempts'> & { readonly at: Date };
  readonly audit: AuditEntry;
  readonly event: OutboxEvent;
  /** The key that now stands for the claimed instance; null when the request had none. */
  readonly idempotency: IdempotencyName | null;
}

export interface ClaimStore {
  /**
   * Records hold, audit line, event and what the idempotency key stands for, all in one round trip;
   * the conflict `name_taken` when the tenant has a live hold of that name.
   */
  record(record: ClaimRecord): Promise<void>;
  find(id: ClaimId): Promise<Claim | null>;
  /** Moves the hold to another instance if it is still on `from`; false when it is not. */
  moveTo(id: ClaimId, from: InstanceId, to: InstanceId): Promise<boolean>;
  /** Counts claims that were refused because nothing was left: they are demand like any other. */
  recordRefusals(offer: string, refusals: number, at: Date): Promise<void>;
  /** How many claims of the offer came when, refused ones included, in buckets that end now. */
  demand(offer: string, window: DemandWindow): Promise<Demand>;
  /** How those claims were served, bucket by bucket, oldest first. */
  served(offer: string, window: DemandWindow): Promise<readonly Served[]>;
  release(instanceId: InstanceId, at: Date): Promise<void>;
}

/** How many claims found an idle member, had to wait for a start, and were refused. */
export interface Served {
  readonly warm: number;
  readonly waited: number;
  readonly refused: number;
}

export interface DemandWindow {
  readonly now: Date;
  readonly bucketMs: number;
  readonly buckets: number;
}

/** A right to work on something until a time, with a fence that grows with each new holder. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
  readonly fence: number;
}

export interface LeaseStore {
  /** Grants or renews the lease, or null while another holder's has not expired. */
  grant(name: string, holder: string, ttlMs: number): Promise<Lease | null>;
  /** Gives back those that are still these. */
  release(leases: readonly Lease[]): Promise<void>;
  /**
   * Gives them back like `release`, and tells all other controllers, so that they go on at once with
   * what their holder looked after.
   */
  handOver(leases: readonly Lease[]): Promise<void>;
  /** Forgets leases that ran out on instances that are deleted: nothing will ask for them again. */
  deleteSettled(limit: number): Promise<number>;
}

/** All nodes at one moment, as the scheduler told of them. */
export interface NodeListing {
  readonly nodes: readonly Node[];
  /** Grows with each change in the scheduler, so that a listing that comes late can be told. */
  readonly index: string;
}

/** A machine that runs instances, as the scheduler last told of it. */
export interface Node {
  readonly id: string;
  readonly name: string;
  readonly nodePool: string;
  /** False while it drains, is closed to new work, or its heartbeat is missed. */
  readonly isEligible: boolean;
}

export interface NodeStore {
  /**
   * Makes the rows say what the listing says; nodes that are not named are gone. False, and nothing
   * changed, for a listing that is older than the last one, unless that was long ago (a scheduler
   * that was rebuilt counts anew), and for an empty one, which tells of nothing but trouble.
   */
  replaceAll(listing: NodeListing): Promise<boolean>;
  countEligible(nodePool: string): Promise<number>;
}

export interface SweepStore {
  /** Asks for a sweep; returns the one that waits already if there is one of its kind. */
  request(sweep: Sweep): Promise<Sweep>;
  /** The one that waits longest to be done. */
  nextRequested(): Promise<Sweep | null>;
  /** Keeps the report, and forgets the oldest ones. */
  record(sweep: Sweep): Promise<void>;
  find(id: SweepId): Promise<Sweep | null>;
  /** The last one that was done. */
  latest(): Promise<Sweep | null>;
}

export interface Repositories {
  readonly instances: InstanceStore;
  readonly nodes: NodeStore;
  readonly pools: PoolStore;
  readonly tenants: TenantStore;
  readonly claims: ClaimStore;
  readonly keys: KeyStore;
  readonly rotations: RotationStore;
  readonly configs: ConfigStore;
  readonly keyCampaigns: KeyCampaignStore;
  readonly apiKeys: ApiKeyStore;
  readonly idempotency: IdempotencyStore;
  readonly leases: LeaseStore;
  readonly audit: AuditStore;
  readonly auditChain: AuditChainStore;
  readonly outbox: OutboxStore;
  readonly webhooks: WebhookStore;
  readonly deliveries: DeliveryStore;
  readonly sweeps: SweepStore;
}

/** PostgreSQL, the only authority. Fails with `database_unreachable`. */
export interface Store extends Repositories {
  /** Runs `work` in one transaction: all of it or nothing. No network call belongs inside. */
  transaction<Result>(work: (tx: Repositories) => Promise<Result>): Promise<Result>;
  ping(): Promise<void>;
}

/**
 * Tells this process which instances changed, as soon as the change is committed anywhere. May
 * miss some (a lost connection): `onGap` says when, and whoever listens reads everything anew.
 */
export interface ChangeFeed {
  subscribe(listener: ChangeListener): () => void;
}

export interface ChangeListener {
  onChange(instanceId: InstanceId): void;
  onGap(): void;
  /** A controller gave its leases back: what it looked after is there for others. */
  onHandOver?(): void;
}

/** What the sweeper asks of the database as a whole. Fails with `database_unreachable`. */
export interface Census {
  /**
   * Names this database among all others. A copy restored elsewhere has another name, so that it
   * cannot take for its own what was made after the copy.
   */
  identity(): Promise<string>;
  /** Those of `ids` whose rows say deleted. */
  deletedAmong(ids: readonly InstanceId[]): Promise<ReadonlySet<InstanceId>>;
  /** Instances and claims that contradict each other, at most `limit` of each kind. */
  mismatches(limit: number): Promise<readonly Mismatch[]>;
}
