import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import type { Store } from '../../src/ports/index.js';
import { createDataSource } from '../../src/store/data-source.js';
import { migrate } from '../../src/store/migrate.js';
import { createPostgresStore } from '../../src/store/postgres-store.js';
import { stopsAtEnd } from './at-end.js';
import { freePort } from './free-port.js';
import { makeTempDir, removeTempDir } from './temp-dir.js';
import { waitFor } from './wait-for.js';

const run = promisify(execFile);

/** A real PostgreSQL of the test's own, on a free port, gone with the test. */
export interface TestDatabase {
  /** URL of the present test's database. */
  url(): string;
  /** A fresh, empty database without tables; returns its URL. */
  emptyDatabase(): Promise<string>;
  /** A fresh database, migrated, with a store on it; the one before is left behind. */
  emptyStore(): Promise<Store>;
  /** Ends every connection of the present test's store, as a fail-over does. */
  endConnections(): Promise<void>;
  /** Runs a statement on the present test's database. */
  query(statement: string, parameters: readonly unknown[]): Promise<unknown>;
  stop(): Promise<void>;
}

const END_CONNECTIONS = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`;

/** Fast, for tests: what a power cut would lose does not matter to them. */
const SETTINGS = { fsync: 'off', max_connections: '60', unix_socket_directories: '' };

/**
 * Starts PostgreSQL and prepares a migrated template that each test's database is cloned from.
 * `settings` go before those of tests: a benchmark asks for `fsync: 'on'`.
 */
export async function startTestDatabase(
  settings: Readonly<Record<string, string>> = {},
): Promise<TestDatabase> {
  const server = await startServer({ ...SETTINGS, ...settings });
  const template = createDataSource({
    url: await createDatabase(server.port, 'migrated', 'template0'),
    connectionsMax: 2,
    applicationName: 'test-template',
  });
  await template.initialize();
  await migrate(template);
  await template.destroy();

  let made = 0;
  let current: DataSource | null = null;
  const next = (from: string): Promise<string> => {
    made += 1;
    return createDatabase(server.port, `test_${made}`, from);
  };
  return {
    url: () => urlOf(server.port, `test_${made}`),
    emptyDatabase: () => next('template0'),
    emptyStore: async () => {
      await current?.destroy();
      const url = await next('migrated');
      current = createDataSource({ url, connectionsMax: 20, applicationName: 'test' });
      await current.initialize();
      return createPostgresStore(current);
    },
    endConnections: async () => {
      const admin = new pg.Client({ connectionString: urlOf(server.port, 'postgres') });
      await admin.connect();
      try {
        await admin.query(END_CONNECTIONS, [`test_${made}`]);
      } finally {
        await admin.end();
      }
    },
    query: async (statement, parameters) => current?.query(statement, [...parameters]),
    stop: async () => {
      await current?.destroy();
      await server.stop();
    },
  };
}

interface Server {
  readonly port: number;
  stop(): Promise<void>;
}

async function startServer(settings: Readonly<Record<string, string>>): Promise<Server> {
  const folder = await makeTempDir();
  const data = join(folder, 'data');
  const init = asPlainUser(binary('initdb'), ['-D', data, '-U', 'test', '-A', 'trust', '-N']);
  await run(init.command, init.args);
  const port = await freePort();
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const start = asPlainUser(binary('postgres'), [
    ...['-D', data, '-p', String(port), '-h', '127.0.0.1'],
    ...options,
  ]);
  const child = spawn(start.command, start.args, { stdio: 'ignore' });
  const stop = stopsAtEnd(async () => {
    await end(child);
    await removeTempDir(folder);
  });
  try {
    await waitFor(() => canConnect(port), { withinMs: 20_000, describe: 'PostgreSQL to answer' });
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, stop };
}

/** PostgreSQL refuses to run as root; inside a user namespace root is just another user. */
function asPlainUser(command: string, args: string[]): { command: string; args: string[] } {
  if (process.getuid?.() !== 0) return { command, args };
  const unshare = ['--user', '--map-user=1000', '--map-group=1000', command];
  return { command: 'unshare', args: [...unshare, ...args] };
}

/** The newest of Debian's installations, or whatever PATH has. */
function binary(name: string): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort().reverse() : [];
  const found = versions.map((version) => join(debian, version, 'bin', name)).find(existsSync);
  return found ?? name;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  await ended;
}

async function canConnect(port: number): Promise<boolean> {
  return withClient(urlOf(port, 'postgres'), () => Promise.resolve(true)).catch(() => false);
}

async function createDatabase(port: number, name: string, from: string): Promise<string> {
  await withClient(urlOf(port, 'postgres'), (client) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE ${from}`),
  );
  return urlOf(port, name);
}

async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(port: number, name: string): string {
  return `postgres://test@127.0.0.1:${port}/${name}`;
}
