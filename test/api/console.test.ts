import { expect } from 'chai';
import { STATES, eventsIn, hasSettled } from '../../console/events.js';
import { layoutOf, percent, shareOf } from '../../console/plot.js';
import { nextStepOf } from '../../console/trouble.js';
import { hasSettled as hasEnded } from '../../src/commands/watch-instance.js';
import type { InstanceView } from '../../src/commands/instance-view.js';
import { INSTANCE_STATES } from '../../src/domain/instance.js';
import { call } from './support/call.js';
import type { MemoryApi } from './support/memory-api.js';
import { startMemoryApi } from './support/memory-api.js';

const PAGES = ['/console', '/console/operator'];

describe('the console’s pages', () => {
  let api: MemoryApi;

  before(async () => {
    api = await startMemoryApi();
  });

  after(async () => {
    await api?.stop();
  });

  for (const path of PAGES) {
    it(`at ${path} are there for anybody, load from here alone and run no script in line`, async () => {
      const { status, headers, data } = await call(api, { path, as: null });
      expect(status).to.equal(200);
      expect(headers['content-type']).to.equal('text/html; charset=utf-8');
      const policy = String(headers['content-security-policy']);
      expect(policy).to.include("default-src 'none'; script-src 'self'; style-src 'self';");
      expect(policy).to.include("form-action 'none'; frame-ancestors 'none'");
      expect(policy).to.not.include('unsafe');
      expect(headers['referrer-policy']).to.equal('no-referrer');
      expect(String(data)).to.not.match(/<script(?![^>]* src=)| style=| on[a-z]+=|https?:\/\//);
    });

    it(`at ${path} name only files that are there, which name only others that are`, async () => {
      const { data } = await call(api, { path, as: null });
      const waiting = [...String(data).matchAll(/(?:src|href)="(\/console\/files\/[^"]+)"/g)].map(
        ([, file = '']) => file,
      );
      const seen = new Set<string>();
      for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
        if (seen.has(file)) continue;
        seen.add(file);
        const answer = await call(api, { path: file, as: null });
        expect(answer.status, file).to.equal(200);
        const imports = String(answer.data).matchAll(/from '\.\/([^']+)'/g);
        for (const [, name = ''] of imports) waiting.push(`/console/files/${name}`);
      }
      expect(seen.size).to.be.greaterThan(5);
    });
  }

  it('know every state that an instance can be in, and which of them end its stream of events', () => {
    expect(STATES).to.deep.equal(INSTANCE_STATES);
    const ending = INSTANCE_STATES.filter((state) => {
      return hasEnded({ instance: { state } } as InstanceView);
    });
    expect(STATES.filter((state) => hasSettled({ state }))).to.include.members(ending);
  });

  it('are sent once: a file that has not changed is 304', async () => {
    const path = '/console/files/style.css';
    const { headers } = await call(api, { path, as: null });
    expect(headers['cache-control']).to.equal('no-cache');
    const again = { 'if-none-match': String(headers['etag']) };
    const { status, data } = await call(api, { path, as: null, headers: again });
    expect([status, data]).to.deep.equal([304, '']);
  });

  it('learn from the API what may be claimed, and for whom', async () => {
    const tenant = await call(api, { path: '/v1/offers', as: { role: 'tenant', tenant: 'ada' } });
    expect(tenant.data).to.deep.include({
      tenant: 'ada',
      region: 'default',
      items: [{ sizeClass: 's', region: 'default' }],
    });
    expect(tenant.data.keys[0]).to.deep.equal({
      name: 'anthropic',
      title: 'Anthropic',
      isProvable: true,
    });
    const product = await call(api, { path: '/v1/offers' });
    expect(product.data.tenant).to.equal(null);
  });
});

describe('the plot of stock-outs', () => {
  const piece = (warm: number, waited: number, refused: number) => ({ warm, waited, refused });

  it('has the share of claims that found no idle member, and none where nobody claimed', () => {
    expect(shareOf(piece(6, 1, 1))).to.equal(0.25);
    expect(shareOf(piece(0, 0, 0))).to.equal(null);
    expect([percent(0), percent(0.0004), percent(0.031), percent(1)]).to.deep.equal([
      ...['0 %', '< 0.1 %', '3.1 %', '100 %'],
    ]);
  });

  it('stacks those who waited on those who were refused, within its scale', () => {
    const { top, base, bars } = layoutOf({ observed: [piece(2, 1, 1)], predicted: 0.001 });
    expect(top).to.equal(0.5);
    const [refused, waited] = bars;
    expect(refused).to.include({ kind: 'refused' });
    expect((refused?.y ?? 0) + (refused?.height ?? 0)).to.equal(base);
    expect((waited?.y ?? 0) + (waited?.height ?? 0)).to.equal(refused?.y);
    expect(waited?.y).to.equal(10);
  });

  it('shows a line where all were served, and nothing where nobody came', () => {
    const { bars, predictedY, base } = layoutOf({
      ...{ observed: [piece(3, 0, 0), piece(0, 0, 0)], predicted: 0 },
    });
    expect(bars.map(({ kind }) => kind)).to.deep.equal(['fine']);
    expect(predictedY).to.equal(base);
  });
});

describe('events as the console reads them', () => {
  async function* pieces(...texts: string[]) {
    for (const text of texts) yield await Promise.resolve(new TextEncoder().encode(text));
  }

  it('are whole however the network cuts them, and comments are none', async () => {
    const text = 'retry: 1\n\nid: a\nevent: instance\ndata: {"x":"ü"}\n\n:\n\nid: b\ndata: 2\n\n';
    const bytes = new TextEncoder().encode(text);
    for (const cut of [1, 10, 41, 42, 43, 60]) {
      const seen = [];
      const halves = async function* () {
        yield await Promise.resolve(bytes.slice(0, cut));
        yield await Promise.resolve(bytes.slice(cut));
      };
      for await (const event of eventsIn(halves())) seen.push(event);
      expect(seen).to.deep.equal([
        { id: 'a', name: 'instance', data: '{"x":"ü"}' },
        { id: 'b', name: 'message', data: '2' },
      ]);
    }
  });

  it('are given up when one has no end', async () => {
    const read = async (): Promise<void> => {
      for await (const _event of eventsIn(pieces('data: ', 'x'.repeat(300_000)))) expect.fail();
    };
    expect(String(await read().catch(String))).to.include('no end');
  });
});

describe('what people are told to do next', () => {
  it('is when to come back, what the code asks for, or whom to tell', () => {
    expect(nextStepOf({ code: 'pool_empty', retryAfterS: 12.2 })).to.equal(
      'Try again in 13 seconds.',
    );
    expect(nextStepOf({ code: 'rate_limited', retryAfterS: 200 })).to.include('4 minutes');
    expect(nextStepOf({ status: 401, code: 'unauthenticated' })).to.include('Sign out');
    expect(nextStepOf({ status: 0 })).to.include('connected');
    expect(nextStepOf({ status: 500 })).to.include('operator');
    expect(nextStepOf({ status: 404, code: 'key_unknown' })).to.equal(null);
  });
});
