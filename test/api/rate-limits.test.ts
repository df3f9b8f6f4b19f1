import type { AxiosResponse } from 'axios';
import { expect } from 'chai';
import { rateLimitOf } from '../../src/domain/rate-limit.js';
import { plusMs } from '../../src/lib/clock.js';
import type { Call } from './support/call.js';
import { call, expectProblem } from './support/call.js';
import type { MemoryApi, TestClaims } from './support/memory-api.js';
import { startMemoryApi } from './support/memory-api.js';

/** Per second; windows take ten. */
const LIMITS = {
  address: rateLimitOf('address', 2),
  caller: rateLimitOf('caller', 0.5),
  tenant: rateLimitOf('tenant', 0.8),
  creates: rateLimitOf('creates', 0.3),
};

describe('rate limits', () => {
  let api: MemoryApi;
  let now: Date;

  beforeEach(async () => {
    now = new Date();
    api = await startMemoryApi({ now: () => now }, LIMITS);
  });

  afterEach(async () => {
    await api?.stop();
  });

  function from(address: string, request: Partial<Call> = {}): Promise<AxiosResponse> {
    const headers = { 'x-forwarded-for': address, ...request.headers };
    return call(api, { path: '/v1/instances', ...request, headers });
  }

  async function statuses(times: number, ask: (time: number) => Promise<AxiosResponse>) {
    const seen: number[] = [];
    for (let time = 0; time < times; time += 1) seen.push((await ask(time)).status);
    return seen.join(' ');
  }

  it('tell in every answer what the limits are and what is left of them', async () => {
    const answer = await from('198.51.100.1', { as: { role: 'tenant', tenant: 'ada' } });
    expect(answer.headers['ratelimit-policy']).to.equal(
      '"address";q=20;w=10, "caller";q=5;w=10, "tenant";q=8;w=10',
    );
    expect(answer.headers['ratelimit']).to.equal(
      '"address";r=19;t=10, "caller";r=4;t=10, "tenant";r=7;t=10',
    );
  });

  it('refuse a caller beyond theirs with 429 and a time, until the window is over', async () => {
    expect(await statuses(5, () => from('198.51.100.1'))).to.equal('200 200 200 200 200');
    now = plusMs(now, 4_000);
    const refused = await from('198.51.100.2');
    expectProblem(refused, 429, 'rate_limited');
    expect(refused.data.detail).to.include('more than 5 requests with this token or key in 10 s');
    expect(refused.headers['ratelimit']).to.include('"caller";r=0;t=6');
    expect(Number(refused.headers['retry-after'])).to.be.within(7, 9);
    now = plusMs(now, 6_000);
    expect((await from('198.51.100.2')).status).to.equal(200);
  });

  it('spread out when callers may return', async () => {
    await statuses(5, () => from('198.51.100.1'));
    const waits = new Set<string>();
    for (let asked = 0; asked < 14; asked += 1) {
      waits.add(String((await from('198.51.100.1')).headers['retry-after']));
    }
    expect(waits.size).to.be.greaterThan(1);
  });

  it('count an address before anybody looks who it is, and its tokens by themselves', async () => {
    const strangers = await statuses(21, () => from('198.51.100.1', { as: null }));
    expect(strangers).to.equal(`${'401 '.repeat(20)}429`);
    expect((await from('198.51.100.2')).status).to.equal(200);
  });

  it('believe no header of whoever is no trusted proxy', async () => {
    const untold = await statuses(21, (time) => from('junk', { as: null, headers: spoof(time) }));
    expect(untold).to.equal(`${'401 '.repeat(20)}429`);
  });

  it('count all that one tenant’s tokens do together', async () => {
    const as = (time: number): TestClaims => ({
      ...{ role: 'tenant', tenant: 'ada', subject: `device ${time}` },
    });
    const seen = await statuses(9, (time) => from('198.51.100.1', { as: as(time) }));
    expect(seen).to.equal(`${'200 '.repeat(8)}429`);
    const other = { role: 'tenant', tenant: 'bea' };
    expect((await from('198.51.100.1', { as: other })).status).to.equal(200);
  });

  it('count what creates something once more, and by product', async () => {
    api.fleet.addIdle(9);
    const claim = (subject: string) => (time: number) => {
      const body = { tenant: `${subject}-${time}` };
      return from('198.51.100.1', { method: 'POST', body, as: { subject } });
    };
    expect(await statuses(4, claim('mass'))).to.equal('202 202 202 429');
    expect((await from('198.51.100.1', { as: { subject: 'mass' } })).status).to.equal(200);
    expect(await statuses(1, claim('shop'))).to.equal('202');
  });

  it('leave probes and the document alone', async () => {
    await statuses(21, () => from('198.51.100.1', { as: null }));
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json']) {
      const answer = await from('198.51.100.1', { as: null, path });
      expect(answer.status, path).to.equal(200);
      expect(answer.headers).to.not.have.property('ratelimit');
    }
  });

  it('keep tokens and keys out of what is counted', async () => {
    const token = await api.token();
    const headers = { authorization: `Bearer ${token}` };
    await from('198.51.100.1', { as: null, headers });
    expect(api.rates.taken).to.deep.equal(['address 198.51.100.1', 'caller product:tester']);
  });

  /** A new address each time, but in front of what is no address, so that it is not believed. */
  function spoof(time: number): Record<string, string> {
    return { 'x-forwarded-for': `203.0.113.${time}, junk` };
  }
});
