import { expect } from 'chai';
import { call, expectProblem } from './support/call.js';
import type { MemoryApi } from './support/memory-api.js';
import { startMemoryApi } from './support/memory-api.js';

const PATCH = { 'content-type': 'application/merge-patch+json' };
const THINK = { agents: { defaults: { thinkingDefault: 'low' } } };

describe('conditions of requests', () => {
  let api: MemoryApi;
  let path: string;

  beforeEach(async () => {
    api = await startMemoryApi();
    path = `/v1/instances/${api.fleet.addClaimed('ada').id}`;
  });

  afterEach(async () => {
    await api?.stop();
  });

  async function tagOf(of: string): Promise<string> {
    return String((await call(api, { path: of })).headers['etag']);
  }

  it('spare a caller what they have already, and tell them of all that is new', async () => {
    const tag = await tagOf(path);
    const again = await call(api, { path, headers: { 'if-none-match': `"other", W/${tag}` } });
    expect(again.status).to.equal(304);
    expect(again.data).to.equal('');
    expect(again.headers['etag']).to.equal(tag);
    await call(api, { method: 'POST', path: `${path}/restart` });
    const changed = await call(api, { path, headers: { 'if-none-match': tag } });
    expect(changed.status).to.equal(200);
    expect(changed.headers['etag'])
      .to.match(/^"[\w-]{22}"$/)
      .and.not.equal(tag);
  });

  it('keep a change from what it was not decided on', async () => {
    for (const [method, at] of [
      ['POST', `${path}/restart`],
      ['DELETE', path],
      ['DELETE', `${path}/keys/stub`],
    ] as const) {
      const stale = { method, path: at, headers: { 'if-match': '"of-yesterday", W/"weak"' } };
      expectProblem(await call(api, stale), 412, 'precondition_failed');
    }
    const tag = await tagOf(path);
    const fresh = { method: 'POST', path: `${path}/restart`, headers: { 'if-match': tag } };
    expect((await call(api, fresh)).status).to.equal(202);
  });

  it('are asked for where a patch replaces lists', async () => {
    const patch = { method: 'PATCH', path: `${path}/config`, body: THINK, headers: PATCH };
    expectProblem(await call(api, patch), 428, 'precondition_required');
    const tag = await tagOf(`${path}/config`);
    const changed = await call(api, { ...patch, headers: { ...PATCH, 'if-match': tag } });
    expect(changed.status, JSON.stringify(changed.data)).to.equal(202);
    expect(changed.headers['etag']).to.equal(await tagOf(`${path}/config`));
    const late = { ...patch, headers: { ...PATCH, 'if-match': tag } };
    expectProblem(await call(api, late), 412, 'precondition_failed');
  });

  it('are not asked for by who only wants to know', async () => {
    const query = `${path}/config?dry_run=true`;
    const asked = await call(api, { method: 'PATCH', path: query, body: THINK, headers: PATCH });
    expect(asked.status).to.equal(200);
    expect(asked.data).to.include({ needsRestart: false, change: null });
    expect(asked.data.diff).to.have.length(1);
    expect((await call(api, { path: `${path}/config` })).data).to.include({ revision: 0 });
  });

  it('do not make a patch of what is sent as plain JSON, nor the other way round', async () => {
    const headers = { 'content-type': 'application/json', 'if-match': '*' };
    const plain = { method: 'PATCH', path: `${path}/config`, body: THINK, headers };
    expectProblem(await call(api, plain), 400, 'request_invalid');
    const key = { method: 'PUT', path: `${path}/keys/stub`, body: { value: 'x' }, headers: PATCH };
    expectProblem(await call(api, key), 400, 'request_invalid');
  });

  it('leave the tenant’s own settings to them, and say whose the others are', async () => {
    const headers = { ...PATCH, 'if-match': '*' };
    const owned = await call(api, {
      ...{ method: 'PATCH', path: `${path}/config`, headers },
      body: { gateway: { port: 1 }, models: { providers: { openai: {} } } },
    });
    expectProblem(owned, 422, 'config_platform_owned');
    const parts = owned.data.errors as readonly { readonly pointer: string }[];
    expect(parts.map(({ pointer }) => pointer)).to.deep.equal([
      '/gateway',
      '/models/providers/openai',
    ]);
    const secret = { mcp: { servers: { a: { env: { A_TOKEN: 'sk-ant-abcdefghijklmnop' } } } } };
    const refused = await call(api, {
      method: 'PATCH',
      path: `${path}/config`,
      headers,
      body: secret,
    });
    expectProblem(refused, 422, 'config_refused');
    expect(JSON.stringify(refused.data)).to.not.include('sk-ant');
    const deep = JSON.parse('{"agents":'.repeat(3_000) + '{}' + '}'.repeat(3_000)) as object;
    const nested = await call(api, {
      method: 'PATCH',
      path: `${path}/config`,
      headers,
      body: deep,
    });
    expectProblem(nested, 422, 'config_refused');
  });

  it('throw into the trash what may be restored, and destroy what must not', async () => {
    api.fleet.graceMs = 60_000;
    const trashed = await call(api, { method: 'DELETE', path });
    expect(trashed.data).to.include({ state: 'trashed' });
    expect(trashed.data.destroyAt).to.be.a('string');
    const restored = await call(api, {
      ...{ method: 'POST', path: `${path}/restore`, headers: { prefer: 'wait=5' } },
    });
    expect(restored.data).to.include({ state: 'ready', destroyAt: null });
    expectProblem(
      await call(api, { method: 'POST', path: `${path}/restore` }),
      409,
      'restore_refused',
    );
    const gone = await call(api, { method: 'DELETE', path: `${path}?grace=0` });
    expect(gone.data).to.include({ state: 'deleting' });
  });
});
