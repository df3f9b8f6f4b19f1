import { Agent, request } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { text } from 'node:stream/consumers';
import { setTimeout as pauseMs } from 'node:timers/promises';
import { z } from 'zod';
import type { LoadResult, Shot } from './load-plan.js';
import { LoadPlan } from './load-plan.js';

const Answer = z.object({ id: z.string() }).or(z.object({ code: z.string() }));

/**
 * Sends claims when the plan says, whatever became of those before (open loop). Reads the plan from
 * standard input and writes the result to standard output; a process of its own, so that what it
 * does cannot hold up what it measures.
 */
async function main(): Promise<void> {
  const plan = LoadPlan.parse(JSON.parse(await text(process.stdin)));
  const agent = new Agent({ keepAlive: true, maxSockets: plan.socketsMax });
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const shots: Promise<Shot>[] = [];
  const started = performance.now() + 20;
  loop.enable();
  for (const [index, atMs] of plan.atMs.entries()) {
    const early = started + atMs - performance.now();
    if (early > 0) await pauseMs(early);
    shots.push(shoot(plan, agent, index, started));
  }
  const result: LoadResult = {
    shots: await Promise.all(shots),
    loopDelayP99Ms: loop.percentile(99) / 1e6,
    cpuSeconds: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
  };
  agent.destroy();
  process.stdout.write(JSON.stringify(result));
}

function shoot(plan: LoadPlan, agent: Agent, index: number, started: number): Promise<Shot> {
  const { urls, token, prefix, limitMs } = plan;
  const name = `${prefix}-${String(index)}`;
  const body = JSON.stringify({ tenant: name, name: 'default', sizeClass: 's' });
  const sentMs = performance.now() - started;
  return new Promise((resolve) => {
    const end = (status: number, says: string): void => {
      const answeredMs = performance.now() - started;
      resolve({ intendedMs: plan.atMs[index] ?? 0, sentMs, answeredMs, status, says });
    };
    const sent = request(`${urls[index % urls.length] ?? ''}/v1/instances`, {
      agent,
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'idempotency-key': name,
      },
      timeout: limitMs,
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer in ${String(limitMs)} ms`)));
    sent.on('error', (error) => end(0, error.message));
    sent.on('response', (answer) => {
      text(answer).then(
        (said) => end(answer.statusCode ?? 0, idOrCode(said)),
        (error: unknown) => end(0, String(error)),
      );
    });
    sent.end(body);
  });
}

function idOrCode(said: string): string {
  const answer = Answer.safeParse(JSON.parse(said));
  if (!answer.success) return 'not understood';
  return 'id' in answer.data ? answer.data.id : answer.data.code;
}

await main();
