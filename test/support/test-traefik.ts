import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from './free-port.js';
import type { TestServer } from './servers.js';
import { ROOT, startServer } from './servers.js';
import { makeTempDir, removeTempDir } from './temp-dir.js';

/** Traefik with edge/traefik.yaml as it ships. */
export interface TestTraefik extends TestServer {
  readonly port: number;
}

export interface TestTraefikOptions {
  readonly consulPort: number;
  readonly consulToken: string;
  /** Port on loopback of the look-up. */
  readonly lookUpPort: number;
  readonly baseDomain: string;
}

/** Starts Traefik on a Consul whose tags name the instances. */
export async function startTestTraefik(options: TestTraefikOptions): Promise<TestTraefik> {
  const [port = 0] = await freePorts(1);
  const folder = await makeTempDir();
  const dynamicFile = join(folder, 'dynamic.yaml');
  const values: Readonly<Record<string, string>> = {
    edge_port: String(port),
    consul_http_port: String(options.consulPort),
    consul_traefik_token: options.consulToken,
    internal_port: String(options.lookUpPort),
    base_domain_pattern: options.baseDomain.replaceAll('.', '\\.'),
    dynamic_file: dynamicFile,
  };
  const filled = async (file: string): Promise<string> => {
    const template = await readFile(join(ROOT, file), 'utf8');
    return template.replaceAll(/@(\w+)@/g, (_, name: string) => values[name] ?? randomUUID());
  };
  await writeFile(dynamicFile, await filled('edge/traefik-dynamic.yaml'), { mode: 0o600 });
  const config = await filled('edge/traefik.yaml');
  const server = await startServer({
    name: 'traefik',
    port,
    folder,
    adminHeaders: () => ({}),
    config: () => config,
    configName: 'traefik.yaml',
    args: (file) => [`--configFile=${file}`],
    isUp: () =>
      fetch(`http://127.0.0.1:${String(port)}/`).then(
        () => true,
        () => false,
      ),
  });
  return {
    ...server,
    port,
    async stop() {
      await server.stop();
      await removeTempDir(folder);
    },
  };
}
