import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { InitialSchema1795400000000 } from './migrations/1795400000000-initial-schema.js';
import { ClaimsAndSizing1795430000000 } from './migrations/1795430000000-claims-and-sizing.js';
import { Sweeps1795450000000 } from './migrations/1795450000000-sweeps.js';
import { TellAfterCommit1795460000000 } from './migrations/1795460000000-tell-after-commit.js';
import { Rotations1795470000000 } from './migrations/1795470000000-rotations.js';
import { KeyCampaigns1795480000000 } from './migrations/1795480000000-key-campaigns.js';
import { AuditChain1795950000000 } from './migrations/1795950000000-audit-chain.js';
import { AuditRow } from './rows/audit-row.js';
import { AuditSealRow } from './rows/audit-seal-row.js';
import { ClaimRow } from './rows/claim-row.js';
import { IdempotencyKeyRow } from './rows/idempotency-key-row.js';
import { InstanceKeyRow } from './rows/instance-key-row.js';
import { InstanceRow } from './rows/instance-row.js';
import { KeyCampaignRow } from './rows/key-campaign-row.js';
import { KeyMoveRow } from './rows/key-move-row.js';
import { LeaseRow } from './rows/lease-row.js';
import { NodeRow } from './rows/node-row.js';
import { OutboxRow } from './rows/outbox-row.js';
import { PoolRow } from './rows/pool-row.js';
import { RotationRow } from './rows/rotation-row.js';
import { SweepRow } from './rows/sweep-row.js';
import { TenantRow } from './rows/tenant-row.js';
import { steadyDriver } from './steady-pool.js';

/** All tables, in no particular order. */
export const ROWS = [
  AuditRow,
  AuditSealRow,
  ClaimRow,
  IdempotencyKeyRow,
  InstanceKeyRow,
  InstanceRow,
  KeyCampaignRow,
  KeyMoveRow,
  LeaseRow,
  NodeRow,
  OutboxRow,
  PoolRow,
  RotationRow,
  SweepRow,
  TenantRow,
];

/** All migrations, oldest first; each is listed here by hand so that nothing runs by accident. */
export const MIGRATIONS = [
  InitialSchema1795400000000,
  ClaimsAndSizing1795430000000,
  Sweeps1795450000000,
  TellAfterCommit1795460000000,
  Rotations1795470000000,
  KeyCampaigns1795480000000,
  AuditChain1795950000000,
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
    extra: { statement_timeout: STATEMENT_LIMIT_MS, keepAlive: true },
  });
}
