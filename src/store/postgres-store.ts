import type { DataSource, EntityManager } from 'typeorm';
import type { InstanceId } from '../domain/ids.js';
import type { Repositories, Store } from '../ports/index.js';
import { ChangeTeller } from './change-teller.js';
import { reaching } from './database-errors.js';
import { PostgresApiKeyStore } from './repositories/api-key-repository.js';
import { PostgresAuditChainStore } from './repositories/audit-chain-repository.js';
import { PostgresAuditStore } from './repositories/audit-repository.js';
import { PostgresClaimStore } from './repositories/claim-repository.js';
import { PostgresConfigStore } from './repositories/config-repository.js';
import { PostgresIdempotencyStore } from './repositories/idempotency-repository.js';
import { PostgresInstanceStore } from './repositories/instance-repository.js';
import { PostgresKeyCampaignStore } from './repositories/key-campaign-repository.js';
import { PostgresKeyStore } from './repositories/key-repository.js';
import { PostgresLeaseStore } from './repositories/lease-repository.js';
import { PostgresNodeStore } from './repositories/node-repository.js';
import { PostgresOutboxStore } from './repositories/outbox-repository.js';
import { PostgresPoolStore } from './repositories/pool-repository.js';
import { PostgresRotationStore } from './repositories/rotation-repository.js';
import { PostgresSweepStore } from './repositories/sweep-repository.js';
import { PostgresTenantStore } from './repositories/tenant-repository.js';
import { PostgresDeliveryStore } from './repositories/webhook-delivery-repository.js';
import { PostgresWebhookStore } from './repositories/webhook-repository.js';

/** The store on PostgreSQL; a lost database is `database_unreachable` wherever it shows. */
export function createPostgresStore(dataSource: DataSource): Store {
  const teller = new ChangeTeller(dataSource);
  return {
    ...repositoriesOn(dataSource.manager, (id) => {
      teller.tell([id]);
    }),
    transaction: async (work) => {
      const changed = new Set<InstanceId>();
      const result = await reaching(() =>
        dataSource.transaction((manager) =>
          work(repositoriesOn(manager, (id) => void changed.add(id))),
        ),
      );
      teller.tell(changed);
      return result;
    },
    ping: async () => {
      await reaching(() => dataSource.query('SELECT 1'));
    },
  };
}

/** Told of each instance whose row a statement changed. */
type OnChanged = (instanceId: InstanceId) => void;

function repositoriesOn(manager: EntityManager, onChanged: OnChanged): Repositories {
  return {
    instances: translated(new PostgresInstanceStore(manager, onChanged)),
    nodes: translated(new PostgresNodeStore(manager)),
    pools: translated(new PostgresPoolStore(manager)),
    tenants: translated(new PostgresTenantStore(manager)),
    claims: translated(new PostgresClaimStore(manager)),
    keys: translated(new PostgresKeyStore(manager, onChanged)),
    configs: translated(new PostgresConfigStore(manager, onChanged)),
    rotations: translated(new PostgresRotationStore(manager)),
    keyCampaigns: translated(new PostgresKeyCampaignStore(manager)),
    apiKeys: translated(new PostgresApiKeyStore(manager)),
    idempotency: translated(new PostgresIdempotencyStore(manager)),
    leases: translated(new PostgresLeaseStore(manager)),
    audit: translated(new PostgresAuditStore(manager)),
    auditChain: translated(new PostgresAuditChainStore(manager)),
    outbox: translated(new PostgresOutboxStore(manager)),
    webhooks: translated(new PostgresWebhookStore(manager)),
    deliveries: translated(new PostgresDeliveryStore(manager)),
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
