import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:http';
import { once } from 'node:events';
import { BASE_DOMAIN } from '../../tools/stack/context.js';
import type { InstanceId } from '../../src/domain/ids.js';
import { pause } from '../../src/lib/timers.js';
import { freePorts } from '../support/free-port.js';
import { startTestCaddy } from '../support/test-caddy.js';
import type { Series } from './report.js';
import type { ApiPorts, ApiProcess } from './support/api-process.js';
import { startClaimWorld } from './support/claim-world.js';
import { plantOwned } from './support/plant-owned.js';
import { startStubGateway } from './support/stub-gateway.js';

const INSTANCES = 100;
const PER_SECOND = 100;
const REPLICAS = 2;
/** Times that every replica is replaced by a new process on the same port. */
const UPGRADES = 5;
/** How long the load goes on between two of them. */
const BETWEEN_MS = 2_000;

interface Shot {
  readonly latencyMs: number;
  /** 0 when there was no answer. */
  readonly status: number;
}

/**
 * Requests to instances through Caddy at a steady rate while the control plane is replaced below it,
 * one replica after the other. Latency counts from when a request was to start.
 */
export async function measure(
  root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  const world = await startClaimWorld(root);
  const gateway = await startStubGateway(root);
  try {
    await world.begin({ members: 0, apis: 0 });
    const ids = await plantOwned(world.database, INSTANCES, gateway.address);
    const places = await freePlaces();
    const replicas = await Promise.all(places.map((ports) => world.addApi(ports)));
    const caddy = await startTestCaddy(
      replicas.map(({ lookUp }) => lookUp),
      BASE_DOMAIN,
    );
    try {
      const load = startLoad(caddy.port, ids);
      await pause(BETWEEN_MS);
      for (let round = 1; round <= UPGRADES; round += 1) {
        say(`upgrade ${String(round)} of ${String(UPGRADES)}`);
        for (const [index, ports] of places.entries()) {
          await replicas[index]?.stop();
          replicas[index] = await world.addApi(ports);
          await pause(BETWEEN_MS);
        }
      }
      return [seriesOf(await load.end(), replicas)];
    } finally {
      await caddy.stop();
    }
  } finally {
    gateway.stop();
    await world.stop();
  }
}

function seriesOf(shots: readonly Shot[], replicas: readonly ApiProcess[]): Series {
  const failed = shots.filter(({ status }) => status !== 200);
  return {
    name: 'upgrade',
    unit: 'ms',
    samples: shots.map(({ latencyMs }) => latencyMs),
    goalP50: null,
    baseline: 'a single replica answers nobody while it is replaced',
    facts: {
      'failed requests (goal 0)': failed.length,
      'answers of failed ones':
        [...new Set(failed.map(({ status }) => status))].join(' ') || 'none',
      'processes replaced': UPGRADES * replicas.length,
      'requests per second': PER_SECOND,
    },
    raw: shots,
  };
}

/** Sends requests when they are due, whatever became of those before, until it is ended. */
function startLoad(port: number, ids: readonly InstanceId[]): { end(): Promise<readonly Shot[]> } {
  const agent = new Agent({ keepAlive: true });
  const shots: Promise<Shot>[] = [];
  const startedMs = performance.now();
  let isOver = false;
  const sending = (async () => {
    for (let index = 0; !isOver; index += 1) {
      const dueMs = startedMs + (index * 1_000) / PER_SECOND;
      await pause(Math.max(0, dueMs - performance.now()));
      shots.push(shoot({ port, id: ids[index % ids.length] ?? '', dueMs, agent }));
    }
  })();
  return {
    async end() {
      isOver = true;
      await sending;
      const all = await Promise.all(shots);
      agent.destroy();
      return all;
    },
  };
}

async function shoot({
  port,
  id,
  dueMs,
  agent,
}: {
  readonly port: number;
  readonly id: string;
  readonly dueMs: number;
  readonly agent: Agent;
}): Promise<Shot> {
  const headers = { host: `${id}.${BASE_DOMAIN}:${String(port)}` };
  const call = request({ host: '127.0.0.1', port, headers, agent, timeout: 30_000 });
  call.on('timeout', () => call.destroy());
  call.end();
  let status = 0;
  try {
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    answer.resume();
    await once(answer, 'end');
    status = answer.statusCode ?? 0;
  } catch {
    // No answer is a result here, and stays 0.
  }
  return { latencyMs: performance.now() - dueMs, status };
}

async function freePlaces(): Promise<readonly ApiPorts[]> {
  const ports = await freePorts(REPLICAS * 2);
  return Array.from({ length: REPLICAS }, (_, index) => ({
    port: ports[index * 2] ?? 0,
    internal: ports[index * 2 + 1] ?? 0,
  }));
}
