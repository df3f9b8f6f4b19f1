import { expect } from 'chai';
import { z } from 'zod';
import type { InstanceShown, Product } from '../support/product.js';
import { fingerprintOf, startProduct } from '../support/product.js';
import { allocationIdOf, askNomad } from '../support/stack-eyes.js';
import { SteadyChat } from '../support/steady-chat.js';
import { waitFor } from '../support/wait-for.js';

const KEY = 'the-key-of-alice';
const WAIT = { headers: { prefer: 'wait=60' } };
/** A name that only a gateway keeps which has the tenant's data. */
const MEMORY = 'Remember the word heliotrope.';

const Tasks = z.array(
  z.object({ TaskStates: z.record(z.string(), z.object({ StartedAt: z.string() })) }),
);

/** A tenant changes settings, restarts, deletes and takes back: on a real gateway on real servers. */
describe('a tenant’s instance on a real gateway', function () {
  this.timeout(400_000);

  let product: Product;
  let instance: InstanceShown;
  let path: string;
  let token: string;
  let allocation: string;

  before(async () => {
    product = await startProduct({
      pools: 's=1',
      extraEnv: { CLAWDEPLOY_DELETE_GRACE_S: '600' },
    });
    await product.idleMembers(1);
    instance = await product.claim('alice');
    path = `/v1/instances/${instance.id}`;
    token = await product.token(instance.id);
    expect((await product.setKey(instance.id, 'stub', KEY)).status).to.equal(200);
    expect(await product.chat(instance.id, token, MEMORY)).to.include(fingerprintOf(KEY));
    allocation = await allocationIdOf(product.info, instance.id);
  });

  after(async () => {
    await product?.stop();
  });

  async function startedAt(): Promise<string> {
    const found = Tasks.parse(await askNomad(product.info, `/v1/job/${instance.id}/allocations`));
    return Object.values(found[0]?.TaskStates ?? {})[0]?.StartedAt ?? '';
  }

  function untilReady(): Promise<unknown> {
    return waitFor(async () => (await product.api.get(path)).data.state === 'ready', {
      withinMs: 180_000,
      describe: 'it to be ready again',
    });
  }

  async function patch(body: object) {
    const { headers } = await product.api.get(`${path}/config`);
    return product.api.patch(`${path}/config`, body, {
      headers: {
        'content-type': 'application/merge-patch+json',
        'if-match': String(headers['etag']),
        prefer: 'wait=60',
      },
    });
  }

  async function sessions(): Promise<string> {
    const { data } = await product.viaEdge(instance.id, '/tools/invoke', {
      ...{ method: 'POST', token, body: { tool: 'sessions_list', args: {} } },
    });
    return JSON.stringify(data);
  }

  it('takes settings while its tenant talks to it, in the same process', async () => {
    const chat = new SteadyChat(product, instance.id, token);
    const process = await startedAt();
    const { data, status } = await patch({ agents: { defaults: { thinkingDefault: 'low' } } });

    expect(status, JSON.stringify(data)).to.equal(200);
    expect(data).to.have.nested.property('change.state', 'applied');
    expect(data.diff[0]).to.include({ effect: 'hot' });
    expect((await chat.stop()).failures).to.deep.equal([]);
    expect(await startedAt()).to.equal(process);
    expect(await allocationIdOf(product.info, instance.id)).to.equal(allocation);
  });

  it('has settings put back that it does not take, and goes on with those before', async () => {
    const chat = new SteadyChat(product, instance.id, token);
    const refused = { models: { providers: { mine: { api: 'openai-completions', models: [] } } } };
    const { data } = await patch(refused);

    expect(data).to.have.nested.property('change.state', 'reverted');
    expect(data).to.have.nested.property('change.failure.code', 'not_taken');
    expect((await chat.stop()).failures).to.deep.equal([]);
    const { data: shown } = await product.api.get(`${path}/config`);
    expect(shown.config).to.deep.equal({ agents: { defaults: { thinkingDefault: 'low' } } });
  });

  it('is restarted in place, with its data, its key, its settings and its token', async () => {
    const [process, known] = [await startedAt(), await sessions()];
    const { data, status } = await product.api.post(`${path}/restart`);
    expect(status, JSON.stringify(data)).to.equal(202);
    await untilReady();

    expect(await startedAt()).to.not.equal(process);
    expect(await allocationIdOf(product.info, instance.id)).to.equal(allocation);
    expect(await product.chat(instance.id, token)).to.include(fingerprintOf(KEY));
    expect(known).to.match(/count\W+[1-9]/);
    expect(await sessions()).to.match(/count\W+[1-9]/);
    const { data: shown } = await product.api.get(`${path}/config`);
    expect(shown.config).to.have.nested.property('agents.defaults.thinkingDefault', 'low');
  });

  it('is out of reach in the trash, and answers again when it is taken out', async () => {
    const removed = await product.api.delete(path);
    expect(removed.data).to.include({ state: 'trashed' });
    await waitFor(async () => (await product.viaEdge(instance.id, '/')).status === 404, {
      withinMs: 2_000,
      describe: 'the edge to know it no more',
    });
    const restored = await product.api.post(`${path}/restore`, undefined, WAIT);

    expect(restored.status, JSON.stringify(restored.data)).to.equal(200);
    expect(restored.data).to.include({ state: 'ready', destroyAt: null });
    expect(await product.chat(instance.id, token)).to.include(fingerprintOf(KEY));
    expect(await allocationIdOf(product.info, instance.id)).to.equal(allocation);
  });

  it('is destroyed when nobody wants to wait', async () => {
    await product.api.delete(path);
    await product.api.delete(`${path}?grace=0`);
    await waitFor(async () => (await product.api.get(path)).data.state === 'deleted', {
      withinMs: 60_000,
      describe: 'it to be destroyed',
    });
    expect((await product.claim('alice')).id).to.not.equal(instance.id);
  });
});
