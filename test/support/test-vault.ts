import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from './free-port.js';
import type { TestServer } from './servers.js';
import { ROOT, startServer } from './servers.js';
import { waitFor } from './wait-for.js';

export interface AppRoleCredentials {
  readonly roleId: string;
  readonly secretId: string;
}

export interface TestVault extends TestServer {
  /** An AppRole whose tokens carry these policies of vault/policies, under these settings. */
  appRoleFor(
    policies: readonly string[],
    settings?: Readonly<Record<string, unknown>>,
  ): Promise<AppRoleCredentials>;
  /** The identity that a task of that job would have got by logging in; returns its id. */
  addIdentity(jobId: string): Promise<string>;
  /** Reads as the administrator; null when there is nothing. */
  read(path: string): Promise<unknown>;
  seal(): Promise<void>;
  unseal(): Promise<void>;
}

interface Mounts {
  readonly 'jwt-nomad/': { readonly accessor: string };
}

/** Starts Vault in memory, with the mounts that vault/ describes. */
export async function startTestVault(): Promise<TestVault> {
  const [port = 0, cluster = 0] = await freePorts(2);
  let root = '';
  let unsealKey = '';
  const server = await startServer({
    name: 'vault',
    port,
    adminHeaders: () => ({ 'x-vault-token': root }),
    config: () => configOf(port, cluster),
    args: (configFile) => ['server', '-config', configFile],
    isUp: async (admin) => {
      if (root === '') {
        const shares = { secret_shares: 1, secret_threshold: 1 };
        const made = (await admin('PUT', '/v1/sys/init', shares)) as {
          keys: [string];
          root_token: string;
        };
        unsealKey = made.keys[0];
        root = made.root_token;
        await admin('PUT', '/v1/sys/unseal', { key: unsealKey });
      }
      return (await admin('GET', '/v1/sys/health')) !== null;
    },
  });
  const { admin } = server;
  await admin('POST', '/v1/sys/auth/approle', { type: 'approle' });
  await admin('POST', '/v1/sys/auth/jwt-nomad', { type: 'jwt' });
  await admin('POST', '/v1/sys/mounts/transit', await jsonOf('vault/engines/transit.json'));
  const requests = await jsonOf('vault/engines/transit-requests.json');
  await admin('POST', '/v1/transit/keys/clawdeploy-requests', requests);
  await admin('POST', '/v1/sys/mounts/kv', await jsonOf('vault/engines/kv.json'));
  // A mount of version 2 is not usable the moment it is made.
  const config = await jsonOf('vault/engines/kv-config.json');
  await waitFor(() => admin('POST', '/v1/kv/config', config).then(() => true), {
    withinMs: 10_000,
    describe: 'the key-value mount to be usable',
  });
  for (const name of ['clawdeploy-api', 'clawdeploy-controller', 'clawdeploy-worker']) {
    const policy = await readFile(join(ROOT, 'vault/policies', `${name}.hcl`), 'utf8');
    await admin('PUT', `/v1/sys/policies/acl/${name}`, { policy });
  }
  return {
    ...server,
    appRoleFor: async (policies, settings = {}) => {
      const role = `/v1/auth/approle/role/${randomUUID()}`;
      await admin('PUT', role, {
        token_policies: policies,
        token_no_default_policy: true,
        token_ttl: '20m',
        ...settings,
      });
      const id = (await admin('GET', `${role}/role-id`)) as { data: { role_id: string } };
      const secret = (await admin('PUT', `${role}/secret-id`)) as { data: { secret_id: string } };
      return { roleId: id.data.role_id, secretId: secret.data.secret_id };
    },
    addIdentity: async (name) => {
      const mounts = (await admin('GET', '/v1/sys/auth')) as Mounts;
      const entity = (await admin('POST', '/v1/identity/entity', {})) as { data: { id: string } };
      await admin('POST', '/v1/identity/entity-alias', {
        name,
        canonical_id: entity.data.id,
        mount_accessor: mounts['jwt-nomad/'].accessor,
      });
      return entity.data.id;
    },
    read: (path) => admin('GET', `/v1/${path}`).catch(() => null),
    seal: async () => {
      await admin('PUT', '/v1/sys/seal');
    },
    unseal: async () => {
      await admin('PUT', '/v1/sys/unseal', { key: unsealKey });
    },
  };
}

async function jsonOf(path: string): Promise<unknown> {
  return JSON.parse(await readFile(join(ROOT, path), 'utf8'));
}

function configOf(port: number, cluster: number): string {
  return `
    disable_mlock = true
    api_addr      = "http://127.0.0.1:${String(port)}"
    storage "inmem" {}
    listener "tcp" {
      address         = "127.0.0.1:${String(port)}"
      cluster_address = "127.0.0.1:${String(cluster)}"
      tls_disable     = true
    }
  `;
}
