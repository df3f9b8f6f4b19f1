import { expect } from 'chai';
import { oneProduct, sleepAndWake } from '../support/one-product.js';
import type { InstanceShown, Product } from '../support/product.js';
import { fingerprintOf } from '../support/product.js';
import { allocationIdOf } from '../support/stack-eyes.js';
import { waitFor } from '../support/wait-for.js';

/** `make down`, then `make up`: the same gateways, alive or revived, each in its allocation. */
describe('the product after a night', function () {
  this.timeout(480_000);

  const key = 'key-that-sleeps-well-0001';
  const shared = oneProduct.forSuite();
  let product: Product;
  let claimed: InstanceShown;
  let token: string;
  let idle: string;
  let allocations: readonly string[];

  before(async () => {
    product = await shared.take();
    await product.idleMembers(1);
    claimed = await product.claim('alice');
    token = await product.token(claimed.id);
    await product.setKey(claimed.id, 'stub', key);
    [idle = ''] = await product.idleMembers(1);
    allocations = await allocationsNow();
    await sleepAndWake(product);
  });

  after(async () => {
    await shared.giveBack();
  });

  const allocationsNow = (): Promise<string[]> =>
    Promise.all([claimed.id, idle].map((id) => allocationIdOf(product.info, id)));

  async function shown(id: string): Promise<InstanceShown> {
    return (await product.api.get<InstanceShown>(`/v1/instances/${id}`)).data;
  }

  it('warms the idle member up again, and gives it to nobody before', async () => {
    // Not idle for long: either it is seen to be cold at once, or it would be given away like that.
    await waitFor(async () => (await shown(idle)).state === 'warming', {
      ...{ withinMs: 60_000, everyMs: 50 },
      describe: 'the cold member to leave the stock',
    });
    expect(await product.idleMembers(1)).to.deep.equal([idle]);
    expect((await shown(idle)).state).to.equal('idle');
  });

  it('answers the tenant with the same key and token, as soon as the gateway has booted', async () => {
    const says = (): Promise<string> => product.chat(claimed.id, token).catch(String);
    await waitFor(async () => (await says()).includes(fingerprintOf(key)), {
      ...{ withinMs: 180_000, everyMs: 500 },
      describe: 'an answer made with the tenant’s key',
    });
    expect((await shown(claimed.id)).state).to.equal('ready');
  });

  it('finds both in the allocations that they had, and nothing beside them', async () => {
    expect(await allocationsNow()).to.deep.equal(allocations);
    const { data } = await product.api.get<{ items: InstanceShown[] }>('/v1/instances');
    const alive = data.items.filter(({ state }) => state !== 'deleted').map(({ id }) => id);
    expect([...alive].sort()).to.deep.equal([claimed.id, idle].sort());
  });

  it('gives the member that slept to the next tenant, who sets a key of their own', async () => {
    const next = await product.claim('bob');
    expect(next.id).to.equal(idle);
    const own = 'key-of-the-morning-0001';
    expect((await product.setKey(next.id, 'stub', own)).status).to.equal(200);
    const answer = await product.chat(next.id, await product.token(next.id));
    expect(answer).to.include(fingerprintOf(own));
  });
});
