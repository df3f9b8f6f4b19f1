import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from './free-port.js';
import type { TestServer } from './servers.js';
import { ROOT, startServer } from './servers.js';

export interface TestNomad extends TestServer {
  /** A token that carries the policy of that name in nomad/acl. */
  tokenFor(policy: string): Promise<string>;
}

/**
 * Starts one Nomad agent that is server and client, with access control on. It takes jobs that need
 * Vault and Consul, and finds no node for them: neither is there.
 */
export async function startTestNomad(): Promise<TestNomad> {
  const [http = 0, rpc = 0, serf = 0, nobody = 0] = await freePorts(4);
  const management = randomUUID();
  let isBootstrapped = false;
  const server = await startServer({
    name: 'nomad',
    port: http,
    adminHeaders: () => (isBootstrapped ? { 'x-nomad-token': management } : {}),
    config: () => configOf({ http, rpc, serf, nobody }),
    args: (configFile) => ['agent', '-dev', '-config', configFile],
    isUp: async (admin) => {
      if (!isBootstrapped) {
        await admin('PUT', '/v1/acl/bootstrap', { BootstrapSecret: management });
        isBootstrapped = true;
      }
      const nodes = (await admin('GET', '/v1/nodes')) as readonly { Status: string }[];
      return nodes.some(({ Status }) => Status === 'ready');
    },
  });
  return { ...server, tokenFor: (policy) => nomadTokenFor(server.admin, policy) };
}

/** Makes a token that carries the policy of that name in nomad/acl. */
export async function nomadTokenFor(admin: TestServer['admin'], policy: string): Promise<string> {
  const rules = await readFile(join(ROOT, 'nomad/acl', `${policy}.policy.hcl`), 'utf8');
  await admin('PUT', `/v1/acl/policy/${policy}`, { Name: policy, Rules: rules });
  const token = { Name: policy, Type: 'client', Policies: [policy] };
  const made = (await admin('PUT', '/v1/acl/token', token)) as { SecretID: string };
  return made.SecretID;
}

interface Ports {
  readonly http: number;
  readonly rpc: number;
  readonly serf: number;
  /** Where nobody listens. */
  readonly nobody: number;
}

function configOf(ports: Ports): string {
  return `
    name                 = "test"
    bind_addr            = "127.0.0.1"
    disable_update_check = true
    ports {
      http = ${String(ports.http)}
      rpc  = ${String(ports.rpc)}
      serf = ${String(ports.serf)}
    }
    server {
      raft_multiplier = 1
    }
    client {
      network_interface = "lo"
      options {
        "fingerprint.denylist" = "env_aws,env_gce,env_azure,env_digitalocean,cni"
      }
    }
    plugin "raw_exec" {
      config {
        enabled = true
      }
    }
    acl {
      enabled = true
    }
    vault {
      enabled = true
      address = "http://127.0.0.1:${String(ports.nobody)}"
      default_identity {
        aud = ["vault.io"]
      }
    }
    consul {
      address          = "127.0.0.1:${String(ports.nobody)}"
      auto_advertise   = false
      server_auto_join = false
      client_auto_join = false
    }
  `;
}
