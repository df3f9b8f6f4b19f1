import { fingerprintOf, startProduct } from '../support/product.js';
import type { Product } from '../support/product.js';
import { SteadyChat } from '../support/steady-chat.js';
import { allocationIdOf, restartsOf } from '../support/stack-eyes.js';
import type { Series } from './report.js';

/** Below a hundred the 99th percentile is the worst one; sixty of them at least mean something. */
const SAMPLES = 60;

interface Rotated {
  readonly state: string;
  readonly requestedAt: string;
  readonly provenAt: string | null;
}

/**
 * Rotations of the key of one real gateway whose tenant goes on talking to it: how long until a live
 * call was answered with the new key, and until that one is in use and the old one destroyed. A
 * failed turn, a restart or a rotation that is not verified fails the run.
 */
export async function measure(
  _root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  say('starting a private stack with one real gateway (about a minute)');
  const product = await startProduct({ pools: 's=1' });
  try {
    await product.idleMembers(1);
    const { id } = await product.claim('bench');
    const token = await product.token(id);
    await product.setKey(id, 'stub', keyOf(0));
    await product.chat(id, token);
    const allocation = await allocationIdOf(product.info, id);

    const chat = new SteadyChat(product, id, token);
    const proven: number[] = [];
    const over: number[] = [];
    for (let sample = 1; sample <= SAMPLES; sample += 1) {
      const started = performance.now();
      const rotation = await rotate(product, id, keyOf(sample));
      over.push(performance.now() - started);
      proven.push(Date.parse(rotation.provenAt ?? '') - Date.parse(rotation.requestedAt));
      say(`rotation ${sample}/${SAMPLES}: ${Math.round(over.at(-1) ?? 0)} ms`);
    }
    const { turns, failures } = await chat.stop();
    const last = await product.chat(id, token);
    const isSame = (await allocationIdOf(product.info, id)) === allocation;
    if (failures.length > 0) throw new Error(`turns failed: ${failures.join('; ')}`);
    if (!isSame || !last.includes(fingerprintOf(keyOf(SAMPLES)))) {
      throw new Error(`not the same gateway with the last key: ${last}`);
    }
    const common = { unit: 'ms', goalP99: 4_000 } as const;
    const restarts = await restartsOf(product.info, id);
    if (restarts > 0) throw new Error(`the gateway was restarted ${String(restarts)} times`);
    const facts = { 'turns meanwhile': turns, 'failed turns': failures.length, restarts };
    return [
      {
        ...{ ...common, name: 'rotation', samples: over, goalP50: 1_500, facts },
        baseline: `until the receipt: ${String(Math.round(medianOf(proven)))} ms (median)`,
      },
      { ...common, name: 'rotation-receipt', samples: proven, goalP50: 1_500, baseline: null },
    ];
  } finally {
    await product.stop();
  }
}

const keyOf = (sample: number): string => `bench-key-number-${String(sample)}`;

async function rotate(product: Product, id: string, value: string): Promise<Rotated> {
  const { data, status } = await product.api.post<Rotated>(
    `/v1/instances/${id}/rotations`,
    { keys: [{ name: 'stub', value }] },
    { headers: { prefer: 'wait=60' } },
  );
  if (status === 200 && data.state === 'verified') return data;
  throw new Error(`the rotation answered ${String(status)}: ${JSON.stringify(data)}`);
}

function medianOf(samples: readonly number[]): number {
  return [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;
}
