import type { AxiosResponse } from 'axios';
import { expect } from 'chai';
import { idInApiKey } from '../../src/domain/api-key.js';
import { plusMs } from '../../src/lib/clock.js';
import { NOON } from '../support/builders.js';
import { call, expectProblem } from './support/call.js';
import type { MemoryApi } from './support/memory-api.js';
import { startMemoryApi } from './support/memory-api.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const OPERATOR = { role: 'operator' };

describe('API keys', () => {
  let api: MemoryApi;
  let now: Date;

  beforeEach(async () => {
    now = NOON;
    api = await startMemoryApi({ now: () => now });
  });

  afterEach(async () => {
    await api?.stop();
  });

  function create(wish: object = {}): Promise<AxiosResponse> {
    const body = { name: 'shop backend', role: 'product', expiresInDays: 90, ...wish };
    return call(api, { method: 'POST', path: '/v1/api-keys', as: OPERATOR, body });
  }

  function use(key: string, path = '/v1/instances'): Promise<AxiosResponse> {
    const headers = { authorization: `Bearer ${key}` };
    return call(api, { path, as: null, headers });
  }

  function revoke(id: string): Promise<AxiosResponse> {
    return call(api, { method: 'DELETE', path: `/v1/api-keys/${id}`, as: OPERATOR });
  }

  it('open the API with their role, and are shown once', async () => {
    const made = await create();
    expect(made.status).to.equal(201);
    const { id, key } = made.data;
    expect(idInApiKey(key)).to.equal(id);
    expect((await use(key)).status).to.equal(200);
    expectProblem(await use(key, '/v1/api-keys'), 403, 'forbidden');

    const list = await call(api, { path: '/v1/api-keys', as: { role: 'auditor' } });
    expect(list.data.items).to.deep.equal([
      { ...withoutKey(made.data), lastUsedAt: now.toISOString() },
    ]);
  });

  it('leave their text and its digest in no answer, log line, audit line or row', async () => {
    const { key, id } = (await create()).data;
    await use(key);
    await use(`${String(key).slice(0, -1)}x`);
    await revoke(id);
    const secret = String(key).slice('cdk_'.length + 13, -7);
    const digest = api.apiKeys.rows.get(id)?.digest ?? '';
    const list = (await call(api, { path: '/v1/api-keys', as: OPERATOR })).data;
    const told = [...api.logged, ...api.measured, api.apiKeys.audited, list];
    expect(JSON.stringify(told)).to.not.include(secret).and.not.include(digest);
    expect(JSON.stringify([...api.apiKeys.rows.values()])).to.not.include(secret);
    expect(api.apiKeys.audited.map(({ action }) => action)).to.deep.equal([
      'api_key.create',
      'api_key.revoke',
    ]);
  });

  it('open nothing from the next request on when revoked, and revoking repeats', async () => {
    const { key, id } = (await create()).data;
    expect((await use(key)).status).to.equal(200);
    const first = await revoke(id);
    expectProblem(await use(key), 401, 'unauthenticated');
    now = plusMs(now, 1_000);
    expect((await revoke(id)).data).to.deep.equal(first.data);
    expectProblem(await revoke('ak-aaaaaaaaaaaa'), 404, 'api_key_unknown');
    expectProblem(await revoke('nonsense'), 404, 'api_key_unknown');
  });

  it('open nothing once they expire, which they do within a year', async () => {
    const { key } = (await create({ expiresInDays: 1 })).data;
    now = plusMs(now, DAY_MS - 1);
    expect((await use(key)).status).to.equal(200);
    now = plusMs(now, 1);
    expectProblem(await use(key), 401, 'unauthenticated');
    for (const expiresInDays of [0, 366, undefined]) {
      expectProblem(await create({ expiresInDays }), 400, 'request_invalid');
    }
  });

  it('are refused when one character is wrong, whichever it is', async () => {
    const key = String((await create()).data.key);
    for (let at = 0; at < key.length; at += 1) {
      const other = key[at] === 'a' ? 'b' : 'a';
      const wrong = key.slice(0, at) + other + key.slice(at + 1);
      expectProblem(await use(wrong), 401, 'unauthenticated');
    }
  });

  it('speak for their tenant alone, and may be narrowed to some scopes', async () => {
    const mine = api.fleet.addClaimed('ada');
    const others = api.fleet.addClaimed('bea');
    const scopes = ['instances:read'];
    const { key } = (await create({ role: 'tenant', tenant: 'ada', scopes })).data;
    expect((await use(key, `/v1/instances/${mine.id}`)).status).to.equal(200);
    expectProblem(await use(key, `/v1/instances/${others.id}`), 404, 'instance_unknown');
    expectProblem(await use(key, `/v1/instances/${mine.id}/access`), 403, 'forbidden');
  });

  it('cannot be made of what does not fit together', async () => {
    expectProblem(await create({ role: 'tenant' }), 400, 'request_invalid');
    expectProblem(await create({ tenant: 'ada' }), 400, 'request_invalid');
    expectProblem(await create({ scopes: [] }), 400, 'request_invalid');
    expectProblem(await create({ scopes: ['pools:write'] }), 400, 'request_invalid');
    expectProblem(await create({ role: 'root' }), 400, 'request_invalid');
  });

  it('may do no more than the token that makes them', async () => {
    const as = { role: 'operator', scope: 'api-keys:write instances:read' };
    const body = { name: 'more', role: 'operator', expiresInDays: 1 };
    const request = { method: 'POST', path: '/v1/api-keys', as };
    const answer = await call(api, { ...request, body });
    expectProblem(answer, 403, 'forbidden');
    expect(answer.data.detail).to.include('access:read');
    const narrow = { ...body, scopes: ['instances:read'] };
    expect((await call(api, { ...request, body: narrow })).status).to.equal(201);
  });

  it('note their use to about five minutes', async () => {
    const { key, id } = (await create()).data;
    const usedAt = (): number | undefined => api.apiKeys.rows.get(id)?.lastUsedAt?.getTime();
    await use(key);
    expect(usedAt()).to.equal(NOON.getTime());
    now = plusMs(NOON, 4 * 60_000);
    await use(key);
    expect(usedAt()).to.equal(NOON.getTime());
    now = plusMs(NOON, 6 * 60_000);
    await use(key);
    expect(usedAt()).to.equal(now.getTime());
  });

  it('are listed a page at a time', async () => {
    const made = new Set<string>();
    for (const name of ['one', 'two', 'three']) made.add((await create({ name })).data.id);
    const page = (cursor = ''): Promise<AxiosResponse> =>
      call(api, { path: `/v1/api-keys?limit=2${cursor}`, as: OPERATOR });
    const first = await page();
    const rest = await page(`&cursor=${first.data.nextCursor}`);
    const seen = [...first.data.items, ...rest.data.items].map(({ id }) => id);
    expect(seen).to.have.members([...made]);
    expect(rest.data.nextCursor).to.equal(null);
  });
});

function withoutKey({ key: _key, ...rest }: Record<string, unknown>): object {
  return rest;
}
