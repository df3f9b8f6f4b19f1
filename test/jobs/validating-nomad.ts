import { freePorts } from '../support/free-port.js';
import type { TestServer } from '../support/servers.js';
import { startServer } from '../support/servers.js';

/** Starts a Nomad agent that only parses and validates: nothing is ever placed on it. */
export async function startValidatingNomad(): Promise<TestServer> {
  const [http = 0, rpc = 0, serf = 0, vault = 0] = await freePorts(4);
  return startServer({
    name: 'nomad',
    port: http,
    adminHeaders: () => ({}),
    config: () => configOf({ http, rpc, serf, vault }),
    args: (configFile) => ['agent', '-dev', '-config', configFile],
    isUp: async (admin) => (await admin('GET', '/v1/status/leader')) !== '',
  });
}

/** Vault is named, as jobs that use it are refused otherwise, but never called. */
function configOf(ports: { http: number; rpc: number; serf: number; vault: number }): string {
  return `
    bind_addr            = "127.0.0.1"
    disable_update_check = true
    ports {
      http = ${String(ports.http)}
      rpc  = ${String(ports.rpc)}
      serf = ${String(ports.serf)}
    }
    server {
      raft_multiplier = 1
      default_scheduler_config {
        memory_oversubscription_enabled = true
      }
    }
    client {
      enabled = false
    }
    vault {
      enabled = true
      address = "http://127.0.0.1:${String(ports.vault)}"
      default_identity {
        aud = ["vault.io"]
        ttl = "1h"
      }
    }
  `;
}
