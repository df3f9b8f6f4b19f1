import type { DataSource, EntityManager } from 'typeorm';
import type { Repositories, Store } from '../ports/index.js';
import { reaching } from './database-errors.js';
import { PostgresAuditStore } from './repositories/audit-repository.js';
import { PostgresClaimStore } from './repositories/claim-repository.js';
import { PostgresIdempotencyStore } from './repositories/idempotency-repository.js';
import { PostgresInstanceStore } from './repositories/instance-repository.js';
import { PostgresKeyStore } from './repositories/key-repository.js';
import { PostgresLeaseStore } from './repositories/lease-repository.js';
import { PostgresNodeStore } from './repositories/node-repository.js';
import { PostgresOutboxStore } from './repositories/outbox-repository.js';
import { PostgresPoolStore } from './repositories/pool-repository.js';
import { PostgresSweepStore } from './repositories/sweep-repository.js';
import { PostgresTenantStore } from './repositories/tenant-repository.js';

/** The store on PostgreSQL; a lost database is `database_unreachable` wherever it shows. */
export function createPostgresStore(dataSource: DataSource): Store {
  return {
    ...repositoriesOn(dataSource.manager),
    transaction: (work) =>
      reaching(() => dataSource.transaction((manager) => work(repositoriesOn(manager)))),
    ping: async () => {
      await reaching(() => dataSource.query('SELECT 1'));
    },
  };
}

function repositoriesOn(manager: EntityManager): Repositories {
  return {
    instances: translated(new PostgresInstanceStore(manager)),
    nodes: translated(new PostgresNodeStore(manager)),
    pools: translated(new PostgresPoolStore(manager)),
    tenants: translated(new PostgresTenantStore(manager)),
    claims: translated(new PostgresClaimStore(manager)),
    keys: translated(new PostgresKeyStore(manager)),
    idempotency: translated(new PostgresIdempotencyStore(manager)),
    leases: translated(new PostgresLeaseStore(manager)),
    audit: translated(new PostgresAuditStore(manager)),
    outbox: translated(new PostgresOutboxStore(manager)),
    sweeps: translated(new PostgresSweepStore(manager)),
  };
}

/** The same repository with every failed call passed through the error translation. */
function translated<Repository extends object>(repository: Repository): Repository {
  return new Proxy(repository, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== 'function') return member;
      return (...parameters: unknown[]) =>
        reaching(() => Reflect.apply(member, target, parameters) as Promise<unknown>);
    },
  });
}
