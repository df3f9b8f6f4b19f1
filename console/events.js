import { send } from './api.js';

/** Far longer than any event of ours; a longer one is not from our API. */
const EVENT_LENGTH_MAX = 256 * 1024;
/** Between two connections, in milliseconds, when the server says nothing else; doubled up to the last. */
const RETRY_MS = 2_000;
const RETRY_MS_MAX = 30_000;

/** Every state of an instance, as the API names them, in the order of a life. */
export const STATES = [
  'creating',
  'warming',
  'idle',
  'binding',
  'ready',
  'resuming',
  'stopped',
  'trashed',
  'failed',
  'deleting',
  'deleted',
];

const SETTLED = ['ready', 'stopped', 'trashed', 'failed', 'deleted'];

/** Whether nothing more happens to an instance by itself. */
export function hasSettled({ state }) {
  return SETTLED.includes(state);
}

/** The server-sent events in pieces of bytes as they arrive: `{ id, name, data }` with data as text. */
export async function* eventsIn(pieces) {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of pieces) {
    rest += decoder.decode(piece, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop();
    if (rest.length > EVENT_LENGTH_MAX) throw new Error('The API sent an event that has no end.');
    for (const block of blocks) {
      const event = eventOf(block);
      if (event.data !== '') yield event;
    }
  }
}

function eventOf(block) {
  const event = { id: '', name: 'message', data: '' };
  for (const line of block.split('\n')) {
    const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (field === 'data') event.data += value;
    if (field === 'id') event.id = value;
    if (field === 'event') event.name = value;
  }
  return event;
}

/**
 * Tells of an instance at once and with each change until it has settled, across lost connections.
 * `onLost` is told of each; ends without a word when `signal` fires, and fails where the API refuses.
 */
export async function watchInstance(instanceId, { onInstance, onLost, signal }) {
  let lastEventId;
  let id = instanceId;
  for (let losses = 0; !signal.aborted; losses += 1) {
    try {
      const reply = await send('GET', `/v1/instances/${id}/events`, { lastEventId, signal });
      if (reply.status === 204) return;
      for await (const event of eventsIn(piecesOf(reply.body))) {
        if (event.name !== 'instance') continue;
        const instance = JSON.parse(event.data);
        ({ id } = instance);
        lastEventId = event.id;
        losses = 0;
        onInstance(instance);
        if (hasSettled(instance)) return;
      }
    } catch (failure) {
      if (signal.aborted) return;
      if (isFinal(failure)) throw failure;
    }
    onLost();
    await pause(Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** losses), signal);
  }
}

/** A body piece by piece; not every browser can iterate over a stream itself. */
async function* piecesOf(body) {
  const reader = body.getReader();
  try {
    for (let turn = await reader.read(); !turn.done; turn = await reader.read()) yield turn.value;
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

function isFinal({ status = 0 }) {
  return status >= 400 && status < 500 && status !== 429;
}

function pause(ms, signal) {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      done();
    });
  });
}
