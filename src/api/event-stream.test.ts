import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { expect } from 'chai';
import { waitFor } from '../../test/support/wait-for.js';
import type { ServerEvent } from './event-stream.js';
import { eventOf, eventStream } from './event-stream.js';

describe('an event stream', () => {
  async function textOf(stream: Readable): Promise<string> {
    let text = '';
    for await (const part of stream) text += String(part);
    return text;
  }

  async function* some(...events: readonly ServerEvent[]): AsyncGenerator<ServerEvent, void> {
    await Promise.resolve();
    yield* events;
  }

  it('says when to come back, then sends each event with its id, name and data', async () => {
    const event = { id: 'one', name: 'instance', data: { text: 'two\nlines' } };
    const text = await textOf(eventStream(some(event, event), String));
    const [retry, ...events] = text.split('\n\n');
    expect(retry).to.match(/^retry: (1[5-9]|2[0-5])\d\d$/);
    const sent = 'id: one\nevent: instance\ndata: {"text":"two\\nlines"}';
    expect(events).to.deep.equal([sent, sent, '']);
  });

  it('keeps a silent connection alive with comments', async () => {
    const end = new AbortController();
    async function* silent(): AsyncGenerator<ServerEvent, void> {
      await once(end.signal, 'abort');
      yield eventOf('instance', 1);
    }
    let beats = 0;
    let said = '';
    for await (const part of eventStream(silent(), String, 1)) {
      said += String(part);
      beats += String(part).split(':\n\n').length - 1;
      if (beats >= 3) end.abort();
    }
    expect(said).to.match(/data: 1\n\n$/);
  });

  it('ends with a problem when it cannot go on', async () => {
    async function* broken(): AsyncGenerator<ServerEvent, void> {
      yield* some(eventOf('instance', 1));
      throw new Error('private words');
    }
    const text = await textOf(eventStream(broken(), () => ({ code: 'internal' })));
    expect(text).to.match(/data: 1\n\nevent: problem\ndata: {"code":"internal"}\n\n$/);
  });

  it('lets its source go when the caller leaves', async () => {
    let isLeft = false;
    async function* endless(): AsyncGenerator<ServerEvent, void> {
      try {
        for (let count = 0; ; count += 1) yield eventOf('instance', count);
      } finally {
        isLeft = true;
      }
    }
    for await (const part of eventStream(endless(), String)) {
      if (String(part).includes('event: ')) break;
    }
    await waitFor(() => isLeft, { withinMs: 1_000, describe: 'the source to be left' });
  });

  it('names the same data by the same id', () => {
    expect(eventOf('instance', { a: 1 }).id).to.equal(eventOf('instance', { a: 1 }).id);
    expect(eventOf('instance', { a: 1 }).id).to.not.equal(eventOf('instance', { a: 2 }).id);
    expect(eventOf('instance', null).id).to.match(/^[\w-]{16}$/);
  });
});
