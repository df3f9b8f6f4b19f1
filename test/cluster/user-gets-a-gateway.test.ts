import { expect } from 'chai';
import { anInstanceId } from '../support/builders.js';
import { oneProduct, otherProduct } from '../support/one-product.js';
import type { InstanceShown, Product } from '../support/product.js';
import { fingerprintOf } from '../support/product.js';
import { waitFor } from '../support/wait-for.js';
import { allocationIdOf, nomadJobIds, secretsOf } from '../support/stack-eyes.js';

/** The whole path of a user, on real servers and a real OpenClaw, the same for both edges. */
for (const edge of ['caddy', 'traefik'] as const) {
  describe(`a user’s gateway behind ${edge}`, function () {
    this.timeout(300_000);

    const shared = (edge === 'caddy' ? oneProduct : otherProduct).forSuite();
    let product: Product;
    let memberId: string;
    let allocationBefore: string;
    let instance: InstanceShown;
    let token: string;

    before(async () => {
      product = await shared.take();
      expect(product.info.edge).to.equal(edge);
      [memberId = ''] = await product.idleMembers(1);
      allocationBefore = await allocationIdOf(product.info, memberId);
    });

    after(async () => {
      await shared.giveBack();
    });

    it('answers nobody under the name of an unclaimed member or of none at all', async () => {
      expect((await product.viaEdge(memberId, '/healthz')).status).to.equal(404);
      expect((await product.viaEdge(anInstanceId(), '/healthz')).status).to.equal(404);
    });

    it('is a member of the pool, given away without touching its allocation', async () => {
      instance = await product.claim('alice');
      token = await product.token(instance.id);

      expect(instance.id).to.equal(memberId);
      expect(await allocationIdOf(product.info, instance.id)).to.equal(allocationBefore);
      await waitFor(async () => (await product.viaEdge(instance.id, '/healthz')).status === 200, {
        withinMs: 10_000,
        describe: 'the instance’s name to answer',
      });
    });

    it('answers a chat turn made with the tenant’s own key', async () => {
      const key = 'first-key-of-alice-0001';
      expect((await product.setKey(instance.id, 'stub', key)).status).to.equal(200);
      expect(await product.chat(instance.id, token)).to.include(fingerprintOf(key));
    });

    it('uses a replaced key from the next turn on, in the same allocation', async () => {
      const key = 'second-key-of-alice-0002';
      expect((await product.setKey(instance.id, 'stub', key)).status).to.equal(200);

      expect(await product.chat(instance.id, token)).to.include(fingerprintOf(key));
      expect(await allocationIdOf(product.info, instance.id)).to.equal(allocationBefore);
    });

    it('lets in nobody without the tenant’s token', async () => {
      for (const wrong of [undefined, 'not-the-token']) {
        const request = wrong === undefined ? {} : { token: wrong };
        expect((await product.viaEdge(instance.id, '/v1/models', request)).status).to.equal(401);
      }
    });

    it('keeps the gateway’s admin door shut from outside, whatever the path looks like', async () => {
      const body = { method: 'config.get', params: {} };
      for (const path of [
        '/api/v1/admin/rpc',
        '/api/v1/admin/rpc/',
        '//api/v1/admin/rpc',
        '/api/v1/admin/../admin/rpc',
        '/api/v1/%61dmin/rpc',
        '/API/v1/admin/rpc',
      ]) {
        const { status } = await product.viaEdge(instance.id, path, {
          method: 'POST',
          token,
          body,
        });
        expect(status, path).to.be.within(300, 499);
      }
    });

    it('overrules an upstream that the client sends along', async () => {
      const headers = { 'x-upstream': '127.0.0.1:1' };
      const { status } = await product.viaEdge(instance.id, '/healthz', { headers });
      expect(status).to.equal(200);
    });

    it('takes the pool’s place again: a new member follows', async () => {
      const [next] = await product.idleMembers(1);
      expect(next).to.not.equal(instance.id);
    });

    it('is gone with its job, its name and its secrets when it is deleted', async () => {
      expect(await secretsOf(product.info, instance.id)).to.have.members(['gateway', 'keys']);
      expect((await product.api.delete(`/v1/instances/${instance.id}`)).status).to.equal(202);
      await waitFor(async () => (await product.viaEdge(instance.id, '/healthz')).status === 404, {
        withinMs: 5_000,
        describe: 'the name to close',
      });
      await waitFor(
        async () => {
          const { data } = await product.api.get<InstanceShown>(`/v1/instances/${instance.id}`);
          return data.state === 'deleted';
        },
        { withinMs: 60_000, describe: 'the deletion', everyMs: 250 },
      );
      expect(await nomadJobIds(product.info)).to.not.include(instance.id);
      expect(await secretsOf(product.info, instance.id)).to.deep.equal([]);
    });
  });
}
