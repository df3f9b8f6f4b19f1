import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { ChildCommand, ChildSpec } from '../child-spec.js';
import type { StackContext } from '../context.js';
import { BASE_DOMAIN } from '../context.js';
import { ensureSecret, writeAtomically } from '../files.js';
import { callApi } from '../http.js';
import { secretFile } from '../layout.js';
import { renderTemplate } from '../templates.js';

/** The proxy in front of the instances: Caddy, or Traefik for those who already run it. */
export function edgeSpec(context: StackContext): ChildSpec {
  const { ports, edge } = context;
  return {
    name: 'edge',
    port: ports.edge,
    startLimitMs: 30_000,
    command: () =>
      Promise.resolve(edge === 'caddy' ? caddyCommand(context) : traefikCommand(context)),
    async isHealthy(signal) {
      // Any answer to a name that nobody has means that it routes.
      const reply = await callApi(`http://127.0.0.1:${ports.edge}/`, { signal, limitMs: 2_000 });
      return reply.status === 404;
    },
  };
}

function caddyCommand({ layout, ports, toolchain }: StackContext): ChildCommand {
  const dataDir = join(layout.data, 'caddy');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  return {
    file: toolchain.caddy.path,
    args: ['run', '--config', join(layout.root, 'edge', 'Caddyfile'), '--adapter', 'caddyfile'],
    env: {
      CLAWDEPLOY_EDGE_ADMIN: `unix/${layout.caddySocket}`,
      CLAWDEPLOY_EDGE_PORT: String(ports.edge),
      CLAWDEPLOY_BASE_DOMAIN: BASE_DOMAIN,
      CLAWDEPLOY_LOOKUPS: `127.0.0.1:${ports.internal}`,
      XDG_DATA_HOME: dataDir,
      XDG_CONFIG_HOME: dataDir,
    },
  };
}

function traefikCommand({ layout, ports, toolchain }: StackContext): ChildCommand {
  const dynamicFile = join(layout.config, 'traefik-dynamic.yaml');
  const values = {
    edge_port: ports.edge,
    consul_http_port: ports.consulHttp,
    consul_traefik_token: ensureSecret(secretFile(layout, 'consul-traefik.token'), randomUUID),
    internal_port: ports.internal,
    base_domain_pattern: BASE_DOMAIN.replaceAll('.', '\\.'),
    dynamic_file: dynamicFile,
  };
  const config = join(layout.config, 'traefik.yaml');
  writeAtomically(config, renderTemplate(layout, 'edge/traefik.yaml', values));
  writeAtomically(dynamicFile, renderTemplate(layout, 'edge/traefik-dynamic.yaml', values));
  return { file: toolchain.traefik.path, args: [`--configFile=${config}`] };
}
