import { expect } from 'chai';
import { EVENT_TYPES } from '../../src/domain/webhooks/event-types.js';
import { call, expectProblem } from './support/call.js';
import type { MemoryApi } from './support/memory-api.js';
import { startMemoryApi } from './support/memory-api.js';

const URL = 'https://hooks.example.com/clawdeploy';

describe('webhooks over the API', () => {
  let api: MemoryApi;

  beforeEach(async () => {
    api = await startMemoryApi();
  });

  afterEach(async () => {
    await api?.stop();
  });

  const create = (body: object = {}, as = {}) =>
    call(api, { method: 'POST', path: '/v1/webhooks', body: { url: URL, ...body }, as });

  it('show their secret when they are made and never again', async () => {
    const { data: made } = await create();
    expect(made.secret).to.match(/^whsec_[A-Za-z0-9+/]{43}=$/);
    for (const path of ['/v1/webhooks', `/v1/webhooks/${String(made.id)}`]) {
      const { data } = await call(api, { path });
      expect(JSON.stringify(data)).to.include(made.id).and.not.include('whsec_');
    }
    expect(api.logged.join('\n')).to.not.include('whsec_');
  });

  it('are given another secret, with the time until which the old one signs', async () => {
    const { data: made } = await create();
    const path = `/v1/webhooks/${String(made.id)}/secret`;
    const renewed = await call(api, { method: 'POST', path, body: {} });
    expect(renewed.data.secret)
      .to.match(/^whsec_/)
      .and.not.equal(made.secret);
    expect(Date.parse(renewed.data.previousSecretUntil)).to.be.greaterThan(Date.now());
    const cut = await call(api, { method: 'POST', path, body: { overlapSeconds: 0 } });
    expect(cut.data.previousSecretUntil).to.equal(null);
  });

  it('of an operator are unknown to a product', async () => {
    const { data: made } = await create({}, { role: 'operator' });
    expect(made.audience).to.equal('operator');
    expectProblem(
      await call(api, { path: `/v1/webhooks/${String(made.id)}` }),
      404,
      'webhook_unknown',
    );
    expect((await call(api, { path: '/v1/webhooks' })).data.items).to.deep.equal([]);
    const seen = await call(api, { path: '/v1/webhooks', as: { role: 'auditor' } });
    expect(seen.data.items).to.have.length(1);
  });

  it('refuse addresses that are not public, and say so', async () => {
    const answer = await create({ url: 'https://169.254.169.254/latest/meta-data' });
    expectProblem(answer, 422, 'webhook_url_refused');
    expect(answer.data.detail).to.include('not public');
  });

  it('are not made without their secret: with Vault away there is none', async () => {
    api.webhooks.secrets.trouble.breakDown('vault_sealed');
    expectProblem(await create(), 503, 'vault_sealed');
    expect((await call(api, { path: '/v1/webhooks' })).data.items).to.deep.equal([]);
  });

  it('are bounded in number', async () => {
    for (let made = 0; made < 100; made += 1) expect((await create()).status).to.equal(201);
    expectProblem(await create(), 409, 'webhooks_limit_reached');
  });

  it('are described in the document, each event with its data', async () => {
    const { data } = await call(api, { path: '/openapi.json', as: null });
    expect(Object.keys(data.webhooks)).to.have.members([...EVENT_TYPES]);
    const ready = data.webhooks['instance.ready'].post;
    const { schema } = ready.requestBody.content['application/json'];
    expect(Object.keys(schema.properties)).to.deep.equal(['type', 'timestamp', 'data']);
    expect(schema.properties.data.required).to.include.members(['instance', 'tenant', 'name']);
    const headers = (ready.parameters as { name: string }[]).map(({ name }) => name);
    expect(headers).to.have.members(['webhook-id', 'webhook-timestamp', 'webhook-signature']);
  });
});
