import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { jittered } from '../lib/random.js';
import { pause } from '../lib/timers.js';

/** One server-sent event. */
export interface ServerEvent {
  /** Says the same for the same data, so that a caller who comes back is not told it again. */
  readonly id: string;
  readonly name: string;
  /** Sent as JSON, in one line. */
  readonly data: unknown;
}

/** What proxies must know: keep nothing back, change nothing, and end the connection with it. */
export const EVENT_STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  connection: 'close',
};

/** Proxies and browsers cut connections that are silent for a minute; some sooner. */
const HEARTBEAT_MS = 15_000;
/** How long browsers wait before they connect again, in milliseconds; not all at once. */
const RETRY_MS = 2_000;

/** An event whose id is made from its data. */
export function eventOf(name: string, data: unknown): ServerEvent {
  const hash = createHash('sha256').update(JSON.stringify(data));
  return { id: hash.digest('base64url').slice(0, 16), name, data };
}

/**
 * The events as a body of type text/event-stream (WHATWG HTML, 9.2), sent as they come, with a
 * comment whenever it is silent for `heartbeatMs`. A failure ends it with the event `problem`.
 */
export function eventStream(
  events: AsyncIterable<ServerEvent>,
  problemFor: (error: unknown) => unknown,
  heartbeatMs = HEARTBEAT_MS,
): Readable {
  return Readable.from(textsOf(events, problemFor, heartbeatMs), { objectMode: false });
}

async function* textsOf(
  events: AsyncIterable<ServerEvent>,
  problemFor: (error: unknown) => unknown,
  heartbeatMs: number,
): AsyncGenerator<string, void> {
  yield `retry: ${jittered(RETRY_MS)}\n\n`;
  try {
    for await (const event of withSilences(events, heartbeatMs)) {
      yield event === null ? ':\n\n' : textOf(event);
    }
  } catch (error) {
    yield `event: problem\ndata: ${JSON.stringify(problemFor(error))}\n\n`;
  }
}

function textOf({ id, name, data }: ServerEvent): string {
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What comes, with null in between for each `silenceMs` milliseconds in which nothing came. */
async function* withSilences<Item>(
  items: AsyncIterable<Item>,
  silenceMs: number,
): AsyncGenerator<Item | null, void> {
  const coming = items[Symbol.asyncIterator]();
  let next = coming.next();
  try {
    for (;;) {
      const silence = new AbortController();
      const turn = await Promise.race([next, pause(silenceMs, silence.signal)]);
      silence.abort();
      if (turn?.done === true) return;
      yield turn === undefined ? null : turn.value;
      if (turn !== undefined) next = coming.next();
    }
  } finally {
    // Whoever listened may have left while the next one was asked for: how that ends is nobody's.
    await Promise.allSettled([next, coming.return?.()]);
  }
}
