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
import { Shared } from './shared.js';
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

/** One server for all suites of a run; what they have in it goes with each of them. */
const shared = new Shared(
  async () => withSpare(await startMigrated({})),
  (server) => server.stop(),
);

/**
 * Databases cloned from a migrated template, on the PostgreSQL of this run, where the next clone may be
 * under way meanwhile. With `settings`, which go before those of tests and may be none, on one of its
 * own: a benchmark asks for `fsync: 'on'`.
 */
export async function startTestDatabase(
  settings: Readonly<Record<string, string>> | null = null,
): Promise<TestDatabase> {
  const server = settings === null ? await shared.take() : await startMigrated(settings);
  const own: string[] = [];
  let current: DataSource | null = null;
  const name = (): string => own.at(-1) ?? 'none';
  const url = (): string => urlOf(server.port, name());
  return {
    url,
    emptyDatabase: async () => {
      own.push(await server.emptyDatabase());
      return url();
    },
    emptyStore: async () => {
      await current?.destroy();
      own.push(await server.clone());
      current = createDataSource({ url: url(), connectionsMax: 20, applicationName: 'test' });
      await current.initialize();
      return createPostgresStore(current);
    },
    endConnections: () =>
      withClient(urlOf(server.port, 'postgres'), async (admin) => {
        await admin.query(END_CONNECTIONS, [name()]);
      }),
    query: async (statement, parameters) => current?.query(statement, [...parameters]),
    stop: async () => {
      await current?.destroy();
      if (settings === null) await dropDatabases(server.port, own);
      else await server.stop();
    },
  };
}

interface MigratedServer extends Server {
  /** Name of a fresh database without tables. */
  emptyDatabase(): Promise<string>;
  /** Name of a fresh clone of the template. */
  clone(): Promise<string>;
}

async function startMigrated(settings: Readonly<Record<string, string>>): Promise<MigratedServer> {
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
  const make = async (from: string): Promise<string> => {
    made += 1;
    const name = `test_${made}`;
    await createDatabase(server.port, name, from);
    return name;
  };
  return { ...server, emptyDatabase: () => make('template0'), clone: () => make('migrated') };
}

/** The same with a clone in hand: making one takes longer than most tests do that it is made for. */
function withSpare(server: MigratedServer): MigratedServer {
  const begin = (): Promise<string> => {
    const making = server.clone();
    // Whoever asks for it hears of its failure.
    making.catch(() => undefined);
    return making;
  };
  let spare = begin();
  return {
    ...server,
    clone: () => {
      const taken = spare;
      spare = begin();
      return taken;
    },
    stop: async () => {
      await spare.catch(() => undefined);
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

async function dropDatabases(port: number, names: readonly string[]): Promise<void> {
  await withClient(urlOf(port, 'postgres'), async (client) => {
    for (const name of names) await client.query(`DROP DATABASE ${name} WITH (FORCE)`);
  });
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
