import type { AxiosResponse } from 'axios';
import { expect } from 'chai';
import type { Call } from './support/call.js';
import { call, expectProblem } from './support/call.js';
import type { MemoryApi } from './support/memory-api.js';
import { startMemoryApi } from './support/memory-api.js';
import { anAuditRecord } from './support/memory-audit.js';

const SECRET = 'sk-ant-api03-not-a-real-key';

/** The ids of a page's records. */
function idsIn({ data }: AxiosResponse<{ readonly items: readonly { id: number }[] }>) {
  return data.items.map(({ id }) => id);
}

describe('the audit by the API', () => {
  let api: MemoryApi;

  beforeEach(async () => {
    api = await startMemoryApi();
  });

  afterEach(async () => {
    await api?.stop();
  });

  const as = { role: 'operator' };

  it('is read a page at a time, newest first, sealed or not yet', async () => {
    api.audit.records = [1, 2].map((id) => anAuditRecord({ id }));
    api.audit.seal();
    api.audit.records = [...api.audit.records, anAuditRecord({ id: 3 })];
    const first = await call(api, { path: '/v1/audit?limit=2', as });
    const cursor: string = first.data.nextCursor;
    const second = await call(api, { path: `/v1/audit?limit=2&cursor=${cursor}`, as });

    expect(idsIn(first)).to.deep.equal([3, 2]);
    expect(first.data.items[0].seal).to.equal(null);
    expect(first.data.items[1].seal).to.include({ number: 2 });
    expect(idsIn(second)).to.deep.equal([1]);
    expect(second.data.nextCursor).to.equal(null);
  });

  it('is filtered by who, what, on what, how it ended and when', async () => {
    api.audit.records = [
      anAuditRecord({ id: 1 }),
      anAuditRecord({ id: 2, actor: 'nobody', outcome: 'refused', action: 'claimInstance' }),
      anAuditRecord({ id: 3, target: 'oc-bbbbbbbbbbbb', at: new Date('2026-11-24T00:00:00Z') }),
    ];
    const idsOf = async (query: string): Promise<readonly number[]> =>
      idsIn(await call(api, { path: `/v1/audit?${query}`, as }));
    expect(await idsOf('actor=nobody')).to.deep.equal([2]);
    expect(await idsOf('action=instance.claim')).to.deep.equal([3, 1]);
    expect(await idsOf('target=oc-bbbbbbbbbbbb')).to.deep.equal([3]);
    expect(await idsOf('outcome=refused')).to.deep.equal([2]);
    expect(await idsOf('since=2026-11-24T00:00:00Z')).to.deep.equal([3]);
    expect(await idsOf('until=2026-11-24T00:00:00Z')).to.deep.equal([2, 1]);
  });

  it('is for operators, and takes no query that it does not know how to answer', async () => {
    for (const path of ['/v1/audit', '/v1/audit/export']) {
      expectProblem(await call(api, { path, as: null }), 401, 'unauthenticated');
      expectProblem(await call(api, { path }), 403, 'forbidden');
      const tenant = { role: 'tenant', tenant: 'ada' };
      expectProblem(await call(api, { path, as: tenant }), 403, 'forbidden');
      expectProblem(await call(api, { path: `${path}?limit=0`, as }), 400, 'request_invalid');
    }
    expectProblem(await call(api, { path: '/v1/audit?cursor=x', as }), 400, 'request_invalid');
    expectProblem(await call(api, { path: '/v1/audit?since=x', as }), 400, 'request_invalid');
    expectProblem(
      await call(api, { path: '/v1/audit/export?after=-1', as }),
      400,
      'request_invalid',
    );
  });

  describe('notes refused writes', () => {
    const claim: Call = { method: 'POST', path: '/v1/instances', body: { tenant: 'ada' } };
    const noted = (): unknown =>
      api.refusals.map(({ actor, action, target, code }) => [actor, action, target, code]);

    it('with who, from where, what and why', async () => {
      const id = 'oc-aaaaaaaaaaaa';
      const answer = await call(api, { ...claim, as: null });
      await call(api, { ...claim, as: { role: 'tenant', tenant: 'eve' } });
      await call(api, claim);
      const tenant = { role: 'tenant', tenant: 'eve' };
      await call(api, { method: 'DELETE', path: `/v1/instances/${id}`, as: tenant });
      await call(api, { path: `/v1/instances/${id}/access`, as: tenant });

      expect(noted()).to.deep.equal([
        ['nobody', 'claimInstance', null, 'unauthenticated'],
        ['tenant:tester', 'claimInstance', null, 'forbidden'],
        ['product:tester', 'claimInstance', null, 'pool_empty'],
        ['tenant:tester', 'deleteInstance', id, 'instance_unknown'],
        ['tenant:tester', 'readAccess', id, 'instance_unknown'],
      ]);
      expect(api.refusals.map(({ from }) => from)).to.deep.equal(Array(5).fill('127.0.0.1'));
      expect(api.refusals[0]?.requestId).to.equal(answer.headers['x-request-id']);
    });

    it('and cannot be stopped by a subject that no column can hold', async () => {
      await call(api, { ...claim, as: { subject: 'a\u0000b' } });
      expect(api.refusals[0]?.actor).to.equal('product:a?b');
    });

    it('and neither reads nor paths and methods that do not exist', async () => {
      await call(api, { path: '/v1/instances', as: null });
      await call(api, { path: '/v1/pools', as: { role: 'tenant', tenant: 'eve' } });
      await call(api, { method: 'POST', path: '/wp-login.php', body: {} });
      await call(api, { method: 'PATCH', path: '/v1/instances', body: {} });
      expect(noted()).to.deep.equal([]);
    });

    it('and nothing of what was sent', async () => {
      const put = { method: 'PUT', headers: { 'content-type': 'application/json' } };
      await call(api, {
        ...put,
        path: `/v1/instances/${SECRET}/keys/openai`,
        body: { value: SECRET },
      });
      await call(api, { ...put, path: `/v1/instances/oc-aaaaaaaaaaaa/keys/${SECRET}`, body: {} });
      await call(api, {
        ...put,
        path: '/v1/instances/x/keys/openai',
        body: `{"value": "${SECRET}`,
      });
      await call(api, { ...claim, as: null, headers: { authorization: `Bearer ${SECRET}` } });

      expect(api.refusals).to.have.length(4);
      expect(JSON.stringify(api.refusals)).to.not.include(SECRET);
    });
  });
});
