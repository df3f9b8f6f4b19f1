import type { InstanceShown, Product } from '../support/product.js';
import { fingerprintOf, startProduct } from '../support/product.js';
import { pause } from '../../src/lib/timers.js';
import { waitFor } from '../support/wait-for.js';
import type { Series } from './report.js';

const SAMPLES = 20;
const COLD_SAMPLES = 5;
const GONE_WITHIN_MS = 120_000;
/** What a gateway still does for itself after its start is over by then. */
const AT_REST_MS = 5_000;

interface Sample {
  readonly readyMs: number;
  readonly firstAnswerMs: number;
  readonly firstTurnMs: number;
}

/**
 * From a claim to the first thing that the new owner gets out of a real gateway, through the edge,
 * with their own token; and to the first turn of a chat with their own key. Size class `s` has a
 * warm pool, class `m` has none: that is the same product without a pool, measured in the same run.
 *
 * Claims come to a pool at rest, as they do when arrivals are seconds apart, and in the very moment in
 * which it is full again, when the youngest member is a fraction of a second old.
 */
export async function measure(
  _root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  say('starting a private stack with two warm gateways (about a minute)');
  const product = await startProduct({ pools: 's=2,m=0' });
  try {
    const warm: Sample[] = [];
    const hurried: Sample[] = [];
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      await product.idleMembers(2);
      hurried.push(await once(product, 's', `hurried-${sample}`));
      await product.idleMembers(2);
      await pause(AT_REST_MS);
      warm.push(await once(product, 's', `warm-${sample}`));
      const both = `${told(warm.at(-1))}; at once ${told(hurried.at(-1))}`;
      say(`at rest ${sample + 1}/${SAMPLES}: ${both}`);
    }
    const cold: Sample[] = [];
    for (let sample = 0; sample < COLD_SAMPLES; sample += 1) {
      await product.idleMembers(2);
      cold.push(await once(product, 'm', `cold-${sample}`));
      say(`without a pool ${sample + 1}/${COLD_SAMPLES}: ${told(cold.at(-1))}`);
    }
    return series(warm, hurried, cold);
  } finally {
    await product.stop();
  }
}

/** One claim, its first answer and its first turn; the instance is gone again afterwards. */
async function once(product: Product, sizeClass: string, tenant: string): Promise<Sample> {
  const started = performance.now();
  const since = (): number => performance.now() - started;
  const body = { tenant, name: 'default', sizeClass };
  // Told when it is ready, as a product would be: asking again and again takes a third of a core.
  const options = { headers: { prefer: 'wait=30' } };
  const { data } = await product.api.post<InstanceShown>('/v1/instances', body, options);
  await waitFor(
    async () =>
      data.state === 'ready' ||
      (await product.api.get(`/v1/instances/${data.id}`)).data.state === 'ready',
    {
      ...{ withinMs: GONE_WITHIN_MS, everyMs: 100, describe: `${data.id} is ready` },
    },
  );
  const readyMs = since();
  const token = await product.token(data.id);
  const { status } = await product.viaEdge(data.id, '/v1/models', { token });
  if (status !== 200) throw new Error(`the gateway of ${data.id} answered ${String(status)}`);
  const firstAnswerMs = since();

  const key = `bench-key-${tenant}-${'x'.repeat(16)}`;
  await product.setKey(data.id, 'stub', key);
  const text = await product.chat(data.id, token);
  if (!text.includes(fingerprintOf(key))) throw new Error(`${data.id} answered: ${text}`);
  const firstTurnMs = since();

  await product.api.delete(`/v1/instances/${data.id}`);
  await waitFor(
    async () => (await product.api.get(`/v1/instances/${data.id}`)).data.state === 'deleted',
    {
      ...{ withinMs: GONE_WITHIN_MS, describe: `${data.id} is gone` },
    },
  );
  return { readyMs, firstAnswerMs, firstTurnMs };
}

function series(
  warm: readonly Sample[],
  hurried: readonly Sample[],
  cold: readonly Sample[],
): readonly Series[] {
  const one = (
    name: string,
    pick: (sample: Sample) => number,
    goal?: readonly [number, number],
    of = warm,
  ) => ({
    name,
    unit: 'ms' as const,
    samples: of.map(pick),
    goalP50: goal?.[0] ?? null,
    ...(goal === undefined ? {} : { goalP99: goal[1] }),
    baseline: `without a pool ${String(Math.round(medianOf(cold.map(pick))))} (median of ${String(cold.length)})`,
    raw: { warm: of.map(pick), withoutPool: cold.map(pick) },
  });
  return [
    one('claim-real', ({ firstAnswerMs }) => firstAnswerMs, [1_200, 3_000]),
    one('claim-real-at-once', ({ firstAnswerMs }) => firstAnswerMs, [1_200, 3_000], hurried),
    one('claim-real-ready', ({ readyMs }) => readyMs),
    one('claim-real-first-turn', ({ firstTurnMs }) => firstTurnMs),
  ];
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function told(sample: Sample | undefined): string {
  const { firstAnswerMs = 0, firstTurnMs = 0 } = sample ?? {};
  return `${String(Math.round(firstAnswerMs))} ms, first turn ${String(Math.round(firstTurnMs))} ms`;
}
