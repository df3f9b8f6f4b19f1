import { createHash } from 'node:crypto';
import axios from 'axios';
import { z } from 'zod';
import { deadline } from '../../src/lib/timers.js';
import { DemoFailure } from './demo-failure.js';

/** A first turn on a busy machine; a warm one takes well under a second. */
const TURN_LIMIT_MS = 60_000;

const Completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
});

export interface ChatTurn {
  readonly edgeUrl: string;
  /** The instance's own name, with the edge's port: what a browser would send as Host. */
  readonly host: string;
  readonly token: string;
  readonly words: string;
}

/**
 * One chat turn the way a tenant's program makes it: through the edge, under the instance's name,
 * with the gateway's token. Returns the text of the answer.
 */
export async function chatThroughEdge(turn: ChatTurn, signal: AbortSignal): Promise<string> {
  const { edgeUrl, host, token, words } = turn;
  const body = { model: 'openclaw/default', messages: [{ role: 'user', content: words }] };
  const { status, data } = await axios
    .post<unknown>(`${edgeUrl}/v1/chat/completions`, body, {
      headers: { host, authorization: `Bearer ${token}` },
      validateStatus: () => true,
      maxRedirects: 0,
      proxy: false,
      signal: deadline(TURN_LIMIT_MS, signal),
    })
    .catch(() => {
      // The client's own error holds the token, so nothing of it may be shown.
      signal.throwIfAborted();
      throw new DemoFailure(`The edge at ${edgeUrl} did not answer the chat turn.`, 'edge');
    });
  const completion = Completion.safeParse(data);
  const text = completion.data?.choices[0]?.message.content;
  if (status === 200 && text !== undefined) return text;
  throw new DemoFailure(`The gateway answered the chat turn with status ${status}.`, 'edge');
}

/** What the stub model calls a key: the first 12 hexadecimal digits of its SHA-256. */
export function fingerprintOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 12);
}
