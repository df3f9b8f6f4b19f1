import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { LoadPlan, Shot } from './load-plan.js';
import { LoadResult } from './load-plan.js';
import { percentile } from './percentile.js';

const GENERATOR = join(dirname(fileURLToPath(import.meta.url)), 'load-generator.ts');
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
  const child = spawn(process.execPath, ['--import', 'tsx', GENERATOR], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    child.stdin.end(JSON.stringify({ ...plan, socketsMax: SOCKETS_MAX, limitMs: ANSWER_LIMIT_MS }));
    const result = LoadResult.parse(JSON.parse(await text(child.stdout)));
    return {
      shots: result.shots,
      sendLagP99Ms: percentile(result.shots.map(lagOf), 0.99),
      loopDelayP99Ms: result.loopDelayP99Ms,
      generatorCpuSeconds: result.cpuSeconds,
    };
  } finally {
    child.kill('SIGKILL');
  }
}

/** How long the claim took from when it was to start, in milliseconds: what a caller would feel. */
export function latencyOf({ intendedMs, answeredMs }: Shot): number {
  return answeredMs - intendedMs;
}

/** How often each answer was given, e.g. `202: 2700`, or `503 pool_empty: 3`. */
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
