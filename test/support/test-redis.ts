import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { stopsAtEnd } from './at-end.js';
import { freePort } from './free-port.js';
import { ROOT } from './servers.js';
import { makeTempDir, removeTempDir } from './temp-dir.js';
import { waitFor } from './wait-for.js';

/** A real Redis of the test's own, in memory, gone with the test. */
export interface TestRedis {
  readonly url: string;
  /** Empties it, as an operator may who takes it for a cache. */
  flush(): Promise<void>;
  /** Has it hang, connections and all, until it is thawed. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** Starts Redis on a free port, or on that of one which ended, and waits until it answers. */
export async function startTestRedis(options: { port?: number } = {}): Promise<TestRedis> {
  const folder = await makeTempDir();
  const port = options.port ?? (await freePort());
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const { path, env = {} } = program();
  const child = spawn(path, args, { stdio: 'ignore', env: { PATH: process.env['PATH'], ...env } });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const url = `redis://127.0.0.1:${String(port)}/0`;
  const client = new Redis(url, { maxRetriesPerRequest: null });
  // It says so until the server listens, and once more when it ends.
  client.on('error', () => undefined);
  const stop = stopsAtEnd(async () => {
    client.disconnect();
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      kill();
      await ended;
    }
    process.removeListener('exit', kill);
    await removeTempDir(folder);
  });
  try {
    const isUp = async (): Promise<boolean> => (await client.ping()) === 'PONG';
    await waitFor(isUp, { withinMs: 20_000, describe: 'Redis to answer' });
  } catch (error) {
    await stop();
    throw error;
  }
  const flush = async (): Promise<void> => {
    await client.flushall();
  };
  const freeze = (): void => void child.kill('SIGSTOP');
  const thaw = (): void => void child.kill('SIGCONT');
  return { url, stop, flush, freeze, thaw };
}

interface Program {
  readonly path: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What `make setup` found, else the PATH. */
function program(): Program {
  const file = join(ROOT, '.clawdeploy/toolchain.json');
  if (!existsSync(file)) return { path: 'redis-server' };
  const toolchain = JSON.parse(readFileSync(file, 'utf8')) as { readonly redis?: Program };
  return toolchain.redis ?? { path: 'redis-server' };
}
