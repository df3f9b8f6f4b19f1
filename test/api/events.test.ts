import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { Fault } from '../../src/errors/index.js';
import { anInstanceId } from '../support/builders.js';
import { waitFor } from '../support/wait-for.js';
import { call, expectProblem } from './support/call.js';
import type { MemoryApi } from './support/memory-api.js';
import { startMemoryApi } from './support/memory-api.js';

describe('the events of an instance', () => {
  let api: MemoryApi;

  beforeEach(async () => {
    api = await startMemoryApi();
  });

  afterEach(async () => {
    await api?.stop();
  });

  /** Opens the stream and returns its head; whoever asked reads it or leaves. */
  async function open(id: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
    const authorization = `Bearer ${await api.token()}`;
    return new Promise((resolve, reject) => {
      const url = `${api.url}/v1/instances/${id}/events`;
      request(url, { headers: { authorization, ...headers } }, resolve)
        .on('error', reject)
        .end();
    });
  }

  function eventsIn(body: string): { id: string; name: string; data: Record<string, unknown> }[] {
    const pattern = /id: (?<id>.*)\nevent: (?<name>.*)\ndata: (?<data>.*)\n\n/g;
    return [...body.matchAll(pattern)].map(
      ({ groups: { id = '', name = '', data = '' } = {} }) => ({
        id,
        name,
        data: JSON.parse(data) as Record<string, unknown>,
      }),
    );
  }

  it('begin with it as it is, tell each step, and end when it is ready', async () => {
    const { id } = api.fleet.addClaimed('ada', { state: 'creating', startGrantedAt: null });
    const response = await open(id);
    expect(response.statusCode).to.equal(200);
    expect(response.headers['content-type']).to.equal('text/event-stream; charset=utf-8');
    expect(response.headers['cache-control']).to.equal('no-store, no-transform');
    const events = eventsIn(await text(response));
    expect(events.map(({ data }) => data['state'])).to.deep.equal([
      ...['creating', 'warming', 'binding', 'binding', 'binding', 'binding', 'ready'],
    ]);
    expect(new Set(events.map((event) => event.id)).size).to.equal(events.length);
    expect(events.every(({ name, data }) => name === 'instance' && data['id'] === id)).to.be.true;
    const shown = await call(api, { path: `/v1/instances/${id}` });
    expect(events.at(-1)?.data).to.deep.equal(shown.data);
  });

  it('are not told twice to who comes back, and are over once the end was seen', async () => {
    const { id } = api.fleet.addClaimed('ada', { state: 'binding', bindingStep: 'claimed' });
    const all = eventsIn(await text(await open(id)));
    api.fleet.addClaimed('ada', { id, state: 'binding', bindingStep: 'claimed' });
    const rest = eventsIn(await text(await open(id, { 'last-event-id': all[0]?.id ?? '' })));
    expect(rest.map((event) => event.data['progress'])).to.deep.equal(
      all.slice(1).map((event) => event.data['progress']),
    );
    const over = await open(id, { 'last-event-id': rest.at(-1)?.id ?? '' });
    expect(over.statusCode).to.equal(204);
    expect(await text(over)).to.equal('');
    const odd = await open(id, { 'last-event-id': 'x'.repeat(100) });
    expect(eventsIn(await text(odd))).to.have.length(1);
  });

  it('end when the process stops and when the caller leaves', async () => {
    const { id } = api.fleet.addClaimed('ada', { state: 'binding', bindingStep: 'claimed' });
    api.fleet.isStuck = true;
    const left = await open(id);
    await waitFor(() => api.fleet.watching === 1, { withinMs: 2_000, describe: 'the stream' });
    left.destroy();
    await waitFor(() => api.fleet.watching === 0, { withinMs: 2_000, describe: 'its end' });

    const stopped = await open(id);
    const body = text(stopped);
    await waitFor(() => api.fleet.watching === 1, { withinMs: 2_000, describe: 'the stream' });
    api.stopping.abort();
    expect(eventsIn(await body)).to.have.length(1);
    expect(stopped.headers.connection).to.equal('close');
  });

  it('are refused with a problem as long as none was sent, and end with one after that', async () => {
    expectProblem(await call(api, { path: eventsOf(anInstanceId()) }), 404, 'instance_unknown');
    const { id } = api.fleet.addClaimed('ada', { state: 'binding', bindingStep: 'claimed' });
    const mallory = { role: 'tenant', tenant: 'mallory' };
    expectProblem(await call(api, { path: eventsOf(id), as: mallory }), 404, 'instance_unknown');

    api.fleet.trouble = new Fault('streams_limit_reached', 'Too many event streams are open.');
    const full = await call(api, { path: eventsOf(id) });
    expectProblem(full, 503, 'streams_limit_reached');
    expect(Number(full.headers['retry-after'])).to.be.greaterThan(0);

    api.fleet.trouble = null;
    api.fleet.troubleAfterLooks = { looks: 2, trouble: new Error('private words') };
    const body = await text(await open(id));
    expect(eventsIn(body)).to.have.length(2);
    const problem = /event: problem\ndata: (.*)\n\n$/.exec(body)?.[1] ?? '';
    expect(JSON.parse(problem)).to.include({ code: 'internal', status: 500 });
    expect(body).to.not.include('private');
    expect(api.logged.join('\n')).to.include('request failed');
  });

  function eventsOf(id: string): string {
    return `/v1/instances/${id}/events`;
  }
});
