import { expect } from 'chai';
import { oneProduct } from '../support/one-product.js';
import type { InstanceShown, Product } from '../support/product.js';
import { fingerprintOf } from '../support/product.js';
import { allocationIdOf, killChild, signalTask } from '../support/stack-eyes.js';
import { waitFor } from '../support/wait-for.js';

/** Whatever is killed comes back by itself, and the tenant keeps gateway, token and key. */
describe('the running product', function () {
  this.timeout(300_000);

  const key = 'key-that-survives-0001';
  const shared = oneProduct.forSuite();
  let product: Product;
  let instance: InstanceShown;
  let token: string;
  let allocation: string;

  before(async () => {
    product = await shared.take();
    await product.idleMembers(1);
    instance = await product.claim('alice');
    token = await product.token(instance.id);
    await product.setKey(instance.id, 'stub', key);
    allocation = await allocationIdOf(product.info, instance.id);
  });

  after(async () => {
    await shared.giveBack();
  });

  async function chatsAgain(withinMs: number): Promise<void> {
    await waitFor(
      async () =>
        (await product.chat(instance.id, token).catch(String)).includes(fingerprintOf(key)),
      { withinMs, describe: 'an answer made with the tenant’s key', everyMs: 500 },
    );
  }

  it('serves tenants while the API is dead, and takes calls again after', async () => {
    await killChild(product.info, 'api');
    await waitFor(
      async () => (await product.api.get('/v1/pools').catch(() => null))?.status === 200,
      { withinMs: 30_000, describe: 'the API to answer again', everyMs: 100 },
    );
    await chatsAgain(30_000);
  });

  it('routes again after the edge was killed', async () => {
    await killChild(product.info, 'edge');
    await chatsAgain(30_000);
  });

  it('finishes a claim whose controller was killed in the middle', async () => {
    await product.idleMembers(1);
    const claimed = await product.api.post<InstanceShown>('/v1/instances', {
      tenant: 'bob',
      name: 'default',
    });
    await killChild(product.info, 'controller');
    expect(claimed.data.state).to.equal('binding');

    await waitFor(
      async () => {
        const { data } = await product.api.get<InstanceShown>(`/v1/instances/${claimed.data.id}`);
        return data.state === 'ready';
      },
      { withinMs: 60_000, describe: 'the claim to become ready', everyMs: 100 },
    );
    await product.api.delete(`/v1/instances/${claimed.data.id}`);
  });

  it('brings a killed gateway back to the same tenant, in the same allocation', async () => {
    await signalTask(product.info, allocation, 'SIGKILL');
    await chatsAgain(120_000);
    expect(await allocationIdOf(product.info, instance.id)).to.equal(allocation);
  });

  it('takes a killed member out of the stock at once, and gives it back only warm', async () => {
    const [idle = ''] = await product.idleMembers(1);
    await signalTask(product.info, await allocationIdOf(product.info, idle), 'SIGKILL');
    await waitFor(
      async () => {
        const { data } = await product.api.get<InstanceShown>(`/v1/instances/${idle}`);
        return data.state !== 'idle';
      },
      { withinMs: 15_000, describe: 'the dead member to leave the stock', everyMs: 100 },
    );
    const [warm = ''] = await product.idleMembers(1);
    const claimed = await product.claim('carol');
    expect(claimed.id).to.equal(warm);
  });

  it('writes keys again after Vault was killed, for it comes back unsealed', async () => {
    await killChild(product.info, 'vault');
    await waitFor(async () => (await product.setKey(instance.id, 'stub', key)).status === 200, {
      withinMs: 60_000,
      describe: 'a key to be written',
      everyMs: 500,
    });
    await chatsAgain(30_000);
  });
});
