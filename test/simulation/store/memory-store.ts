import type { InstanceId } from '../../../src/domain/ids.js';
import type { Mismatch } from '../../../src/domain/sweep/inventory.js';
import type {
  AuditStore,
  Census,
  OutboxStore,
  Repositories,
  Store,
} from '../../../src/ports/index.js';
import type { Database } from './database.js';
import type { Transaction } from './engine.js';
import { MemoryClaims, MemoryIdempotency, MemoryTenants } from './memory-claims.js';
import { MemoryInstances } from './memory-instances.js';
import { MemoryConfigs } from './memory-configs.js';
import { MemoryKeyCampaigns } from './memory-key-campaigns.js';
import { MemoryKeys, MemoryRotations } from './memory-keys.js';
import { MemoryLeases, MemoryNodes, MemoryPools, MemorySweeps } from './memory-pools.js';

/** The store on a database in memory. */
export function createMemoryStore(database: Database): Store {
  return {
    ...repositoriesIn(database, null),
    transaction: (work) => database.engine.transaction((tx) => work(repositoriesIn(database, tx))),
    ping: () => database.engine.statement(null, 'ping', () => undefined),
  };
}

/** The sweeper's questions to a database in memory. */
export function createMemoryCensus(database: Database): Census {
  const { engine, instances, claims } = database;
  return {
    identity: () => engine.statement(null, 'identity', () => 'simulated'),
    deletedAmong: (ids) =>
      engine.statement(null, 'deleted among', (tx) => {
        const deleted = ids.filter((id) => instances.get(tx, id)?.state === 'deleted');
        return new Set<InstanceId>(deleted);
      }),
    mismatches: (limit) =>
      engine.statement(null, 'mismatches', (tx) => {
        const rows = instances.all(tx);
        const live = claims.all(tx).filter(({ releasedAt }) => releasedAt === null);
        const isLeaving = (state: string): boolean => state === 'deleting' || state === 'deleted';
        const owners = rows.filter(
          ({ id, tenantId, claimId, replacedBy, state }) =>
            tenantId !== null &&
            replacedBy === null &&
            !isLeaving(state) &&
            !live.some((claim) => claim.id === claimId && claim.instanceId === id),
        );
        const holds = live.filter(
          (claim) =>
            !rows.some(
              ({ id, claimId, state }) =>
                id === claim.instanceId && claimId === claim.id && !isLeaving(state),
            ),
        );
        return [
          ...owners.slice(0, limit).map(({ id }): Mismatch => {
            return { kind: 'owner_without_claim', instanceId: id };
          }),
          ...holds.slice(0, limit).map(({ instanceId }): Mismatch => {
            return { kind: 'claim_without_owner', instanceId };
          }),
        ];
      }),
  };
}

/**
 * Callers' keys and the audit's chain are no part of the simulator; whoever asks for them is told so.
 */
type Unsimulated = 'apiKeys' | 'auditChain' | 'webhooks' | 'deliveries';

function notSimulated<Name extends Unsimulated>(part: Name): Repositories[Name] {
  return new Proxy({} as Repositories[Name], {
    get: (_target, name) => {
      throw new Error(`${part}.${String(name)} is not simulated.`);
    },
  });
}

function repositoriesIn(database: Database, tx: Transaction | null): Repositories {
  return {
    instances: new MemoryInstances(database, tx),
    nodes: new MemoryNodes(database, tx),
    pools: new MemoryPools(database, tx),
    tenants: new MemoryTenants(database, tx),
    claims: new MemoryClaims(database, tx),
    keys: new MemoryKeys(database, tx),
    rotations: new MemoryRotations(database, tx),
    configs: new MemoryConfigs(database, tx),
    keyCampaigns: new MemoryKeyCampaigns(database, tx),
    apiKeys: notSimulated('apiKeys'),
    idempotency: new MemoryIdempotency(database, tx),
    leases: new MemoryLeases(database, tx),
    sweeps: new MemorySweeps(database, tx),
    audit: auditIn(database, tx),
    auditChain: notSimulated('auditChain'),
    outbox: outboxIn(database, tx),
    webhooks: notSimulated('webhooks'),
    deliveries: notSimulated('deliveries'),
  };
}

function auditIn(database: Database, outer: Transaction | null): AuditStore {
  const { engine, audit } = database;
  return {
    append: (entry) =>
      engine.statement(outer, `audit ${entry.action}`, (tx) => {
        audit.put(tx, database.nextNumber(), entry);
      }),
    list: () => Promise.reject(new Error('audit.list is not simulated.')),
  };
}

function outboxIn(database: Database, outer: Transaction | null): OutboxStore {
  const { engine, outbox } = database;
  return {
    append: ({ topic, key, at }) =>
      engine.statement(outer, `tell ${topic}`, (tx) => {
        outbox.put(tx, database.nextNumber(), { topic, key, at });
      }),
    takeUntold: () => Promise.reject(new Error('outbox.takeUntold is not simulated.')),
    markTold: () => Promise.reject(new Error('outbox.markTold is not simulated.')),
    deleteBefore: (at, limit) =>
      engine.statement(outer, 'forget events', (tx) => {
        const old = [...outbox.committed()].filter(([, event]) => event.at < at).slice(0, limit);
        for (const [number] of old) outbox.put(tx, number, null);
        return old.length;
      }),
  };
}
