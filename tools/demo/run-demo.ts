import type { ApiClient } from '../../src/client/api-client.js';
import type { Instance } from '../../src/client/operation.js';
import type { Connection } from '../../src/cli/connection-file.js';
import { randomToken } from '../../src/lib/random.js';
import { DemoFailure } from './demo-failure.js';
import { chatThroughEdge, fingerprintOf } from './edge-chat.js';
import { fillPool } from './fill-pool.js';
import type { MemberBars } from './member-bars.js';
import type { Claimed } from './obtain-instance.js';
import { obtainInstance } from './obtain-instance.js';

const KEY_WAIT_SECONDS = 60;

/** What the demonstration showed; times in milliseconds. */
export interface DemoResult extends Claimed {
  readonly token: string;
  /** The key that the model was called with, as its answer names it: the one that was set. */
  readonly fingerprint: string;
  readonly idleMembers: number;
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
  const idleMembers = await fillPool({ client, bars, signal }).finally(() => {
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
