import type { Series } from './report.js';
import type { ApiProcess } from './support/api-process.js';
import { requireSound } from './support/require-sound.js';
import type { ClaimWorld } from './support/claim-world.js';
import { startClaimWorld } from './support/claim-world.js';
import { answersOf, isGiven, latencyOf, runLoad } from './support/run-load.js';
import { fixedSchedule, poissonSchedule } from './support/schedules.js';

const PER_SECOND = 45;
const WARM_UP_MS = 5_000;
const FOR_MS = 60_000;
/** For the row without a pool, which shows a cost and holds no promise. */
const BASELINE_FOR_MS = 20_000;
/** A generator that is later than this with its own sends measures itself. */
const SEND_LAG_LIMIT_MS = 10;

interface Arrivals {
  readonly name: string;
  readonly atMs: readonly number[];
}

/**
 * How soon a claim is answered at a steady rate, whatever became of those before it: the real API
 * process on a real, durable PostgreSQL, and the load from another process. Latency counts from
 * when a claim was to start, so that a stall is felt by all who would have come meanwhile. The
 * members are rows without a gateway, and no controller runs: what follows a claim is measured by
 * `claim-real`.
 */
export async function measure(
  root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  const world = await startClaimWorld(root);
  const schedules: readonly Arrivals[] = [
    { name: 'claim-open-loop', atMs: fixedSchedule(PER_SECOND, FOR_MS, WARM_UP_MS) },
    {
      name: 'claim-open-loop-poisson',
      atMs: poissonSchedule(PER_SECOND, FOR_MS, { fromMs: WARM_UP_MS }),
    },
  ];
  try {
    const series: Series[] = [];
    for (const arrivals of schedules) {
      say(`${arrivals.name}: ${String(PER_SECOND)}/s for ${String(FOR_MS / 1000)} s`);
      series.push(await withPool(world, arrivals));
    }
    say(`without a pool: ${String(PER_SECOND)}/s for ${String(BASELINE_FOR_MS / 1000)} s`);
    series.push(await withoutPool(world));
    return series;
  } finally {
    await world.stop();
  }
}

async function withPool(world: ClaimWorld, arrivals: Arrivals): Promise<Series> {
  const apis = await world.begin({ members: arrivals.atMs.length + PER_SECOND * 10 });
  const measured = await fire(world, apis, arrivals);
  if (!measured.shots.every(({ status }) => isGiven(status))) {
    throw new Error(`not every claim was served: ${answersOf(measured.shots)}`);
  }
  const audit = await requireSound(world.database, measured.shots);
  return {
    ...measured.series,
    goalP50: 25,
    goalP99: 100,
    baseline: '92 / 376 ms, agent-sandbox at 45/s as published (another machine)',
    facts: { ...measured.series.facts, 'double assignments': audit.doubleAssignments },
  };
}

/** The same arrivals and nothing to give: what is left is the way in, the look and the refusal. */
async function withoutPool(world: ClaimWorld): Promise<Series> {
  const apis = await world.begin({ members: 0 });
  const atMs = fixedSchedule(PER_SECOND, BASELINE_FOR_MS, WARM_UP_MS);
  const measured = await fire(world, apis, { name: 'claim-open-loop-no-pool', atMs });
  await requireSound(world.database, measured.shots);
  return {
    ...measured.series,
    baseline: 'nobody is served now: a cold claim waits for a boot, a refused one comes again',
  };
}

async function fire(world: ClaimWorld, apis: readonly ApiProcess[], { name, atMs }: Arrivals) {
  const urls = apis.map(({ url }) => url);
  const warmUp = fixedSchedule(PER_SECOND, WARM_UP_MS);
  const cpuBefore = cpuOf(apis);
  const plan = { urls, token: world.token, prefix: name, atMs: [...warmUp, ...atMs] };
  const load = await runLoad(plan);
  const shots = load.shots.filter(({ intendedMs }) => intendedMs >= WARM_UP_MS);
  const cpuShare = (cpuOf(apis) - cpuBefore) / load.shots.length;
  const isLate = load.sendLagP99Ms > SEND_LAG_LIMIT_MS;
  const series: Series = {
    name,
    unit: 'ms',
    samples: shots.map(latencyOf),
    goalP50: null,
    baseline: null,
    facts: {
      answers: answersOf(shots),
      'send lag p99 (ms)': Number(load.sendLagP99Ms.toFixed(1)),
      'API processor time per claim (ms)': Number((cpuShare * 1000).toFixed(2)),
    },
    ...(isLate ? { unsound: `the generator was late itself` } : {}),
    raw: shots,
  };
  return { shots: load.shots, series };
}

function cpuOf(apis: readonly ApiProcess[]): number {
  return apis.reduce((sum, api) => sum + api.cpuSeconds(), 0);
}
