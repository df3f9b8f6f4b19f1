import { createHash, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import { Fault } from '../../src/errors/index.js';
import { anInstanceId } from '../support/builders.js';
import { call, expectProblem } from './support/call.js';
import { GATEWAY_TOKEN } from './support/memory-fleet.js';
import type { MemoryApi } from './support/memory-api.js';
import { startMemoryApi } from './support/memory-api.js';

const SECRET = 'sk-a-key-that-must-not-come-back';

describe('requests', () => {
  let api: MemoryApi;

  beforeEach(async () => {
    api = await startMemoryApi();
  });

  afterEach(async () => {
    await api?.stop();
  });

  it('get an id of ours, or one that stands for the id they came with and tells nothing of it', async () => {
    const idFor = async (headers: Record<string, string>): Promise<unknown> =>
      (await call(api, { path: '/healthz', headers })).headers['x-request-id'];
    expect(await idFor({})).to.match(/^req-[a-z2-7]{20}$/);
    for (const own of [
      'sign-up-4711',
      randomUUID(),
      SECRET,
      'with spaces in it',
      'x'.repeat(999),
    ]) {
      const digest = createHash('sha256').update(own).digest('hex').slice(0, 32);
      expect(await idFor({ 'x-request-id': own })).to.equal(`req-${digest}`);
    }
  });

  it('are refused when they stream more than 64 KiB without saying so first', async () => {
    const { id } = api.fleet.addClaimed('ada');
    const token = await api.token();
    const status = await new Promise<number>((resolve, reject) => {
      const path = `/v1/instances/${id}/keys/stub`;
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const sending = httpRequest(`${api.url}${path}`, { method: 'PUT', headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sending.on('error', reject);
      sending.write('{"value":"');
      for (let part = 0; part < 9; part += 1) sending.write('x'.repeat(8192));
      sending.end('"}');
    });
    expect(status).to.equal(413);
    expect(api.fleet.keyValues.size).to.equal(0);
  });

  it('with a body that is not JSON are told so, whatever it is labelled as', async () => {
    const send = (contentType: string, body: string): ReturnType<typeof call> =>
      call(api, {
        method: 'POST',
        path: '/v1/instances',
        body,
        headers: { 'content-type': contentType },
      });
    for (const answer of [
      await send('text/plain', `{"tenant":"${SECRET}"}`),
      await send('application/x-www-form-urlencoded', `tenant=${SECRET}`),
      await send('application/json', `{"tenant": ${SECRET}`),
    ]) {
      expectProblem(answer, 400, 'request_invalid');
      expect(JSON.stringify(answer.data)).to.not.include(SECRET);
    }
  });

  it('for paths that do not exist or cannot be decoded get a problem', async () => {
    for (const path of ['/nothing', '/v1/instances/%zz', '/v1/instances/a/b/c/d']) {
      const answer = await call(api, { path });
      expect(answer.status, path).to.equal(404);
      expect(answer.headers['content-type'], path).to.include('application/problem+json');
    }
    const other = await call(api, { method: 'PATCH', path: '/v1/pools' });
    expectProblem(other, 405, 'method_unsupported');
    expect(other.headers['allow']).to.equal('GET, HEAD');
  });

  it('are never answered with what went wrong inside', async () => {
    api.fleet.trouble = new Error(`connect to postgres://user:${SECRET}@host failed`);
    const answer = await call(api, { path: '/v1/pools' });
    expectProblem(answer, 500, 'internal');
    expect(JSON.stringify(answer.data)).to.not.include('postgres');
  });

  it('are told when to come back, for whatever heals with time, and not all at once', async () => {
    api.fleet.trouble = new Fault('vault_sealed', 'Vault is sealed.');
    const pauses = new Set<number>();
    for (let asked = 0; asked < 20; asked += 1) {
      const answer = await call(api, { path: '/v1/pools' });
      expectProblem(answer, 503, 'vault_sealed');
      pauses.add(Number(answer.headers['retry-after']));
    }
    expect(Math.min(...pauses)).to.be.at.least(1);
    expect(pauses.size).to.be.greaterThan(1);
  });

  it('leave neither keys nor tokens in the log, and patterns instead of paths in metrics', async () => {
    const { id } = api.fleet.addClaimed('ada');
    const path = `/v1/instances/${id}/keys/stub`;
    await call(api, { method: 'PUT', path, body: { value: SECRET } });
    await call(api, { method: 'PUT', path, body: { value: SECRET, more: SECRET } });
    await call(api, { path: `/v1/instances/${id}/access` });
    await call(api, { path: `/v1/instances/${anInstanceId()}` });
    await call(api, { path: `/${SECRET}` });

    expect(api.fleet.keyValues.get('stub')).to.equal(SECRET);
    const logged = api.logged.join('\n');
    expect(logged).to.include('request answered');
    expect(logged).to.not.include(SECRET);
    expect(logged).to.not.include(GATEWAY_TOKEN);
    expect(api.measured).to.include.members([
      'PUT /v1/instances/:id/keys/:name 202',
      'PUT /v1/instances/:id/keys/:name 400',
      'GET /v1/instances/:id/access 200',
      'GET unmatched 404',
    ]);
  });

  it('never repeat a key that was sent in the wrong place', async () => {
    const { id } = api.fleet.addClaimed('ada');
    const keys = `/v1/instances/${id}/keys`;
    const rotations = `/v1/instances/${id}/rotations`;
    const name = 'f3a9c1d2e4b5a697';
    for (const [method, path, body] of [
      ['PATCH', keys, { set: [{ name: SECRET.toUpperCase(), value: 'a-good-value' }] }],
      ['PATCH', keys, { set: [{ name, value: 'a-good-value' }] }],
      ['PATCH', keys, { set: { [SECRET]: 'a-good-value' } }],
      ['PATCH', keys, { set: SECRET }],
      ['PATCH', keys, { remove: [SECRET.toUpperCase()] }],
      ['PATCH', keys, { [SECRET]: 1 }],
      ['POST', rotations, { keys: [{ name: 'stub', value: 'good-value', [SECRET]: 1 }] }],
      ['POST', rotations, { keys: [{ name: 'stub', value: { [SECRET]: SECRET } }] }],
      ['POST', rotations, { keys: SECRET }],
      ['POST', `${rotations}?verify=${SECRET}`, { keys: [] }],
    ] as const) {
      const answer = await call(api, { method, path, body });
      expect(answer.status, JSON.stringify(body)).to.be.within(400, 422);
      const said = JSON.stringify(answer.data).toLowerCase();
      expect(said, JSON.stringify(body)).to.not.include(SECRET).and.not.include(name);
    }
    const logged = api.logged.join('\n').toLowerCase();
    expect(logged).to.not.include(SECRET).and.not.include(name);
  });

  it('show the token in the answer to access alone, which nobody may store', async () => {
    const { id } = api.fleet.addClaimed('ada');
    const access = await call(api, { path: `/v1/instances/${id}/access` });
    expect(access.data.token).to.equal(GATEWAY_TOKEN);
    expect(access.headers['cache-control']).to.equal('no-store');
    for (const path of ['/v1/instances', `/v1/instances/${id}`, `/v1/instances/${id}/keys`]) {
      expect(JSON.stringify((await call(api, { path })).data)).to.not.include(GATEWAY_TOKEN);
    }
  });

  it('set keys whose name has a slash, which is sent encoded', async () => {
    const { id } = api.fleet.addClaimed('ada');
    const value = `123456789:${'s'.repeat(35)}`;
    const path = `/v1/instances/${id}/keys/telegram%2Fbot`;
    expect((await call(api, { method: 'PUT', path, body: { value } })).status).to.equal(202);
    expect(api.fleet.keyValues.get('telegram/bot')).to.equal(value);
  });

  it('for the page get one that loads nothing from elsewhere', async () => {
    const page = await call(api, { path: '/docs', as: null });
    const policy = String(page.headers['content-security-policy']);
    expect(policy).to.include("default-src 'none'");
    expect(policy).to.include("script-src 'self'");
    for (const [, file = ''] of String(page.data).matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(file).to.match(/^\/docs\//);
      expect((await call(api, { path: file, as: null })).status, file).to.equal(200);
    }
  });
});
