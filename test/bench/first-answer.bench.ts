import { fingerprintOf, startProduct } from '../support/product.js';
import type { Series } from './report.js';

const SAMPLES = 20;

/**
 * From writing a key to holding the first answer that was made with it, through the edge, on a
 * real gateway: what a tenant feels when they paste a key. Each sample replaces the key by a fresh
 * one and asks at once when the API calls it live; an answer with another key fails the run.
 */
export async function measure(
  _root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  say('starting a private stack with one real gateway (about a minute)');
  const product = await startProduct({ pools: 's=1' });
  try {
    await product.idleMembers(1);
    const claimStarted = performance.now();
    const instance = await product.claim('bench');
    const claimToReady = performance.now() - claimStarted;
    const token = await product.token(instance.id);

    const live: number[] = [];
    const answered: number[] = [];
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const key = `bench-key-${sample}-${'x'.repeat(16)}`;
      const started = performance.now();
      const { status } = await product.setKey(instance.id, 'stub', key);
      live.push(performance.now() - started);
      const text = await product.chat(instance.id, token);
      answered.push(performance.now() - started);
      if (status !== 200 || !text.includes(fingerprintOf(key))) {
        throw new Error(`sample ${sample}: key answered ${status}, chat said: ${text}`);
      }
      say(`sample ${sample + 1}/${SAMPLES}: ${Math.round(answered.at(-1) ?? 0)} ms`);
    }
    const common = { unit: 'ms', baseline: null } as const;
    return [
      { ...common, name: 'first-answer', samples: answered, goalP50: 1_500 },
      { ...common, name: 'key-live', samples: live, goalP50: null },
      { ...common, name: 'claim-to-ready', samples: [claimToReady], goalP50: null },
    ];
  } finally {
    await product.stop();
  }
}
