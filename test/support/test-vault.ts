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
  /** An AppRole whose tokens carry the policy of that name in vault/policies. */
  appRoleFor(
    policy: string,
    changes?: Readonly<Record<string, unknown>>,
  ): Promise<AppRoleCredentials>;
  /** Reads as the administrator; null when there is nothing. */
  read(path: string): Promise<unknown>;
  seal(): Promise<void>;
  unseal(): Promise<void>;
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
  await admin('POST', '/v1/sys/mounts/kv', await jsonOf('vault/engines/kv.json'));
  // A mount of version 2 is not usable the moment it is made.
  const config = await jsonOf('vault/engines/kv-config.json');
  await waitFor(() => admin('POST', '/v1/kv/config', config).then(() => true), {
    withinMs: 10_000,
    describe: 'the key-value mount to be usable',
  });
  return {
    ...server,
    appRoleFor: async (policy, changes = {}) => {
      const text = await readFile(join(ROOT, 'vault/policies', `${policy}.hcl`), 'utf8');
      await admin('PUT', `/v1/sys/policies/acl/${policy}`, { policy: text });
      const role = `/v1/auth/approle/role/${policy}-${randomUUID().slice(0, 8)}`;
      const settings = {
        token_policies: [policy],
        token_no_default_policy: true,
        token_ttl: '20m',
      };
      await admin('PUT', role, { ...settings, ...changes });
      const id = (await admin('GET', `${role}/role-id`)) as { data: { role_id: string } };
      const secret = (await admin('PUT', `${role}/secret-id`)) as { data: { secret_id: string } };
      return { roleId: id.data.role_id, secretId: secret.data.secret_id };
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
