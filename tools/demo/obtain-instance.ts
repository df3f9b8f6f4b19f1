import type { ApiClient } from '../../src/client/api-client.js';
import { followClaim, isOnTheWay } from '../../src/client/follow-claim.js';
import type { Instance } from '../../src/client/operation.js';
import { randomBase32 } from '../../src/lib/random.js';
import { DemoFailure } from './demo-failure.js';

const TENANT = 'demo';
const NAME = 'demo';

/** The demo's instance and how long it took to have it, in milliseconds. */
export interface Claimed {
  readonly instance: Instance;
  /** Null when the demo's instance was there already. */
  readonly claimMs: number | null;
  /** From the claim to the proof through the edge; null when the instance was there already. */
  readonly readyMs: number | null;
}

interface Obtaining {
  readonly client: ApiClient;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * The demo's own instance: the one of an earlier run if it works or is on its way, else a new claim.
 * A claim that finds no member idle waits for one that starts, as any tenant's would.
 */
export async function obtainInstance(options: Obtaining): Promise<Claimed> {
  const { client, say, signal } = options;
  const all = await client.allInstances({ tenant: TENANT }, signal);
  const mine = all.filter(({ name }) => name === NAME);
  const usable = mine.find((instance) => instance.state === 'ready' || isOnTheWay(instance));
  if (usable !== undefined) {
    say(`The tenant "${TENANT}" has an instance already: ${usable.id}.`);
    const isWarm = usable.state === 'ready' || usable.state === 'binding';
    const instance = await untilReady(options, usable.id, isWarm);
    return { instance, claimMs: null, readyMs: null };
  }
  // A failed one keeps the name until somebody deletes it.
  for (const { id, state } of mine) {
    if (state === 'failed') await client.call('deleteInstance', { path: { id }, signal });
  }

  say(`A tenant called "${TENANT}" claims an instance.`);
  const startedAt = performance.now();
  const idempotencyKey = `demo-${randomBase32(20)}`;
  const wish = { body: { tenant: TENANT, name: NAME }, idempotencyKey, signal };
  const { id, claim } = await client.call('claimInstance', wish);
  const claimMs = performance.now() - startedAt;
  const isWarm = claim.outcome === 'warm';
  if (!isWarm) say('No member is idle at this moment; one that starts is the tenant’s.');
  const instance = await untilReady(options, id, isWarm);
  return { instance, claimMs, readyMs: performance.now() - startedAt };
}

async function untilReady(
  { client, signal }: Obtaining,
  id: string,
  isWarm: boolean,
): Promise<Instance> {
  const instance = await followClaim(client, id, { isWarm, signal });
  if (instance.state === 'ready') return instance;
  const why = instance.failure?.sentence ?? instance.progress?.what ?? 'no reason is known';
  throw new DemoFailure(
    `${instance.id} is ${instance.state} instead of ready: ${why}.`,
    'controller',
  );
}
