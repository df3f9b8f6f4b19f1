import type { ApiClient } from '../../src/client/api-client.js';
import type { Instance } from '../../src/client/operation.js';
import type { Connection } from '../../src/cli/connection-file.js';
import { randomBase32, randomToken } from '../../src/lib/random.js';
import { DemoFailure } from './demo-failure.js';
import { chatThroughEdge, fingerprintOf } from './edge-chat.js';
import { fillPool } from './fill-pool.js';
import type { MemberBars } from './member-bars.js';

const TENANT = 'demo';
const NAME = 'demo';
/** A binding's own deadline is shorter; after this something is wrong. */
const READY_LIMIT_MS = 90_000;
const KEY_WAIT_SECONDS = 60;

/** What the demonstration showed; times in milliseconds. */
export interface DemoResult {
  readonly instance: Instance;
  readonly token: string;
  /** The key that the model was called with, as its answer names it: the one that was set. */
  readonly fingerprint: string;
  readonly idleMembers: number;
  /** Null when the demo's instance was there already. */
  readonly claimMs: number | null;
  /** From the claim to the proof through the edge; null when the instance was there already. */
  readonly readyMs: number | null;
  /** From writing the key until the gateway was seen to use it. */
  readonly keyLiveMs: number;
  /** From writing the key to holding the first answer that was made with it. */
  readonly firstAnswerMs: number;
}

export interface DemoOptions {
  readonly client: ApiClient;
  readonly connection: Connection;
  readonly bars: MemberBars;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * The whole path of a tenant: a warm pool, a claim, a key of their own, and a first answer through
 * the edge that was made with that very key. A second run goes on with the same instance.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { client, bars, say, signal } = options;
  say('The pool fills; a gateway takes 10 to 25 seconds to boot.');
  const idleMembers = await fillPool(client, bars, signal).finally(() => {
    bars.close();
  });
  const claimed = await obtainInstance(options);
  const { instance } = claimed;

  say('The tenant sets a key of their own, and asks a first question.');
  const value = `demo-${randomToken()}`;
  const writtenAt = performance.now();
  await writeKey(options, instance.id, value);
  const keyLiveMs = performance.now() - writtenAt;
  const { token } = await client.call('readAccess', { path: { id: instance.id }, signal });
  const answer = await askFirstQuestion(options, instance, token);
  const firstAnswerMs = performance.now() - writtenAt;
  const fingerprint = fingerprintOf(value);
  if (!answer.includes(fingerprint)) {
    const sentence = 'The gateway answered, but not with the key that was just set.';
    throw new DemoFailure(sentence, 'controller');
  }
  return { ...claimed, token, fingerprint, idleMembers, keyLiveMs, firstAnswerMs };
}

type Claimed = Pick<DemoResult, 'instance' | 'claimMs' | 'readyMs'>;

/** The demo's own instance: the one of an earlier run if it still works, else a new claim. */
async function obtainInstance(options: DemoOptions): Promise<Claimed> {
  const { client, say, signal } = options;
  const mine = (await client.allInstances({ tenant: TENANT }, signal)).filter(
    ({ name }) => name === NAME,
  );
  const usable = mine.find(({ state }) => state === 'ready' || state === 'binding');
  if (usable !== undefined) {
    say(`The tenant "${TENANT}" has an instance already: ${usable.id}.`);
    return { instance: await untilReady(options, usable.id), claimMs: null, readyMs: null };
  }
  // A failed one keeps the name until somebody deletes it.
  for (const { id, state } of mine) {
    if (state === 'failed') await client.call('deleteInstance', { path: { id }, signal });
  }

  say(`A tenant called "${TENANT}" claims an instance.`);
  const startedAt = performance.now();
  const idempotencyKey = `demo-${randomBase32(20)}`;
  const wish = { body: { tenant: TENANT, name: NAME }, idempotencyKey, signal };
  const { id } = await client.call('claimInstance', wish);
  const claimMs = performance.now() - startedAt;
  const instance = await untilReady(options, id);
  return { instance, claimMs, readyMs: performance.now() - startedAt };
}

async function untilReady({ client, signal }: DemoOptions, id: string): Promise<Instance> {
  const instance = await client.watch(id, {
    until: ({ state }) => state !== 'binding',
    withinMs: READY_LIMIT_MS,
    signal,
  });
  if (instance.state === 'ready') return instance;
  const why = instance.failure?.sentence ?? instance.progress?.what ?? 'no reason is known';
  throw new DemoFailure(`${id} is ${instance.state} instead of ready: ${why}.`, 'controller');
}

async function writeKey({ client, signal }: DemoOptions, id: string, value: string): Promise<void> {
  const { keys } = await client.call('setKey', {
    path: { id, name: 'stub' },
    body: { value },
    waitSeconds: KEY_WAIT_SECONDS,
    signal,
  });
  if (keys.some(({ name, state }) => name === 'stub' && state === 'live')) return;
  const sentence = `The gateway did not take the key within ${KEY_WAIT_SECONDS} seconds.`;
  throw new DemoFailure(sentence, 'controller');
}

function askFirstQuestion(
  { connection, signal }: DemoOptions,
  { id, url }: Instance,
  token: string,
): Promise<string> {
  const { edgeUrl } = connection;
  if (edgeUrl === null) throw new DemoFailure('Where the edge listens is not known.', 'edge');
  const words = `Hello! Which key do you use, ${id}?`;
  return chatThroughEdge({ edgeUrl, host: new URL(url).host, token, words }, signal);
}
