import type { InstanceAnswer } from '../api-client-replies.js';
import { CliFailure } from '../cli-failure.js';
import { EXIT } from '../exit-codes.js';
import { startProgress } from '../progress.js';
import type { Session } from '../session.js';

/** How long the API is asked to wait until the gateway uses a key, in seconds. */
export const KEY_WAIT_SECONDS = 60;

/** Sets a key and waits until the gateway was seen to use it; fails when it is not in time. */
export async function writeKey(
  { client, signal, world }: Session,
  key: { readonly id: string; readonly name: string; readonly value: string },
): Promise<InstanceAnswer> {
  const bar = startProgress(world.stderr, `Setting the key ${key.name}`);
  bar.update(0, 1, 'waiting for the gateway to use it');
  try {
    const instance = await client.setKey(key, KEY_WAIT_SECONDS, signal);
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
