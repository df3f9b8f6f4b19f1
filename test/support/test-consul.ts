import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from './free-port.js';
import type { TestServer } from './servers.js';
import { ROOT, startServer } from './servers.js';

export interface TestConsul extends TestServer {
  /** A token that carries the policy of that name in consul/acl. */
  tokenFor(policy: string): Promise<string>;
  /** A valid token without any right. */
  tokenWithout(): Promise<string>;
}

/** Starts one Consul agent with access control on and everything denied that no policy allows. */
export async function startTestConsul(): Promise<TestConsul> {
  const [http = 0, rpc = 0, serfLan = 0] = await freePorts(3);
  const management = randomUUID();
  const server = await startServer({
    name: 'consul',
    port: http,
    adminHeaders: () => ({ 'x-consul-token': management }),
    config: () => configOf({ http, rpc, serfLan, management }),
    args: (configFile) => ['agent', '-dev', '-config-file', configFile],
    isUp: async (admin) => {
      const nodes = (await admin('GET', '/v1/catalog/nodes')) as readonly unknown[];
      return nodes.length > 0;
    },
  });
  return {
    ...server,
    tokenFor: async (policy) => {
      const rules = await readFile(join(ROOT, 'consul/acl', `${policy}.policy.hcl`), 'utf8');
      await server.admin('PUT', '/v1/acl/policy', { Name: policy, Rules: rules });
      return makeToken(server, { Policies: [{ Name: policy }] });
    },
    tokenWithout: () => makeToken(server, {}),
  };
}

async function makeToken({ admin }: TestServer, token: unknown): Promise<string> {
  return ((await admin('PUT', '/v1/acl/token', token)) as { SecretID: string }).SecretID;
}

function configOf(values: {
  http: number;
  rpc: number;
  serfLan: number;
  management: string;
}): string {
  return `
    node_name            = "test-node"
    bind_addr            = "127.0.0.1"
    disable_update_check = true
    ports {
      http     = ${String(values.http)}
      server   = ${String(values.rpc)}
      serf_lan = ${String(values.serfLan)}
      serf_wan = -1
      dns      = -1
      grpc     = -1
      grpc_tls = -1
    }
    connect {
      enabled = false
    }
    acl {
      enabled        = true
      default_policy = "deny"
      tokens {
        initial_management = "${values.management}"
        agent              = "${values.management}"
      }
    }
  `;
}
