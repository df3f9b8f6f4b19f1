import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { InitialSchema1795400000000 } from './migrations/1795400000000-initial-schema.js';
import { ClaimsAndSizing1795430000000 } from './migrations/1795430000000-claims-and-sizing.js';
import { Sweeps1795450000000 } from './migrations/1795450000000-sweeps.js';
import { TellAfterCommit1795460000000 } from './migrations/1795460000000-tell-after-commit.js';
import { Rotations1795470000000 } from './migrations/1795470000000-rotations.js';
import { KeyCampaigns1795480000000 } from './migrations/1795480000000-key-campaigns.js';
import { DigestsOfIdempotencyKeys1795524000000 } from './migrations/1795524000000-digests-of-idempotency-keys.js';
import { PoolsThatTell1795910000000 } from './migrations/1795910000000-pools-that-tell.js';
import { NodeListings1795920000000 } from './migrations/1795920000000-node-listings.js';
import { EndsOfRotations1795930000000 } from './migrations/1795930000000-ends-of-rotations.js';
import { ApiKeys1795940000000 } from './migrations/1795940000000-api-keys.js';
import { ApiKeyRow } from './rows/api-key-row.js';
import { AuditChain1795950000000 } from './migrations/1795950000000-audit-chain.js';
import { IdempotencyBeyondClaims1795960000000 } from './migrations/1795960000000-idempotency-beyond-claims.js';
import { Webhooks1795980000000 } from './migrations/1795980000000-webhooks.js';
import { UntoldEvents1795980000001 } from './migrations/1795980000001-untold-events.js';
import { WaysBack1795990000000 } from './migrations/1795990000000-ways-back.js';
import { ConfigChanges1795990000001 } from './migrations/1795990000001-config-changes.js';
import { AuditRow } from './rows/audit-row.js';
import { AuditSealRow } from './rows/audit-seal-row.js';
import { ClaimRow } from './rows/claim-row.js';
import { ConfigChangeRow } from './rows/config-change-row.js';
import { IdempotencyKeyRow } from './rows/idempotency-key-row.js';
import { InstanceKeyRow } from './rows/instance-key-row.js';
import { InstanceRow } from './rows/instance-row.js';
import { KeyCampaignRow } from './rows/key-campaign-row.js';
import { KeyMoveRow } from './rows/key-move-row.js';
import { LeaseRow } from './rows/lease-row.js';
import { NodeListingRow } from './rows/node-listing-row.js';
import { NodeRow } from './rows/node-row.js';
import { OutboxRow } from './rows/outbox-row.js';
import { PoolRow } from './rows/pool-row.js';
import { RefusalRow } from './rows/refusal-row.js';
import { RotationRow } from './rows/rotation-row.js';
import { SweepRow } from './rows/sweep-row.js';
import { TenantRow } from './rows/tenant-row.js';
import { WebhookDeliveryRow } from './rows/webhook-delivery-row.js';
import { WebhookRow } from './rows/webhook-row.js';
import { steadyDriver } from './steady-pool.js';

/** All tables, in no particular order. */
export const ROWS = [
  ApiKeyRow,
  AuditRow,
  AuditSealRow,
  ClaimRow,
  ConfigChangeRow,
  IdempotencyKeyRow,
  InstanceKeyRow,
  InstanceRow,
  KeyCampaignRow,
  KeyMoveRow,
  LeaseRow,
  NodeListingRow,
  NodeRow,
  OutboxRow,
  PoolRow,
  RefusalRow,
  RotationRow,
  SweepRow,
  TenantRow,
  WebhookDeliveryRow,
  WebhookRow,
];

/** All migrations, oldest first; each is listed here by hand so that nothing runs by accident. */
export const MIGRATIONS = [
  InitialSchema1795400000000,
  ClaimsAndSizing1795430000000,
  Sweeps1795450000000,
  TellAfterCommit1795460000000,
  Rotations1795470000000,
  KeyCampaigns1795480000000,
  DigestsOfIdempotencyKeys1795524000000,
  PoolsThatTell1795910000000,
  NodeListings1795920000000,
  EndsOfRotations1795930000000,
  ApiKeys1795940000000,
  AuditChain1795950000000,
  IdempotencyBeyondClaims1795960000000,
  Webhooks1795980000000,
  UntoldEvents1795980000001,
  WaysBack1795990000000,
  ConfigChanges1795990000001,
];

export interface DataSourceOptions {
  /** A `postgres://` URL with user and password. */
  readonly url: string;
  readonly connectionsMax: number;
  /** Shown in the server's list of sessions, e.g. `clawdeploy-api`. */
  readonly applicationName: string;
}

/** How long one statement may take before the server ends it, in milliseconds. */
const STATEMENT_LIMIT_MS = 15_000;
/**
 * How long a transaction may lie idle before the server ends it, in milliseconds. No transaction of
 * ours waits for anything but the database, so one that does belongs to a host that froze, and holds
 * locks, of a pool for example, that everybody else waits for.
 */
const IDLE_TRANSACTION_LIMIT_MS = 10_000;

/** A not yet connected data source. Its schema changes by migrations alone, never by itself. */
export function createDataSource(options: DataSourceOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    driver: steadyDriver,
    url: options.url,
    applicationName: options.applicationName,
    entities: ROWS,
    migrations: MIGRATIONS,
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    poolSize: options.connectionsMax,
    connectTimeoutMS: 5_000,
    extra: {
      statement_timeout: STATEMENT_LIMIT_MS,
      idle_in_transaction_session_timeout: IDLE_TRANSACTION_LIMIT_MS,
      keepAlive: true,
    },
  });
}
