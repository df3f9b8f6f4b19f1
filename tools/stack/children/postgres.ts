import { execFile } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { ChildCommand, ChildSpec } from '../child-spec.js';
import type { StackContext } from '../context.js';
import { ensureSecret, newPassword, writeAtomically } from '../files.js';
import { secretFile } from '../layout.js';
import { markedEnvironment } from '../processes.js';
import { StackError, sentenceOf } from '../stack-error.js';

const run = promisify(execFile);

const INITDB_LIMIT_MS = 60_000;

/** The database and its owner, who is no superuser. */
const APPLICATION = 'clawdeploy';

/** PostgreSQL: passwords by SCRAM, the loopback interface only, no Unix socket. */
export function postgresSpec(context: StackContext): ChildSpec {
  const { layout, ports, toolchain } = context;
  const dataDir = join(layout.data, 'postgres');
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(ports.postgres),
    unix_socket_directories: '',
    max_connections: '200',
    password_encryption: 'scram-sha-256',
    logging_collector: 'off',
    log_timezone: 'UTC',
    timezone: 'UTC',
  };
  return {
    name: 'postgres',
    port: ports.postgres,
    startLimitMs: 60_000,
    async command() {
      await createCluster(context, dataDir);
      const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      return asOrdinaryUser({
        file: join(toolchain.postgres.binDir, 'postgres'),
        args: ['-D', dataDir, ...args],
        env: toolchain.postgres.env ?? {},
      });
    },
    async isHealthy() {
      return ensureApplicationDatabase(context);
    },
  };
}

/**
 * PostgreSQL refuses to run as root. As root it is therefore started in a user namespace of its own
 * where it is user 1000: it still owns its files and can reach folders of mode 700, which a real
 * other user could not.
 */
function asOrdinaryUser(command: ChildCommand): ChildCommand {
  if (process.getuid?.() !== 0) return command;
  return {
    ...command,
    file: 'unshare',
    args: ['--user', '--map-user=1000', '--map-group=1000', command.file, ...command.args],
  };
}

async function createCluster(
  { layout, stackId, toolchain }: StackContext,
  dataDir: string,
): Promise<void> {
  if (existsSync(dataDir)) return;
  const draft = `${dataDir}.new`;
  rmSync(draft, { recursive: true, force: true });
  const passwordFile = secretFile(layout, 'postgres-superuser.password');
  ensureSecret(passwordFile, newPassword);
  const { file, args, env } = asOrdinaryUser({
    file: join(toolchain.postgres.binDir, 'initdb'),
    args: [
      ...['--pgdata', draft, '--username', 'postgres', '--pwfile', passwordFile],
      ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
    ],
    env: toolchain.postgres.env ?? {},
  });
  try {
    const environment = { ...markedEnvironment(stackId, 'initdb'), ...env };
    await run(file, args, { env: environment, timeout: INITDB_LIMIT_MS });
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw new StackError(`PostgreSQL could not make its data folder: ${sentenceOf(error)}`, error);
  }
  // Only a complete folder gets the name that the next start trusts.
  renameSync(draft, dataDir);
}

/** True once the application's role and database are there; false while the server starts. */
async function ensureApplicationDatabase({ layout, ports }: StackContext): Promise<boolean> {
  const superuser = ensureSecret(secretFile(layout, 'postgres-superuser.password'), newPassword);
  const password = ensureSecret(secretFile(layout, 'postgres-clawdeploy.password'), newPassword);
  const client = new pg.Client({
    host: '127.0.0.1',
    port: ports.postgres,
    user: 'postgres',
    password: superuser,
    database: 'postgres',
    connectionTimeoutMillis: 2_000,
    query_timeout: 10_000,
  });
  client.on('error', () => {
    // A connection that breaks fails its query as well; that is where it is handled.
  });
  try {
    await client.connect();
    await createOnce(
      client,
      'pg_roles',
      'rolname',
      `CREATE ROLE ${APPLICATION} LOGIN PASSWORD '${password}'`,
    );
    await createOnce(
      client,
      'pg_database',
      'datname',
      `CREATE DATABASE ${APPLICATION} OWNER ${APPLICATION}`,
    );
  } catch {
    // Not up yet, or just restarting: the caller asks again and judges by the clock.
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
  const url = `postgres://${APPLICATION}:${password}@127.0.0.1:${ports.postgres}/${APPLICATION}`;
  writeAtomically(secretFile(layout, 'database.url'), `${url}\n`);
  return true;
}

async function createOnce(
  client: pg.Client,
  table: string,
  column: string,
  statement: string,
): Promise<void> {
  const known = await client.query(`SELECT 1 FROM ${table} WHERE ${column} = $1`, [APPLICATION]);
  if (known.rowCount === 0) await client.query(statement);
}
