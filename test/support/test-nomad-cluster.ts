import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { clearLeftovers } from './clear-leftovers.js';
import { freePorts } from './free-port.js';
import type { TestServer } from './servers.js';
import { startServer } from './servers.js';
import { makeTempDir, removeTempDir } from './temp-dir.js';
import { nomadTokenFor } from './test-nomad.js';

/** A process that can be ended and started again with what it knew. */
export interface TestAgent {
  readonly name: string;
  end(): Promise<void>;
  start(): Promise<void>;
}

export interface TestNomadNode extends TestAgent {
  /** Its id as Nomad gives it out; the same after a restart. */
  readonly id: string;
}

/** A Nomad server and its nodes, each a process of its own that outlives no test. */
export interface TestNomadCluster {
  readonly address: string;
  readonly admin: TestServer['admin'];
  readonly server: TestAgent;
  readonly nodes: readonly TestNomadNode[];
  /** Whether nodes offer the driver that only pretends; released builds of Nomad leave it out. */
  readonly hasMockDriver: boolean;
  tokenFor(policy: string): Promise<string>;
  stop(): Promise<void>;
}

interface NodeStub {
  readonly ID: string;
  readonly Name: string;
  readonly Status: string;
  readonly Drivers: Readonly<Record<string, { readonly Detected: boolean }>>;
}

/** Starts the server and nodes of those names, with access control on. */
export async function startTestNomadCluster(names: readonly string[]): Promise<TestNomadCluster> {
  const folder = await makeTempDir();
  const [http = 0, rpc = 0, serf = 0, ...nodePorts] = await freePorts(3 + names.length);
  const management = randomUUID();
  const server = await agentOf('server', folder, (own) => ({
    port: http,
    management,
    config: serverConfig({ http, rpc, serf }, own),
    isUp: (admin) => isServerUp(admin, management),
  }));
  const stopAll: TestAgent[] = [server];
  const stop = async (): Promise<void> => {
    for (const agent of [...stopAll].reverse()) await agent.end();
    await clearLeftovers(folder);
    await removeTempDir(folder);
  };
  try {
    await server.start();
    const agents = await Promise.all(
      names.map((name, at) =>
        agentOf(name, folder, (own) => ({
          port: nodePorts[at] ?? 0,
          management,
          config: nodeConfig({ name, http: nodePorts[at] ?? 0, rpc }, own),
          isUp: async () => (await nodeStub(server.admin, name))?.Status === 'ready',
        })),
      ),
    );
    stopAll.push(...agents);
    await Promise.all(agents.map((agent) => agent.start()));
    const stubs = await Promise.all(names.map((name) => nodeStub(server.admin, name)));
    return {
      address: `http://127.0.0.1:${String(http)}`,
      admin: server.admin,
      server,
      nodes: agents.map((agent, at) => ({ ...agent, id: stubs[at]?.ID ?? '' })),
      hasMockDriver: stubs.every((stub) => stub?.Drivers['mock_driver']?.Detected === true),
      tokenFor: (policy) => nomadTokenFor(server.admin, policy),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface AgentPlan {
  readonly port: number;
  readonly management: string;
  readonly config: string;
  readonly isUp: (admin: TestServer['admin']) => Promise<boolean>;
}

async function agentOf(
  name: string,
  folder: string,
  planOf: (own: string) => AgentPlan,
): Promise<TestAgent & { readonly admin: TestServer['admin'] }> {
  const own = join(folder, name);
  await mkdir(own, { mode: 0o700 });
  const { port, management, config, isUp } = planOf(own);
  let running: TestServer | null = null;
  return {
    name,
    admin: (method, path, body) => {
      if (running === null) throw new Error(`${name} does not run`);
      return running.admin(method, path, body);
    },
    start: async () => {
      running = await startServer({
        name: 'nomad',
        port,
        folder: own,
        adminHeaders: () => ({ 'x-nomad-token': management }),
        config: () => config,
        args: (configFile) => ['agent', '-config', configFile],
        isUp,
      });
    },
    end: async () => {
      await running?.stop();
      running = null;
    },
  };
}

/** The first call of a new server makes the token that all others are made with. */
async function isServerUp(admin: TestServer['admin'], management: string): Promise<boolean> {
  const known = await admin('GET', '/v1/acl/token/self').catch(() => null);
  if (known !== null) return true;
  await admin('PUT', '/v1/acl/bootstrap', { BootstrapSecret: management });
  return true;
}

async function nodeStub(admin: TestServer['admin'], name: string): Promise<NodeStub | undefined> {
  const nodes = (await admin('GET', '/v1/nodes')) as readonly NodeStub[];
  return nodes.find((node) => node.Name === name);
}

function commonConfig(name: string, http: number, folder: string): string {
  return `
    name                 = "${name}"
    data_dir             = "${join(folder, 'data')}"
    bind_addr            = "127.0.0.1"
    disable_update_check = true
    log_level            = "WARN"
    acl {
      enabled = true
    }
    consul {
      auto_advertise   = false
      server_auto_join = false
      client_auto_join = false
    }
    ports {
      http = ${String(http)}
  `;
}

function serverConfig(
  { http, rpc, serf }: { readonly http: number; readonly rpc: number; readonly serf: number },
  folder: string,
): string {
  return `${commonConfig('server', http, folder)}
      rpc  = ${String(rpc)}
      serf = ${String(serf)}
    }
    advertise {
      http = "127.0.0.1:${String(http)}"
      rpc  = "127.0.0.1:${String(rpc)}"
      serf = "127.0.0.1:${String(serf)}"
    }
    server {
      enabled           = true
      bootstrap_expect  = 1
      raft_multiplier   = 1
      event_buffer_size = 4096
      # As in nomad/scheduler: jobs of one allocation each would all go to the first node otherwise.
      default_scheduler_config {
        scheduler_algorithm = "spread"
      }
    }
  `;
}

/** Nodes say that they have plenty: what tests start there only sleeps or pretends. */
function nodeConfig(
  { name, http, rpc }: { readonly name: string; readonly http: number; readonly rpc: number },
  folder: string,
): string {
  return `${commonConfig(name, http, folder)}
    }
    # A node listens on the first alone, and refuses to start without the others.
    advertise {
      http = "127.0.0.1:${String(http)}"
      rpc  = "127.0.0.1:${String(http)}"
      serf = "127.0.0.1:${String(http)}"
    }
    client {
      enabled           = true
      servers           = ["127.0.0.1:${String(rpc)}"]
      network_interface = "lo"
      cpu_total_compute = 100000
      memory_total_mb   = 100000
      disk_total_mb     = 1000000
      gc_max_allocs     = 5000
      options {
        "fingerprint.denylist" = "env_aws,env_gce,env_azure,env_digitalocean,cni"
        "driver.allowlist"     = "raw_exec,mock_driver"
      }
    }
    plugin "raw_exec" {
      config {
        enabled = true
      }
    }
  `;
}
