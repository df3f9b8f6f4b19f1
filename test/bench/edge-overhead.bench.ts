import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:http';
import { BASE_DOMAIN } from '../../tools/stack/context.js';
import type { InstanceId } from '../../src/domain/ids.js';
import { startTestCaddy } from '../support/test-caddy.js';
import type { TestConsul } from '../support/test-consul.js';
import { startTestConsul } from '../support/test-consul.js';
import { startTestTraefik } from '../support/test-traefik.js';
import { waitFor } from '../support/wait-for.js';
import type { Series } from './report.js';
import type { ApiProcess } from './support/api-process.js';
import { cpuSecondsOfProcess, residentMbOf } from './support/api-process.js';
import type { ClaimWorld } from './support/claim-world.js';
import { startClaimWorld } from './support/claim-world.js';
import { percentile } from './support/percentile.js';
import type { StubGateway } from './support/stub-gateway.js';
import { startStubGateway } from './support/stub-gateway.js';
import { plantOwned } from './support/plant-owned.js';
import { registerInConsul } from '../support/register-in-consul.js';

const FLEETS = [10, 1_000, 10_000] as const;
/** Requests per series, and how many of them are under way at once. */
const REQUESTS = 4_000;
const AT_ONCE = 4;
/** Each of them is asked for once before, so that the look-up answers from memory. */
const NAMES_ASKED_MAX = 500;
const ROUTED_WITHIN_MS = 180_000;

interface Way {
  readonly name: string;
  readonly port: number;
  /** The process whose time and memory the way costs; null for none. */
  readonly pid: number | null;
}

/**
 * What each edge adds to a request, however many instances there are: the same requests to the same
 * gateway, straight and through each edge in turn, in one run. The look-up is the real API process
 * on a real PostgreSQL; the instances are rows and tags, with one stub gateway behind them all.
 */
export async function measure(
  root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  const world = await startClaimWorld(root);
  const gateway = await startStubGateway(root);
  try {
    const series: Series[] = [];
    for (const instances of FLEETS) {
      say(`${String(instances)} instances: planting rows and tags`);
      series.push(...(await measureFleet(world, gateway, { instances, say })));
    }
    return series;
  } finally {
    gateway.stop();
    await world.stop();
  }
}

async function measureFleet(
  world: ClaimWorld,
  gateway: StubGateway,
  { instances, say }: { readonly instances: number; readonly say: (line: string) => void },
): Promise<readonly Series[]> {
  const [api] = await world.begin({ members: 0 });
  if (api === undefined) throw new Error('no API was started');
  const ids = await plantOwned(world.database, instances, gateway.address);
  const consul = await startTestConsul();
  const caddy = await startTestCaddy([api.lookUp], BASE_DOMAIN);
  const traefik = await startTestTraefik(await traefikOptions(consul, api));
  try {
    await registerInConsul(consul, { ids, address: gateway.address, baseDomain: BASE_DOMAIN });
    const asked = everyNth(ids, NAMES_ASKED_MAX);
    const ways: readonly Way[] = [
      { name: 'direct', port: Number(gateway.address.split(':')[1]), pid: null },
      { name: 'caddy', port: caddy.port, pid: caddy.pid },
      { name: 'traefik', port: traefik.port, pid: traefik.pid },
    ];
    const results: Series[] = [];
    let direct = Number.NaN;
    for (const way of ways) {
      say(`${String(instances)} instances: ${way.name}`);
      await untilRouted(way, asked);
      const measured = await run(way, asked, api);
      if (way.name === 'direct') direct = percentile(measured.samples, 0.5);
      results.push(seriesOf(way, instances, { ...measured, direct }));
    }
    return results;
  } finally {
    await Promise.all([caddy.stop(), traefik.stop(), consul.stop()]);
    await world.end();
  }
}

async function traefikOptions(consul: TestConsul, api: ApiProcess) {
  return {
    consulPort: Number(new URL(consul.address).port),
    consulToken: await consul.tokenFor('traefik'),
    lookUpPort: Number(api.lookUp.split(':')[1]),
    baseDomain: BASE_DOMAIN,
  };
}

interface Measured {
  readonly samples: readonly number[];
  /** Processor time of the edge and of the look-up, in milliseconds per request. */
  readonly edgeMs: number;
  readonly lookUpMs: number;
}

/** Keeps AT_ONCE requests under way until all are answered. */
async function run(way: Way, asked: readonly InstanceId[], api: ApiProcess): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const samples: number[] = [];
  const [edgeBefore, lookUpBefore] = [cpuOf(way), api.cpuSeconds()];
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun < REQUESTS) {
      const id = asked[begun % asked.length] ?? '';
      begun += 1;
      const startedMs = performance.now();
      const status = await ask(way, id, agent);
      samples.push(performance.now() - startedMs);
      if (status !== 200) throw new Error(`${way.name} answered ${String(status)} for ${id}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  agent.destroy();
  const perRequest = (seconds: number): number => (seconds * 1_000) / REQUESTS;
  return {
    samples,
    edgeMs: perRequest(cpuOf(way) - edgeBefore),
    lookUpMs: perRequest(api.cpuSeconds() - lookUpBefore),
  };
}

function seriesOf(
  way: Way,
  instances: number,
  { samples, edgeMs, lookUpMs, direct }: Measured & { readonly direct: number },
): Series {
  const added = percentile(samples, 0.5) - direct;
  return {
    name: `edge-overhead-${way.name}-${String(instances)}`,
    unit: 'ms',
    samples,
    // The goal is what is added to the way without an edge, in the same run.
    goalP50: way.pid === null ? null : Number((direct + 1).toFixed(2)),
    baseline: way.pid === null ? 'no edge' : `direct ${direct.toFixed(2)} ms in this run`,
    facts: {
      ...(way.pid === null
        ? {}
        : {
            'added p50 (ms)': Number(added.toFixed(2)),
            'edge processor time per request (ms)': Number(edgeMs.toFixed(2)),
            'look-up processor time per request (ms)': Number(lookUpMs.toFixed(2)),
            'edge memory (MB)': Math.round(residentMbOf(way.pid)),
          }),
      'at once': AT_ONCE,
    },
  };
}

/** Waits until every name that will be asked for leads to the gateway. */
async function untilRouted(way: Way, asked: readonly InstanceId[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  for (const id of asked) {
    await waitFor(async () => (await ask(way, id, agent)) === 200, {
      withinMs: ROUTED_WITHIN_MS,
      describe: `${way.name} to know ${id}`,
      everyMs: 200,
    });
  }
  agent.destroy();
}

async function ask({ port }: Way, id: string, agent: Agent): Promise<number> {
  const headers = { host: `${id}.${BASE_DOMAIN}:${String(port)}` };
  const call = request({ host: '127.0.0.1', port, headers, agent, timeout: 30_000 });
  call.end();
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  return answer.statusCode ?? 0;
}

function cpuOf({ pid }: Way): number {
  return pid === null ? 0 : cpuSecondsOfProcess(pid);
}

function everyNth<Item>(items: readonly Item[], max: number): readonly Item[] {
  const step = Math.max(1, Math.floor(items.length / max));
  return items.filter((_, index) => index % step === 0).slice(0, max);
}
