import type { ConfigChange } from '../../../src/domain/config/config-change.js';
import type { InstanceId } from '../../../src/domain/ids.js';
import type { Instance } from '../../../src/domain/instance.js';
import type { Pool } from '../../../src/domain/pool.js';
import type {
  KeyCampaign,
  KeyMove,
  KeyOwner,
} from '../../../src/domain/key-campaign/key-campaign.js';
import type { Rotation } from '../../../src/domain/rotation.js';
import type { Sweep } from '../../../src/domain/sweep/report.js';
import type { AuditEntry } from '../../../src/domain/audit/audit-entry.js';
import type { Claim, Lease, Node, Tenant } from '../../../src/ports/index.js';
import type { DatabaseHost, Transaction } from './engine.js';
import { DatabaseBug, Engine } from './engine.js';
import { Table } from './table.js';

/** An instance with the columns that only statements look at. */
export interface InstanceRecord extends Instance {
  readonly admittedAt: Date | null;
  /** Members that its node had when it was admitted; low ones are claimed first. */
  readonly claimRank: number;
}

export interface PoolRecord extends Pool {
  /** The settings that its bounds were last taken from. */
  readonly configured: string;
}

export interface ClaimEntry extends Claim {
  readonly claimedAt: Date;
  readonly releasedAt: Date | null;
}

export interface KeyRow {
  readonly instanceId: InstanceId;
  readonly name: string;
  readonly owner: KeyOwner;
  readonly version: number;
  readonly slot: number;
  readonly revision: number;
  readonly setAt: Date;
  readonly provenAt: Date | null;
  readonly renewalDueAt: Date | null;
  readonly removedAt: Date | null;
}

export interface IdempotencyRow {
  readonly requestHash: string;
  readonly madeId: string | null;
  readonly expiresAt: Date;
}

export interface LeaseRow extends Lease {
  readonly expiresAt: number;
}

/** The last listing of nodes that was taken over. */
export interface NodeListingRow {
  readonly index: number;
  readonly seenAtMs: number;
}

/** An event as it was recorded, with its number. */
export interface OutboxEvent {
  readonly topic: string;
  readonly key: string;
  readonly at: Date;
}

/** Claims that were refused at one moment. */
export interface RefusalEntry {
  readonly offer: string;
  readonly count: number;
  readonly at: Date;
}

/** Guards that can be taken away, to prove that what looks for faults finds them. */
export interface Flaws {
  /** An idle member is looked up and taken in two steps, as if nobody else were there. */
  readonly takesWithoutLock?: boolean;
  /** A tenant may have two live claims of one name. */
  readonly forgetsLiveNames?: boolean;
  /** An idempotency key is looked up and not held. */
  readonly forgetsKeys?: boolean;
  /** Whoever plans for a pool does not keep others from doing so. */
  readonly plansWithoutLock?: boolean;
  /** Members of other pools that boot on the same nodes are not seen. */
  readonly countsOwnStartsAlone?: boolean;
  /** A lease is granted to whoever asks. */
  readonly grantsToAll?: boolean;
}

/** The tables of the product in memory, with the constraints that its migrations give them. */
export class Database {
  readonly engine: Engine;
  readonly instances: Table<InstanceRecord>;
  readonly pools: Table<PoolRecord>;
  readonly claims: Table<ClaimEntry>;
  readonly refusals: Table<RefusalEntry>;
  readonly tenants: Table<Tenant>;
  readonly keys: Table<KeyRow>;
  readonly rotations: Table<Rotation>;
  readonly configs: Table<ConfigChange>;
  readonly campaigns: Table<KeyCampaign>;
  /** By campaign and instance. */
  readonly keyMoves: Table<KeyMove>;
  readonly idempotency: Table<IdempotencyRow>;
  readonly leases: Table<LeaseRow>;
  readonly nodes: Table<Node>;
  readonly listings: Table<NodeListingRow>;
  readonly sweeps: Table<Sweep>;
  readonly audit: Table<AuditEntry>;
  readonly outbox: Table<OutboxEvent>;
  #numbers = 0;

  constructor(
    host: DatabaseHost,
    readonly flaws: Flaws = {},
    onInstance: (before: InstanceRecord | null, after: InstanceRecord) => void = () => undefined,
  ) {
    this.engine = new Engine(host);
    this.instances = new Table('instance', this.engine, (_key, before, after) => {
      if (after !== null) onInstance(before, after);
    });
    this.pools = new Table('pool', this.engine);
    this.claims = new Table('claim', this.engine);
    this.refusals = new Table('refusals', this.engine);
    this.tenants = new Table('tenant', this.engine);
    this.keys = new Table('key', this.engine);
    this.rotations = new Table('rotation', this.engine);
    this.configs = new Table('change of configuration', this.engine);
    this.campaigns = new Table('campaign', this.engine);
    this.keyMoves = new Table('move', this.engine);
    this.idempotency = new Table('idempotency key', this.engine);
    this.leases = new Table('lease', this.engine);
    this.nodes = new Table('node', this.engine);
    this.listings = new Table('listing of nodes', this.engine);
    this.sweeps = new Table('sweep', this.engine);
    this.audit = new Table('audit', this.engine);
    this.outbox = new Table('outbox', this.engine);
  }

  nextNumber(): string {
    this.#numbers += 1;
    return String(this.#numbers).padStart(9, '0');
  }

  /** The CHECK constraints of the table, and its unique index on allocations. */
  checkInstance(tx: Transaction, record: InstanceRecord): void {
    const { id, state, tenantId, allocationId } = record;
    const isOwned = ['binding', 'ready', 'resuming', 'stopped', 'trashed'].includes(state);
    if (isOwned && tenantId === null) {
      throw new DatabaseBug(`instances_owned_when_bound: ${id}`);
    }
    if (state === 'idle' && tenantId !== null) {
      throw new DatabaseBug(`instances_idle_has_no_owner: ${id}`);
    }
    if (allocationId === null || state === 'deleted') return;
    const other = this.instances
      .all(tx)
      .find((row) => row.allocationId === allocationId && row.id !== id && row.state !== 'deleted');
    if (other !== undefined) {
      throw new DatabaseBug(`instances_one_allocation: ${id} and ${other.id}`);
    }
  }
}
