import { expect } from 'chai';
import { Fault } from '../../src/errors/index.js';
import { aClaimedInstance, anInstanceId } from '../support/builders.js';
import { ApiDocument } from './support/api-document.js';
import type { Call } from './support/call.js';
import { call } from './support/call.js';
import type { MemoryApi } from './support/memory-api.js';
import { startMemoryApi } from './support/memory-api.js';
import { anAuditRecord } from './support/memory-audit.js';
import { aSweepReport } from './support/memory-sweeps.js';

const VALUE = 'a-key-for-the-stub-model';
const HOLD = { prefer: 'wait=1' };

/** The document as it is downloaded, held against what the API then answers. */
describe('the OpenAPI document', () => {
  let api: MemoryApi;
  let document: ApiDocument;
  let seen: Set<string>;

  before(async () => {
    api = await startMemoryApi();
    document = new ApiDocument((await call(api, { path: '/openapi.json', as: null })).data);
    seen = new Set();
  });

  after(async () => {
    await api?.stop();
  });

  afterEach(() => {
    api.fleet.views.clear();
    api.fleet.isStuck = false;
    api.fleet.canStart = false;
    api.fleet.movesTo = null;
    api.fleet.suspended.clear();
    api.fleet.trouble = null;
  });

  /** Calls an operation by its documented path and holds the answer against the document. */
  async function expectAsDocumented(path: string, status: number, request: Call): Promise<void> {
    const method = (request.method ?? 'GET').toLowerCase();
    const answer = await call(api, request);
    expect(answer.status, JSON.stringify(answer.data)).to.equal(status);
    const type = String(answer.headers['content-type']);
    document.expectAnswer({ method, path }, { status, type, body: answer.data });
    seen.add(`${method} ${path} ${status}`);
  }

  it('tells the truth about claims', async () => {
    const path = '/v1/instances';
    const claim = { method: 'POST', path, body: { tenant: 'ada' } };
    await expectAsDocumented(path, 429, claim);
    api.fleet.addIdle(2);
    await expectAsDocumented(path, 202, claim);
    await expectAsDocumented(path, 409, claim);
    const other = { ...claim, body: { tenant: 'bea' } };
    await expectAsDocumented(path, 201, { ...other, headers: HOLD });
    await expectAsDocumented(path, 400, { ...claim, body: { tenant: 'ada', surprise: 1 } });
    await expectAsDocumented(path, 403, { ...claim, as: { role: 'tenant', tenant: 'eve' } });
    await expectAsDocumented(path, 401, { ...claim, as: null });
    await expectAsDocumented(path, 413, { ...claim, body: { tenant: 'x'.repeat(70_000) } });
    await expectAsDocumented(path, 400, { ...claim, body: { tenant: 'cai', sizeClass: 'l' } });
    api.fleet.suspended.add('dan');
    await expectAsDocumented(path, 403, { ...claim, body: { tenant: 'dan' } });
    api.fleet.canStart = true;
    await expectAsDocumented(path, 202, { ...claim, body: { tenant: 'cai', region: 'default' } });
  });

  it('tells the truth about lists and single instances', async () => {
    const { id } = api.fleet.addClaimed('ada', {
      failure: { code: 'found_dead', sentence: 'It died.' },
    });
    api.fleet.addClaimed('bea', { state: 'binding', bindingStep: 'announced' });
    api.fleet.addIdle();
    await expectAsDocumented('/v1/instances', 200, { path: '/v1/instances' });
    await expectAsDocumented('/v1/instances', 400, { path: '/v1/instances?limit=1000' });
    const one = '/v1/instances/{id}';
    await expectAsDocumented(one, 200, { path: `/v1/instances/${id}` });
    await expectAsDocumented(one, 404, { path: `/v1/instances/${anInstanceId()}` });
    await expectAsDocumented(one, 404, { path: '/v1/instances/not-an-id' });
    await expectAsDocumented(one, 202, { method: 'DELETE', path: `/v1/instances/${id}` });
    const unknown = `/v1/instances/${anInstanceId()}`;
    await expectAsDocumented(one, 404, { method: 'DELETE', path: unknown });
  });

  it('tells the truth about events', async () => {
    const { id } = api.fleet.addClaimed('ada', { state: 'binding', bindingStep: 'announced' });
    const path = '/v1/instances/{id}/events';
    const watch = { path: `/v1/instances/${id}/events` };
    await expectAsDocumented(path, 200, watch);
    const told = String((await call(api, watch)).data);
    const last = /id: (\S+)/.exec(told)?.[1] ?? '';
    await expectAsDocumented(path, 204, { ...watch, headers: { 'last-event-id': last } });
    await expectAsDocumented(path, 404, { path: `/v1/instances/${anInstanceId()}/events` });
    api.fleet.trouble = new Fault('streams_limit_reached', 'Too many event streams are open.');
    await expectAsDocumented(path, 503, watch);
  });

  it('tells the truth about access', async () => {
    const { id } = api.fleet.addClaimed('ada');
    const binding = api.fleet.addClaimed('bea', { state: 'binding', bindingStep: 'claimed' });
    const path = '/v1/instances/{id}/access';
    await expectAsDocumented(path, 200, { path: `/v1/instances/${id}/access` });
    await expectAsDocumented(path, 409, { path: `/v1/instances/${binding.id}/access` });
  });

  it('tells the truth about keys', async () => {
    const { id } = api.fleet.addClaimed('ada');
    const path = '/v1/instances/{id}/keys/{name}';
    const put = { method: 'PUT', path: `/v1/instances/${id}/keys/stub`, body: { value: VALUE } };
    await expectAsDocumented(path, 202, put);
    await expectAsDocumented(path, 200, { ...put, headers: HOLD });
    await expectAsDocumented(path, 422, { ...put, body: { value: 'has spaces in it' } });
    await expectAsDocumented(path, 422, { ...put, path: `/v1/instances/${id}/keys/nobody` });
    await expectAsDocumented(path, 400, { ...put, body: {} });
    const platforms = { ...put, body: { value: VALUE, owner: 'platform' } };
    await expectAsDocumented(path, 202, platforms);
    await expectAsDocumented(path, 403, { ...platforms, as: { role: 'tenant', tenant: 'ada' } });
    const list = '/v1/instances/{id}/keys';
    await expectAsDocumented(list, 200, { path: `/v1/instances/${id}/keys` });
    const remove = { method: 'DELETE', path: `/v1/instances/${id}/keys/stub` };
    await expectAsDocumented(path, 202, remove);
    await expectAsDocumented(path, 404, remove);
    await call(api, put);
    await expectAsDocumented(path, 200, { ...remove, headers: HOLD });
    api.fleet.movesTo = aClaimedInstance();
    await expectAsDocumented(path, 409, { ...put, headers: HOLD });
  });

  it('tells the truth about several keys at once', async () => {
    const { id } = api.fleet.addClaimed('ada');
    const path = '/v1/instances/{id}/keys';
    const set = [{ name: 'stub', value: VALUE }];
    const patch = { method: 'PATCH', path: `/v1/instances/${id}/keys`, body: { set } };
    await expectAsDocumented(path, 202, patch);
    await expectAsDocumented(path, 200, { ...patch, headers: HOLD });
    await expectAsDocumented(path, 400, { ...patch, body: {} });
    await expectAsDocumented(path, 400, { ...patch, body: { set: [...set, ...set] } });
    await expectAsDocumented(path, 400, { ...patch, body: { set, remove: ['stub'] } });
    await expectAsDocumented(path, 404, { ...patch, body: { remove: ['openai'] } });
    const bad = { set: [{ name: 'stub', value: '' }] };
    await expectAsDocumented(path, 422, { ...patch, body: bad });
    const refused = { set: [{ name: 'stub', value: 'refused-by-its-provider' }] };
    const verify = { ...patch, path: `${patch.path}?verify=true`, body: refused };
    await expectAsDocumented(path, 422, verify);
  });

  it('tells the truth about rotations', async () => {
    const { id } = api.fleet.addClaimed('ada');
    const path = '/v1/instances/{id}/rotations';
    const keys = [{ name: 'stub', value: VALUE }];
    const rotate = { method: 'POST', path: `/v1/instances/${id}/rotations`, body: { keys } };
    await expectAsDocumented(path, 202, rotate);
    await expectAsDocumented(path, 409, rotate);
    await expectAsDocumented(path, 400, { ...rotate, body: { keys: [] } });
    await expectAsDocumented(path, 404, { ...rotate, as: { role: 'tenant', tenant: 'eve' } });
    const bad = [{ name: 'nobody', value: VALUE }];
    await expectAsDocumented(path, 422, { ...rotate, body: { keys: bad } });
    await expectAsDocumented(path, 200, { path: rotate.path });

    const { data } = await call(api, { path: rotate.path });
    const [{ id: rotation } = { id: '' }] = data.items as { id: string }[];
    const one = `${path}/{rotation}`;
    await expectAsDocumented(one, 202, { path: `${rotate.path}/${rotation}` });
    await expectAsDocumented(one, 200, { path: `${rotate.path}/${rotation}`, headers: HOLD });
    await expectAsDocumented(one, 404, { path: `${rotate.path}/ro-nothing` });
    await expectAsDocumented(path, 200, { ...rotate, headers: HOLD });
  });

  it('tells the truth about pools and about what needs no token', async () => {
    api.fleet.addIdle();
    await expectAsDocumented('/v1/offers', 200, { path: '/v1/offers' });
    await expectAsDocumented('/v1/pools', 200, { path: '/v1/pools' });
    await expectAsDocumented('/v1/pools', 403, {
      path: '/v1/pools',
      as: { role: 'tenant', tenant: 'ada' },
    });
    const { id } = api.fleet.pool;
    const change = { method: 'PATCH', path: `/v1/pools/${id}`, as: { role: 'operator' } };
    const pool = '/v1/pools/{id}';
    const overrides = [{ cron: '0 8 * * 1-5', timeZone: 'UTC', forMinutes: 60, idleFloor: 2 }];
    await expectAsDocumented(pool, 200, { ...change, body: { isPaused: true, overrides } });
    await expectAsDocumented(pool, 422, { ...change, body: { membersMax: 50_000 } });
    await expectAsDocumented(pool, 400, { ...change, body: {} });
    await expectAsDocumented(pool, 403, { ...change, body: { isPaused: true }, as: {} });
    const other = { ...change, path: '/v1/pools/nothing-like-it' };
    await expectAsDocumented(pool, 404, { ...other, body: { isPaused: true } });
    const pages = ['/docs', '/console', '/console/operator'];
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', ...pages]) {
      await expectAsDocumented(path, 200, { path, as: null });
    }
  });

  it('tells the truth about suspensions', async () => {
    api.fleet.addClaimed('ada');
    const path = '/v1/tenants/{ref}/suspension';
    for (const method of ['PUT', 'DELETE']) {
      await expectAsDocumented(path, 200, { method, path: '/v1/tenants/ada/suspension' });
      await expectAsDocumented(path, 404, { method, path: '/v1/tenants/eve/suspension' });
      await expectAsDocumented(path, 400, { method, path: '/v1/tenants/%20/suspension' });
      const as = { role: 'tenant', tenant: 'ada' };
      await expectAsDocumented(path, 403, { method, path: '/v1/tenants/ada/suspension', as });
    }
  });

  it('tells the truth about sweeps', async () => {
    const as = { role: 'operator' };
    const path = '/v1/sweeps';
    const ask = { method: 'POST', path, body: { isDryRun: true }, as };
    await expectAsDocumented('/v1/sweeps/{id}', 404, { path: `${path}/latest`, as });
    await expectAsDocumented(path, 202, ask);
    await expectAsDocumented(path, 400, { ...ask, body: {} });
    await expectAsDocumented(path, 403, { ...ask, as: { role: 'product' } });
    await expectAsDocumented('/v1/sweeps/{id}', 200, { path: `${path}/latest`, as });
    api.sweeps.report = aSweepReport({
      suspicion: { kind: 'rows_without_jobs', found: 3, of: 4 },
      acted: [],
    });
    await expectAsDocumented('/v1/sweeps/{id}', 200, { path: `${path}/latest`, as });
  });

  it('tells the truth about key campaigns', async () => {
    const as = { role: 'operator' };
    const path = '/v1/key-campaigns';
    const body = { kind: 'replace', keyName: 'stub', value: VALUE };
    const start = { method: 'POST', path, body, as };
    await expectAsDocumented(path, 202, start);
    await expectAsDocumented(path, 409, start);
    await expectAsDocumented(path, 403, { ...start, as: { role: 'product' } });
    await expectAsDocumented(path, 400, { ...start, body: { ...body, kind: 'renew' } });
    await expectAsDocumented(path, 400, { ...start, body: { ...body, failureBudget: 2 } });
    await expectAsDocumented(path, 422, { ...start, body: { ...body, keyName: 'nobody' } });
    await expectAsDocumented(path, 200, { path, as });
    const { data } = await call(api, { path, as });
    const [{ id } = { id: '' }] = data.items as { id: string }[];
    const one = `${path}/{id}`;
    await expectAsDocumented(one, 200, { path: `${path}/${id}`, as });
    await expectAsDocumented(one, 404, { path: `${path}/kc-nothing`, as });
    const change = { method: 'PATCH', path: `${path}/${id}`, as };
    await expectAsDocumented(one, 200, { ...change, body: { state: 'paused' } });
    await expectAsDocumented(one, 200, { ...change, body: { state: 'aborted' } });
    await expectAsDocumented(one, 409, { ...change, body: { state: 'running' } });
    await expectAsDocumented(one, 400, { ...change, body: { state: 'done' } });
    await expectAsDocumented(path, 202, { ...start, body: { kind: 'renew', keyName: 'stub' } });
  });

  it('tells the truth about API keys', async () => {
    const as = { role: 'operator' };
    const path = '/v1/api-keys';
    const body = { name: 'shop backend', role: 'product', expiresInDays: 90 };
    const make = { method: 'POST', path, body, as };
    await expectAsDocumented(path, 201, make);
    await expectAsDocumented(path, 403, { ...make, as: { role: 'product' } });
    await expectAsDocumented(path, 400, { ...make, body: { ...body, expiresInDays: 366 } });
    await expectAsDocumented(path, 200, { path, as });
    const { data } = await call(api, { path, as });
    const [{ id } = { id: '' }] = data.items as { id: string }[];
    const one = { method: 'DELETE', path: `${path}/${id}`, as };
    await expectAsDocumented(`${path}/{id}`, 200, one);
    await expectAsDocumented(`${path}/{id}`, 404, { ...one, path: `${path}/ak-nothing` });
  });

  it('tells the truth about webhooks', async () => {
    const path = '/v1/webhooks';
    const body = { url: 'https://hooks.example.com/clawdeploy' };
    const make = { method: 'POST', path, body };
    await expectAsDocumented(path, 201, make);
    await expectAsDocumented(path, 400, { ...make, body: { url: 'ftp://example.com/' } });
    await expectAsDocumented(path, 422, { ...make, body: { url: 'https://10.0.0.1/' } });
    await expectAsDocumented(path, 403, { ...make, as: { role: 'tenant', tenant: 'ada' } });
    await expectAsDocumented(path, 200, { path });
    const { data } = await call(api, { path });
    const [{ id } = { id: '' }] = data.items as { id: string }[];
    const one = `${path}/{id}`;
    await expectAsDocumented(one, 200, { path: `${path}/${id}` });
    await expectAsDocumented(one, 404, { path: `${path}/wh-nothing` });
    const change = { method: 'PATCH', path: `${path}/${id}`, body: { description: 'the shop' } };
    await expectAsDocumented(one, 200, change);
    await expectAsDocumented(one, 400, { ...change, body: {} });
    const secret = { method: 'POST', path: `${path}/${id}/secret`, body: { overlapSeconds: 60 } };
    await expectAsDocumented(`${one}/secret`, 200, secret);
    await expectAsDocumented(`${one}/secret`, 400, { ...secret, body: { overlapSeconds: -1 } });
    await expectAboutDeliveries(id);
    await expectAsDocumented(one, 204, { method: 'DELETE', path: `${path}/${id}` });
  });

  async function expectAboutDeliveries(id: string): Promise<void> {
    const one = '/v1/webhooks/{id}';
    const path = `/v1/webhooks/${id}`;
    await expectAsDocumented(`${one}/test`, 202, { method: 'POST', path: `${path}/test` });
    await expectAsDocumented(`${one}/deliveries`, 200, { path: `${path}/deliveries` });
    const { data } = await call(api, { path: `${path}/deliveries?state=pending` });
    const [delivery] = data.items as { id: string }[];
    const again = `${path}/deliveries/${delivery?.id ?? ''}/replay`;
    const replay = `${one}/deliveries/{delivery}/replay`;
    await expectAsDocumented(replay, 202, { method: 'POST', path: again });
    const other = `${path}/deliveries/wd-nothing/replay`;
    await expectAsDocumented(replay, 404, { method: 'POST', path: other });
    const body = { since: '2026-11-23T12:00:00.000Z', states: ['failed', 'delivered'] };
    const all = { method: 'POST', path: `${path}/replay`, body };
    await expectAsDocumented(`${one}/replay`, 202, all);
    await expectAsDocumented(`${one}/replay`, 400, { ...all, body: { since: 'yesterday' } });
  }

  it('tells the truth about the audit', async () => {
    const as = { role: 'operator' };
    const path = '/v1/audit';
    api.audit.records = [anAuditRecord({ id: 1 }), anAuditRecord({ id: 2, from: null })];
    api.audit.seal();
    await expectAsDocumented(path, 200, { path, as });
    await expectAsDocumented(path, 400, { path: `${path}?limit=0`, as });
    await expectAsDocumented(path, 403, { path });
    const lines = `${path}/export`;
    await expectAsDocumented(lines, 200, { path: lines, as });
    await expectAsDocumented(lines, 400, { path: `${lines}?limit=100000`, as });
    await expectAsDocumented(lines, 403, { path: lines });
  });

  it('tells the truth about restarts and the trash', async () => {
    const { id } = api.fleet.addClaimed('ada');
    const path = `/v1/instances/${id}`;
    const restart = { method: 'POST', path: `${path}/restart` };
    const restore = { method: 'POST', path: `${path}/restore` };
    await expectAsDocumented('/v1/instances/{id}/restart', 202, restart);
    await expectAsDocumented('/v1/instances/{id}/restart', 200, { ...restart, headers: HOLD });
    await expectAsDocumented('/v1/instances/{id}/restore', 409, restore);
    api.fleet.graceMs = 60_000;
    await expectAsDocumented('/v1/instances/{id}', 202, { method: 'DELETE', path });
    await expectAsDocumented('/v1/instances/{id}/restart', 409, restart);
    await expectAsDocumented('/v1/instances/{id}/restore', 202, restore);
    await expectAsDocumented('/v1/instances/{id}/restore', 200, { ...restore, headers: HOLD });
    const stale = { ...restart, headers: { 'if-match': '"of-yesterday"' } };
    await expectAsDocumented('/v1/instances/{id}/restart', 412, stale);
    api.fleet.graceMs = 0;
  });

  it('tells the truth about configuration', async () => {
    const { id } = api.fleet.addClaimed('ada');
    const path = `/v1/instances/${id}/config`;
    const one = '/v1/instances/{id}/config';
    const headers = { 'content-type': 'application/merge-patch+json', 'if-match': '*' };
    const patch = { method: 'PATCH', path, headers, body: { tools: { deny: ['browser'] } } };
    await expectAsDocumented(one, 200, { path });
    await expectAsDocumented(one, 200, { ...patch, path: `${path}?dry_run=true` });
    await expectAsDocumented(one, 202, patch);
    await expectAsDocumented(one, 200, patch);
    await expectAsDocumented(one, 422, { ...patch, body: { gateway: {} } });
    await expectAsDocumented(one, 422, { ...patch, body: { tools: { deny: 1 } } });
    const { 'if-match': _none, ...plain } = headers;
    await expectAsDocumented(one, 428, { ...patch, headers: plain });
    await expectAsDocumented(one, 412, { ...patch, headers: { ...headers, 'if-match': '"x"' } });
    const { data } = await call(api, { path: `${path}/changes` });
    await expectAsDocumented(`${one}/changes`, 200, { path: `${path}/changes` });
    const change = `${path}/changes/${String(data.items[0].id)}`;
    await expectAsDocumented(`${one}/changes/{change}`, 200, { path: change });
    await expectAsDocumented(`${one}/changes/{change}`, 404, { path: `${path}/changes/nothing` });
  });

  it('tells the truth about failures that are nobody’s fault', async () => {
    api.fleet.trouble = new Fault('database_unreachable', 'The database does not answer.');
    await expectAsDocumented('/v1/pools', 503, { path: '/v1/pools' });
    api.fleet.trouble = new Error('a bug with private words in it');
    await expectAsDocumented('/v1/pools', 500, { path: '/v1/pools' });
  });

  it('promises no operation and no success that these tests have not seen', () => {
    const promised = document.operations.flatMap((operation) => {
      const [method = '', path = ''] = operation.split(' ');
      return document
        .statuses(method, path)
        .filter((status) => status < 300)
        .map((status) => `${operation} ${status}`);
    });
    expect(promised).to.have.length.greaterThan(12);
    expect(promised.filter((one) => !seen.has(one))).to.deep.equal([]);
  });
});
