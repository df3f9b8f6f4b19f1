import { availableParallelism } from 'node:os';
import type { StackContext } from './context.js';
import { BASE_DOMAIN } from './context.js';
import type { ControlPlaneRole, SecretName } from './layout.js';
import { secretFile } from './layout.js';

/**
 * The settings (src/config) with which the role `role` of the service finds this stack.
 *
 * Secrets are named by file; each role gets a Vault AppRole of its own, so that one that leaks can be
 * taken away alone. Nomad and Consul are the controller's business alone, so no other role gets a
 * token there. `migrate` and `stub-model` run with the API's.
 */
export function controlPlaneEnv(
  context: Pick<StackContext, 'layout' | 'ports' | 'toolchain' | 'driver' | 'pools' | 'extraEnv'>,
  role: ControlPlaneRole,
): Record<string, string> {
  const { layout, ports, toolchain } = context;
  const file = (name: SecretName): string => secretFile(layout, name);
  const url = (port: number): string => `http://127.0.0.1:${port}`;
  return {
    NODE_ENV: 'production',
    CLAWDEPLOY_DATABASE_URL_FILE: file('database.url'),
    CLAWDEPLOY_REDIS_URL_FILE: file('redis.url'),
    ...(role === 'controller'
      ? {
          CLAWDEPLOY_NOMAD_ADDR: url(ports.nomadHttp),
          CLAWDEPLOY_NOMAD_TOKEN_FILE: file('nomad-controller.token'),
          CLAWDEPLOY_CONSUL_ADDR: url(ports.consulHttp),
          CLAWDEPLOY_CONSUL_TOKEN_FILE: file('consul-control-plane.token'),
        }
      : {}),
    CLAWDEPLOY_VAULT_ADDR: url(ports.vault),
    CLAWDEPLOY_VAULT_ROLE_ID_FILE: file(`vault-${role}.role-id`),
    CLAWDEPLOY_VAULT_SECRET_ID_FILE: file(`vault-${role}.secret-id`),
    CLAWDEPLOY_API_HOST: '127.0.0.1',
    CLAWDEPLOY_API_PORT: String(ports.api),
    CLAWDEPLOY_PUBLIC_API_URL: url(ports.api),
    CLAWDEPLOY_INTERNAL_HOST: '127.0.0.1',
    CLAWDEPLOY_INTERNAL_PORT: String(ports.internal),
    CLAWDEPLOY_HEALTH_PORT: String(role === 'worker' ? ports.workerHealth : ports.controllerHealth),
    CLAWDEPLOY_JWKS_FILE: layout.jwks,
    CLAWDEPLOY_BASE_DOMAIN: BASE_DOMAIN,
    CLAWDEPLOY_EDGE_ADDRESS: `127.0.0.1:${ports.edge}`,
    CLAWDEPLOY_INSTANCE_DRIVER: context.driver,
    CLAWDEPLOY_OPENCLAW_VERSION: toolchain.openclaw.version,
    CLAWDEPLOY_OPENCLAW_DIR: toolchain.openclaw.dir,
    CLAWDEPLOY_COMPILE_CACHE_DIR: toolchain.compileCacheDir,
    CLAWDEPLOY_POOLS: context.pools,
    // A boot fills a core: more at once make each of them slower and none earlier.
    CLAWDEPLOY_STARTS_PER_NODE: String(availableParallelism()),
    // A receiver in development is on this machine.
    CLAWDEPLOY_WEBHOOK_LOOPBACK: 'allow',
    CLAWDEPLOY_STUB_MODEL_URL: `${url(ports.stubModel)}/v1`,
    CLAWDEPLOY_STUB_MODEL_PORT: String(ports.stubModel),
    ...context.extraEnv,
  };
}
