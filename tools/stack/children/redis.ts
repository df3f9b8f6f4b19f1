import { mkdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { ChildSpec } from '../child-spec.js';
import type { StackContext } from '../context.js';
import { ensureSecret, newPassword, writeAtomically } from '../files.js';
import { secretFile } from '../layout.js';

const PING_LIMIT_MS = 2_000;

/** Redis with a password; it keeps every write (AOF) and never evicts, as Bull needs. */
export function redisSpec({ layout, ports, toolchain }: StackContext): ChildSpec {
  const dataDir = join(layout.data, 'redis');
  const password = ensureSecret(secretFile(layout, 'redis.password'), newPassword);
  return {
    name: 'redis',
    port: ports.redis,
    startLimitMs: 30_000,
    command() {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      const config = join(layout.config, 'redis.conf');
      writeAtomically(config, redisConfig({ dataDir, port: ports.redis, password }));
      const url = `redis://:${password}@127.0.0.1:${ports.redis}/0`;
      writeAtomically(secretFile(layout, 'redis.url'), `${url}\n`);
      const { path, env } = toolchain.redis;
      return Promise.resolve({ file: path, args: [config], env: env ?? {} });
    },
    isHealthy: () => ping(ports.redis, password),
  };
}

function redisConfig(given: { dataDir: string; port: number; password: string }): string {
  return [
    'bind 127.0.0.1',
    `port ${given.port}`,
    `requirepass ${given.password}`,
    `dir "${given.dataDir}"`,
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    'daemonize no',
    // Redis would write its title over the environment, by which its process is proven ours.
    'set-proc-title no',
    '',
  ].join('\n');
}

/** Whether Redis lets us in and answers; a plain socket, so that no client library keeps retrying. */
function ping(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: PING_LIMIT_MS });
    let received = '';
    const finish = (isHealthy: boolean): void => {
      socket.destroy();
      resolve(isHealthy);
    };
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    socket.on('data', (text: string) => {
      received += text;
      if (received.includes('+PONG')) finish(true);
      else if (received.includes('-')) finish(false);
    });
    socket.on('timeout', () => {
      finish(false);
    });
    socket.on('error', () => {
      finish(false);
    });
    socket.on('close', () => {
      resolve(false);
    });
  });
}
