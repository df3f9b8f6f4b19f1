import type { Series } from './report.js';
import type { ApiProcess } from './support/api-process.js';
import { requireSound } from './support/require-sound.js';
import type { ClaimWorld } from './support/claim-world.js';
import { startClaimWorld } from './support/claim-world.js';
import type { Shot } from './support/load-plan.js';
import { percentile } from './support/percentile.js';
import { answersOf, isGiven, latencyOf, runLoad } from './support/run-load.js';
import { fixedSchedule } from './support/schedules.js';

const RATES = [50, 100, 200, 300, 400];
const STEP_MS = 10_000;
const WARM_UP_MS = 3_000;
const WARM_UP_PER_SECOND = 20;
const P99_LIMIT_MS = 1_000;
const SEND_LAG_LIMIT_MS = 50;
/** A machine that answers this much less than was asked for is falling behind. */
const KEPT_UP = 0.97;

interface Step {
  readonly perSecond: number;
  /** Answers per second from the first intended start to the last answer. */
  readonly answeredPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly apiCpuShare: number;
  readonly generatorCpuShare: number;
  readonly answers: string;
  readonly isHeld: boolean;
  readonly isSound: boolean;
}

/**
 * The highest rate of claims that is answered for ten seconds with p99 within a second, no error,
 * and nothing assigned twice; one API process and two, all else on the same machine. The members
 * are rows without a gateway, and no controller runs.
 */
export async function measure(
  root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  const world = await startClaimWorld(root);
  try {
    const series: Series[] = [];
    for (const apis of [1, 2]) series.push(await climb(world, apis, say));
    return series;
  } finally {
    await world.stop();
  }
}

async function climb(
  world: ClaimWorld,
  apis: number,
  say: (line: string) => void,
): Promise<Series> {
  const perStep = (WARM_UP_PER_SECOND * WARM_UP_MS) / 1000;
  const members = RATES.reduce((sum, rate) => sum + (rate * STEP_MS) / 1000 + perStep, 0);
  const running = await world.begin({ members, apis });
  const steps: Step[] = [];
  const shots: Shot[] = [];
  for (const rate of RATES) {
    const { step, all } = await hold(world, running, rate);
    steps.push(step);
    shots.push(...all);
    say(`${String(apis)} API: ${textOf(step)}`);
    if (!step.isHeld) break;
  }
  await requireSound(world.database, shots);
  const best = steps.filter(({ isHeld }) => isHeld).at(-1);
  return {
    name: apis === 1 ? 'claim-sustained' : `claim-sustained-${String(apis)}-apis`,
    unit: '/s',
    samples: [best?.perSecond ?? 0],
    goalP50: null,
    goalAtLeast: 300,
    baseline: '45/s measured, 300/s claimed: agent-sandbox as published (another machine)',
    facts: {
      'API processes': apis,
      'double assignments': 0,
      ...Object.fromEntries(steps.map((step) => [`at ${String(step.perSecond)}/s:`, textOf(step)])),
    },
    ...(steps.every(({ isSound }) => isSound) ? {} : { unsound: 'the generator was late itself' }),
    raw: { steps, shots },
  };
}

async function hold(world: ClaimWorld, apis: readonly ApiProcess[], perSecond: number) {
  const warmUp = fixedSchedule(WARM_UP_PER_SECOND, WARM_UP_MS);
  const atMs = [...warmUp, ...fixedSchedule(perSecond, STEP_MS, WARM_UP_MS)];
  const cpuBefore = cpuOf(apis);
  const prefix = `at-${String(perSecond)}`;
  const load = await runLoad({
    urls: apis.map(({ url }) => url),
    token: world.token,
    prefix,
    atMs,
  });
  const shots = load.shots.filter(({ intendedMs }) => intendedMs >= WARM_UP_MS);
  const latencies = shots.map(latencyOf);
  const lastMs = shots.reduce((last, { answeredMs }) => Math.max(last, answeredMs), 0);
  const spanMs = Math.max(STEP_MS, lastMs - WARM_UP_MS);
  const wallSeconds = (WARM_UP_MS + spanMs) / 1000;
  const given = shots.filter(({ status }) => isGiven(status)).length;
  const answeredPerSecond = Math.round((given * 1000) / spanMs);
  const p99 = percentile(latencies, 0.99);
  const isSound = load.sendLagP99Ms <= SEND_LAG_LIMIT_MS;
  const step: Step = {
    perSecond,
    answeredPerSecond,
    p50: percentile(latencies, 0.5),
    p99,
    apiCpuShare: (cpuOf(apis) - cpuBefore) / wallSeconds,
    generatorCpuShare: load.generatorCpuSeconds / wallSeconds,
    answers: answersOf(shots),
    isHeld:
      given === shots.length && p99 <= P99_LIMIT_MS && answeredPerSecond >= perSecond * KEPT_UP,
    isSound,
  };
  return { step, all: load.shots };
}

function textOf(step: Step): string {
  const { perSecond, answeredPerSecond, p50, p99, answers, isHeld, apiCpuShare } = step;
  const verdict = isHeld ? 'held' : 'not held';
  return (
    `${String(perSecond)}/s ${verdict}, answered ${String(answeredPerSecond)}/s, ` +
    `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, API ${percentOf(apiCpuShare)} and ` +
    `generator ${percentOf(step.generatorCpuShare)} of a core (${answers})`
  );
}

function percentOf(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

function cpuOf(apis: readonly ApiProcess[]): number {
  return apis.reduce((sum, api) => sum + api.cpuSeconds(), 0);
}
