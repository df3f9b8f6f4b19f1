import 'reflect-metadata';
import type { ServiceRole } from './compose/start-service.js';
import { SERVICE_ROLES, foundationFor, startService } from './compose/start-service.js';
import { runMigrations } from './compose/run-migrations.js';
import { Fault } from './errors/index.js';
import { stopAll } from './lib/shutdown.js';

const USAGE = `usage: node build/dist/src/main.js <role>[,<role>…]
  api         the REST API and the edge's look-up
  controller  pools, bindings and deletions
  worker      scheduled work
  stub-model  the model that warms members up
  migrate     brings the database's schema up to date, then ends`;

/** Exit code for settings or arguments that no restart can mend (EX_CONFIG of sysexits). */
const EXIT_CONFIG = 78;

async function main(argument: string | undefined): Promise<void> {
  if (argument === 'migrate') return runMigrations();
  const roles = rolesOf(argument);
  if (roles === null) {
    process.stderr.write(`${USAGE}\n`);
    process.exitCode = EXIT_CONFIG;
    return;
  }
  const foundation = foundationFor(roles);
  const { log, started, stopping } = foundation;
  const stop = async (reason: string): Promise<void> => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    log.info('stopping', { reason });
    const late = await stopAll(started);
    if (late.length > 0) log.warn('some parts did not stop in time', { parts: late.join(', ') });
    process.exit();
  };
  process.once('SIGTERM', () => void stop('SIGTERM'));
  process.once('SIGINT', () => void stop('SIGINT'));
  try {
    await startService(foundation, roles);
    log.info('started', { roles: roles.join(',') });
  } catch (error) {
    log.error(error instanceof Fault ? error.message : 'cannot start', { error });
    process.exitCode = exitCodeOf(error);
    await stop('start failed');
  }
}

function rolesOf(argument: string | undefined): readonly ServiceRole[] | null {
  const named = (argument ?? '').split(',');
  const roles = SERVICE_ROLES.filter((role) => named.includes(role));
  return roles.length === named.length ? roles : null;
}

function exitCodeOf(error: unknown): number {
  return error instanceof Fault && error.code === 'config_invalid' ? EXIT_CONFIG : 1;
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = exitCodeOf(error);
});
