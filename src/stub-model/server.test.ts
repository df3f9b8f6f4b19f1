import { expect } from 'chai';
import { createHash } from 'node:crypto';
import type { Log } from '../ports/index.js';
import { behaviourOf } from './chat.js';
import type { StubModel } from './server.js';
import { startStubModel } from './server.js';

const SILENT: Log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
  with: () => SILENT,
};
const KEY = 'a-key-that-nobody-may-see';
const FINGERPRINT = createHash('sha256').update(KEY).digest('hex').slice(0, 12);

describe('stub model', () => {
  let stub: StubModel;

  before(async () => {
    stub = await startStubModel({ host: '127.0.0.1', port: 0, log: SILENT });
  });

  after(() => stub.close());

  function call(path: string, body?: unknown, key: string | null = KEY): Promise<Response> {
    return fetch(`http://127.0.0.1:${String(stub.port)}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  function chat(model: string, rest: object = {}): Promise<Response> {
    const messages = [
      { role: 'system', content: 'You are a stub.' },
      { role: 'user', content: [{ type: 'text', text: 'hello there' }] },
    ];
    return call('/v1/chat/completions', { model, messages, ...rest });
  }

  it('is healthy and lists its models', async () => {
    expect((await call('/healthz')).status).to.equal(200);
    expect(await (await call('/v1/models')).text()).to.include('"echo"');
  });

  it('names the fingerprint of the key, and never the key', async () => {
    const text = await (await chat('echo')).text();
    expect(text).to.include(`key:${FINGERPRINT} echo: hello there`).and.not.include(KEY);
    const usage = { prompt_tokens: 6, completion_tokens: 4, total_tokens: 10 };
    expect(JSON.parse(text)).to.deep.include({ usage });
  });

  it('streams the same answer in pieces, with usage if asked', async () => {
    const reply = await chat('echo', { stream: true, stream_options: { include_usage: true } });
    const events = (await reply.text()).split('\n\n').filter((line) => line !== '');
    expect(events.at(-1)).to.equal('data: [DONE]');
    const pieces = events
      .slice(0, -1)
      .map((line) => JSON.parse(line.slice('data: '.length)) as Chunk);
    expect(pieces.map(({ choices }) => choices[0]?.delta.content ?? '').join('')).to.equal(
      `key:${FINGERPRINT} echo: hello there`,
    );
    expect(pieces.at(-1)?.usage).to.deep.include({ total_tokens: 10 });
  });

  it('fails as the model id says', async () => {
    expect((await chat('fail-429')).status).to.equal(429);
    expect((await chat('no-such-model')).status).to.equal(404);
    expect((await call('/v1/chat/completions', { model: 'echo' })).status).to.equal(400);
    expect((await call('/v2/anything')).status).to.equal(404);
  });

  it('refuses a body that is too large', async () => {
    const reply = await chat('echo', { padding: 'x'.repeat(9 * 1024 * 1024) }).then(
      ({ status }) => status,
      () => 413, // The connection may end before the client has sent all of it.
    );
    expect(reply).to.equal(413);
  });

  it('ends a slow answer when it closes', async () => {
    const other = await startStubModel({ host: '127.0.0.1', port: 0, log: SILENT });
    const slow = fetch(`http://127.0.0.1:${String(other.port)}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'slow-30000', messages: [] }),
    }).then(
      () => 'answered',
      () => 'ended',
    );
    await fetch(`http://127.0.0.1:${String(other.port)}/healthz`);
    await other.close();
    expect(await slow).to.be.oneOf(['answered', 'ended']);
  });
});

describe('behaviourOf', () => {
  it('bounds what a model id may ask for', () => {
    expect(behaviourOf('slow-250')).to.deep.equal({ kind: 'answer', afterMs: 250 });
    expect(behaviourOf('fail-503')).to.deep.equal({ kind: 'fail', status: 503 });
    for (const id of ['slow-30001', 'fail-200', 'fail-600', 'slow-', 'slow--1', 'gpt-4']) {
      expect(behaviourOf(id), id).to.deep.equal({ kind: 'unknown' });
    }
  });
});

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
  readonly usage?: object;
}
