import { readConfig, readSecretFile, type Config } from '../config/read-config.js';
import type { SettingName } from '../config/settings.js';
import { Fault } from '../errors/index.js';
import type { Stoppable } from '../lib/shutdown.js';
import type { Census, Log, Store } from '../ports/index.js';
import { createDataSource } from '../store/data-source.js';
import { reaching } from '../store/database-errors.js';
import { PostgresCensus } from '../store/postgres-census.js';
import { PostgresChangeFeed } from '../store/postgres-change-feed.js';
import { createPostgresStore } from '../store/postgres-store.js';
import { createLog } from '../telemetry/create-log.js';
import type { Metrics } from '../telemetry/metrics.js';
import { createMetrics } from '../telemetry/metrics.js';

/** What one process has, whatever its roles: settings, log, metrics, and an orderly end. */
export interface Foundation {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  /** What was started, in order; stopped in the opposite order. */
  readonly started: Stoppable[];
  /** Fires when the process is to end. */
  readonly stopping: AbortController;
}

/** Reads the settings that `roles` need; fails with every complaint in one sentence. */
export function layFoundation(
  roles: readonly string[],
  needed: readonly SettingName[],
): Foundation {
  const config = readConfig(needed);
  const level = config.CLAWDEPLOY_LOG_LEVEL ?? 'info';
  return {
    config: completed(config),
    log: createLog({ level, role: roles.join(',') }),
    metrics: createMetrics(),
    started: [],
    stopping: new AbortController(),
  };
}

/** The database as the roles of this process share it. */
export interface Database {
  readonly store: Store;
  readonly feed: PostgresChangeFeed;
  readonly census: Census;
}

/** How many connections one process holds at most. */
const CONNECTIONS_MAX = 20;

/** Connects to the database; `database_unreachable` when it does not answer. */
export async function openDatabase(foundation: Foundation): Promise<Database> {
  const { config, log, started } = foundation;
  const file = config.CLAWDEPLOY_DATABASE_URL_FILE;
  const url = readSecretFile('CLAWDEPLOY_DATABASE_URL_FILE', file);
  const dataSource = createDataSource({
    url,
    connectionsMax: CONNECTIONS_MAX,
    applicationName: 'clawdeploy',
  });
  await reaching(() => dataSource.initialize());
  started.push({ name: 'database', stop: () => dataSource.destroy() });
  const feed = new PostgresChangeFeed(url, log);
  feed.start();
  started.push({ name: 'change feed', stop: () => feed.stop() });
  const census = new PostgresCensus(dataSource);
  return { store: createPostgresStore(dataSource), feed, census };
}

/**
 * The settings with a guard: asking for one that this role did not declare as needed is a mistake
 * in src/compose, and is told by name instead of showing up as `undefined` somewhere far away.
 */
function completed(config: Partial<Config>): Config {
  return new Proxy(config as Config, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (value !== undefined || typeof name === 'symbol' || OPTIONAL.has(name)) return value;
      throw new Fault('config_invalid', `Cannot start: ${name} is not set.`);
    },
  });
}

const OPTIONAL: ReadonlySet<string> = new Set<SettingName>([
  'CLAWDEPLOY_INSTALLATION',
  'CLAWDEPLOY_JWKS_FILE',
  'CLAWDEPLOY_JWKS_URL',
  'CLAWDEPLOY_PUBLIC_API_URL',
  'CLAWDEPLOY_PUBLIC_EDGE_PORT',
  'CLAWDEPLOY_REDIS_URL_FILE',
  'CLAWDEPLOY_VAULT_NAMESPACE',
]);
