import type { Instance, RequestOf, Rotation } from '../../client/operation.js';
import { CliFailure } from '../cli-failure.js';
import { EXIT } from '../exit-codes.js';
import { startProgress } from '../progress.js';
import type { RepeatFlag } from '../repeating.js';
import type { Session } from '../session.js';

/** How long the API is asked to wait until the gateway uses a key, in seconds. */
export const KEY_WAIT_SECONDS = 60;

/** A key's new value, and whether its provider is to be asked about it first. */
export interface KeyWish {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  readonly isVerified?: boolean;
  /** Whose key it is; the tenant's by default. */
  readonly owner?: 'tenant' | 'platform';
}

/** What is sent to set a key. */
export function keyRequest(key: KeyWish): RequestOf<'setKey'> {
  const { id, name, value } = key;
  return { path: { id, name }, body: { value, ...ownedAs(key) }, ...verifying(key) };
}

/** Sets a key and waits until the gateway was seen to use it; fails when it is not in time. */
export async function writeKey(
  { client, signal, world }: Session,
  key: KeyWish,
): Promise<Instance> {
  const bar = startProgress(world.stderr, `Setting the key ${key.name}`);
  bar.update(0, 1, 'waiting for the gateway to use it');
  try {
    const instance = await client.call('setKey', {
      ...keyRequest(key),
      waitSeconds: KEY_WAIT_SECONDS,
      signal,
    });
    const isLive = instance.keys.some(({ name, state }) => name === key.name && state === 'live');
    if (isLive) return instance;
    const sentence =
      `The key is kept, but the gateway did not use it within ${KEY_WAIT_SECONDS} s. ` +
      `Look again with \`clawdeploy keys list ${key.id}\`.`;
    throw new CliFailure(EXIT.failed, sentence, { instance });
  } finally {
    bar.end();
  }
}

/** Exchanges a key for a new one; fails, with the old one in use, unless the new one is proven. */
export async function rotateKey(
  { client, signal, world }: Session,
  key: KeyWish,
  repeated: RepeatFlag,
): Promise<Rotation> {
  const { id, name, value } = key;
  const bar = startProgress(world.stderr, `Rotating the key ${name}`);
  bar.update(0, 1, 'waiting for the gateway to prove it by a live call');
  try {
    const rotation = await client.call('rotateKeys', {
      path: { id },
      body: { keys: [{ name, value }], ...ownedAs(key) },
      ...verifying(key),
      ...repeated,
      waitSeconds: KEY_WAIT_SECONDS,
      signal,
    });
    const { state, failure } = rotation;
    if (state === 'verified') return rotation;
    const kept = state === 'reverted' ? ' The old key is in use as before.' : '';
    const sentence =
      failure === null
        ? `The rotation is not over after ${KEY_WAIT_SECONDS} s; it ends by itself.`
        : `${failure.sentence}${kept}`;
    throw new CliFailure(EXIT.failed, sentence, { rotation });
  } finally {
    bar.end();
  }
}

function ownedAs({ owner }: KeyWish): Pick<KeyWish, 'owner'> {
  return owner === undefined ? {} : { owner };
}

function verifying({ isVerified = false }: KeyWish): {
  readonly query?: { readonly verify: 'true' };
} {
  return isVerified ? { query: { verify: 'true' } } : {};
}
