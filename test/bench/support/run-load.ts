import { childJson } from './child-json.js';
import type { LoadPlan, Shot } from './load-plan.js';
import { LoadResult } from './load-plan.js';
import { percentile } from './percentile.js';

/** Far more than any plan here needs at once; the limit is there because everything has one. */
const SOCKETS_MAX = 2_000;
const ANSWER_LIMIT_MS = 30_000;

/** What came of a plan. */
export interface Load {
  readonly shots: readonly Shot[];
  /** How late sends were started, 99th percentile in milliseconds: the generator's own part. */
  readonly sendLagP99Ms: number;
  readonly loopDelayP99Ms: number;
  readonly generatorCpuSeconds: number;
}

/** Runs a plan in a process of its own and waits for all its answers. */
export async function runLoad(
  plan: Pick<LoadPlan, 'urls' | 'token' | 'prefix' | 'atMs'>,
): Promise<Load> {
  const whole = { ...plan, socketsMax: SOCKETS_MAX, limitMs: ANSWER_LIMIT_MS };
  const { shots, loopDelayP99Ms, cpuSeconds } = await childJson(
    'load-generator.ts',
    whole,
    LoadResult,
  );
  const sendLagP99Ms = percentile(shots.map(lagOf), 0.99);
  return { shots, sendLagP99Ms, loopDelayP99Ms, generatorCpuSeconds: cpuSeconds };
}

/** How long the claim took from when it was to start, in milliseconds: what a caller would feel. */
export function latencyOf({ intendedMs, answeredMs }: Shot): number {
  return answeredMs - intendedMs;
}

/** How often each answer was given, e.g. `202: 2700`, or `429 pool_empty: 3`. */
export function answersOf(shots: readonly Shot[]): string {
  const counts = new Map<string, number>();
  for (const { status, says } of shots) {
    const answer = isGiven(status) ? String(status) : `${String(status)} ${says}`;
    counts.set(answer, (counts.get(answer) ?? 0) + 1);
  }
  return [...counts].map(([answer, count]) => `${answer}: ${String(count)}`).join(', ');
}

/** Whether a claim was answered with an instance. */
export function isGiven(status: number): boolean {
  return status === 201 || status === 202;
}

function lagOf({ intendedMs, sentMs }: Shot): number {
  return Math.max(0, sentMs - intendedMs);
}
