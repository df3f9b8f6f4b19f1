import { expect } from 'chai';
import { otherProduct } from '../support/one-product.js';
import type { InstanceShown, Product } from '../support/product.js';
import { fingerprintOf } from '../support/product.js';
import { allocationIdOf } from '../support/stack-eyes.js';

/** What somebody without root gets: the same gateway under Nomad's raw_exec driver. */
describe('a gateway under raw_exec', function () {
  this.timeout(300_000);

  const shared = otherProduct.forSuite();
  let product: Product;
  let instance: InstanceShown;

  before(async () => {
    product = await shared.take();
  });

  after(async () => {
    await shared.giveBack();
  });

  it('is given away in its allocation like any other', async () => {
    const [member = ''] = await product.idleMembers(1);
    const allocation = await allocationIdOf(product.info, member);
    instance = await product.claim('alice');

    expect(instance.id).to.equal(member);
    expect(await allocationIdOf(product.info, instance.id)).to.equal(allocation);
    expect(product.info.controlPlaneEnv('controller')).to.include({
      CLAWDEPLOY_INSTANCE_DRIVER: 'raw_exec',
    });
  });

  it('answers with the tenant’s key, and nobody without the tenant’s token', async () => {
    const key = 'key-without-root-0001';
    expect((await product.setKey(instance.id, 'stub', key)).status).to.equal(200);
    const answer = await product.chat(instance.id, await product.token(instance.id));
    expect(answer).to.include(fingerprintOf(key));
    expect((await product.viaEdge(instance.id, '/v1/models')).status).to.equal(401);
  });
});
