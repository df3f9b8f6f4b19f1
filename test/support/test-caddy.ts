import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from './free-port.js';
import type { TestServer } from './servers.js';
import { ROOT, startServer } from './servers.js';

/** Caddy with edge/Caddyfile as it ships. */
export interface TestCaddy extends TestServer {
  readonly port: number;
  /** Has it read its configuration again, as an operator who changed it would. */
  reload(): Promise<void>;
}

/** Starts Caddy before the given replicas of the look-up, `host:port` each. */
export async function startTestCaddy(
  lookUps: readonly string[],
  baseDomain: string,
): Promise<TestCaddy> {
  const [port = 0, adminPort = 0] = await freePorts(2);
  const values: Readonly<Record<string, string>> = {
    CLAWDEPLOY_EDGE_ADMIN: `127.0.0.1:${String(adminPort)}`,
    CLAWDEPLOY_EDGE_PORT: String(port),
    CLAWDEPLOY_BASE_DOMAIN: baseDomain,
    CLAWDEPLOY_LOOKUPS: lookUps.join(' '),
  };
  const template = await readFile(join(ROOT, 'edge/Caddyfile'), 'utf8');
  const config = template.replaceAll(/\{\$(\w+)\}/g, (_, name: string) => values[name] ?? '');
  const server = await startServer({
    name: 'caddy',
    port: adminPort,
    // To Caddy, a caller that tells of fetch's modes is a browser, which has to say where it is from.
    adminHeaders: () => ({ origin: `http://127.0.0.1:${String(adminPort)}` }),
    config: () => config,
    args: (file) => ['run', '--config', file, '--adapter', 'caddyfile'],
    isUp: (admin) =>
      admin('GET', '/config/').then(
        () => true,
        () => false,
      ),
  });
  return {
    ...server,
    port,
    async reload() {
      const running = await server.admin('GET', '/config/');
      // Without this header Caddy leaves a configuration alone that is what it runs with already.
      await fetch(`${server.address}/load`, {
        method: 'POST',
        headers: {
          origin: server.address,
          'content-type': 'application/json',
          'cache-control': 'must-revalidate',
        },
        body: JSON.stringify(running),
        signal: AbortSignal.timeout(10_000),
      });
    },
  };
}
