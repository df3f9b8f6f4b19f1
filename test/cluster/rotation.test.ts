import { expect } from 'chai';
import { oneProduct } from '../support/one-product.js';
import type { InstanceShown, Product } from '../support/product.js';
import { fingerprintOf } from '../support/product.js';
import { allocationIdOf } from '../support/stack-eyes.js';
import { SteadyChat } from '../support/steady-chat.js';
import { waitFor } from '../support/wait-for.js';

const OLD = 'the-old-key-of-alice';
const NEW = 'the-new-key-of-alice';
const PLATFORMS_OLD = 'the-old-key-of-the-platform';
const PLATFORMS_NEW = 'the-new-key-of-the-platform';

interface RotationShown {
  readonly state: string;
  readonly failure: { readonly code: string } | null;
}

/** Rotations as a tenant meets them: on a real gateway that they go on talking to. */
describe('a rotation of a key on a real gateway', function () {
  this.timeout(300_000);

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
    expect((await product.setKey(instance.id, 'stub', OLD)).status).to.equal(200);
    expect(await product.chat(instance.id, token)).to.include(fingerprintOf(OLD));
    allocation = await allocationIdOf(product.info, instance.id);
  });

  after(async () => {
    await shared.giveBack();
  });

  async function rotate(value: string): Promise<RotationShown> {
    const { data, status } = await product.api.post<RotationShown>(
      `/v1/instances/${instance.id}/rotations`,
      { keys: [{ name: 'stub', value }] },
      { headers: { prefer: 'wait=60' } },
    );
    expect(status, JSON.stringify(data)).to.equal(200);
    return data;
  }

  it('leaves the old key in use when the provider refuses the new one', async () => {
    const chat = new SteadyChat(product, instance.id, token);
    const { state, failure } = await rotate('refused-key-of-alice');

    expect(state).to.equal('reverted');
    expect(failure?.code).to.equal('key_refused');
    expect((await chat.stop()).failures).to.deep.equal([]);
    expect(await product.chat(instance.id, token)).to.include(fingerprintOf(OLD));
  });

  it('brings the new key into use without a failed turn and without a restart', async () => {
    const chat = new SteadyChat(product, instance.id, token);
    const { state } = await rotate(NEW);

    expect(state).to.equal('verified');
    expect((await chat.stop()).failures).to.deep.equal([]);
    expect(await product.chat(instance.id, token)).to.include(fingerprintOf(NEW));
    expect(await allocationIdOf(product.info, instance.id)).to.equal(allocation);
  });

  it('is brought about by a campaign wherever the platform’s own key is in use', async () => {
    const path = `/v1/instances/${instance.id}/keys/stub`;
    const wait = { headers: { prefer: 'wait=60' } };
    await product.api.put(path, { value: PLATFORMS_OLD, owner: 'platform' }, wait);
    const chat = new SteadyChat(product, instance.id, token);
    const body = { kind: 'replace', keyName: 'stub', value: PLATFORMS_NEW };
    const { data } = await product.api.post<{ id: string }>('/v1/key-campaigns', body);
    const look = async () => {
      const of = `/v1/key-campaigns/${data.id}`;
      return (await product.api.get<{ state: string; valueDestroyedAt: string | null }>(of)).data;
    };
    await waitFor(async () => (await look()).valueDestroyedAt !== null, {
      withinMs: 60_000,
      describe: 'the campaign to be over',
    });

    expect(await look()).to.include({ state: 'done' });
    expect(await look()).to.have.nested.property('instances.verified', 1);
    expect((await chat.stop()).failures).to.deep.equal([]);
    expect(await product.chat(instance.id, token)).to.include(fingerprintOf(PLATFORMS_NEW));
    expect(await allocationIdOf(product.info, instance.id)).to.equal(allocation);
  });

  it('shows when the key was proven, and a change of several keys in one step', async () => {
    const path = `/v1/instances/${instance.id}/keys`;
    const { data } = await product.api.get<{ items: { lastProvenAt: string | null }[] }>(path);
    expect(data.items[0]?.lastProvenAt).to.be.a('string');

    const changes = { set: [{ name: 'openai', value: 'sk-a-key-of-alice' }], remove: ['stub'] };
    const wait = { headers: { prefer: 'wait=60' } };
    const changed = await product.api.patch<InstanceShown>(path, changes, wait);
    expect(changed.status).to.equal(200);
    expect(changed.data.keys.map(({ name }) => name)).to.deep.equal(['openai']);
  });

  it('asks the provider first when told to, and changes nothing when it refuses', async () => {
    const path = `/v1/instances/${instance.id}/keys?verify=true`;
    const change = (value: string) =>
      product.api.patch(
        path,
        { set: [{ name: 'stub', value }], remove: ['openai'] },
        { headers: { prefer: 'wait=60' } },
      );
    const refused = await change('refused-key-again');
    expect(refused.status).to.equal(422);
    expect(refused.data).to.include({ code: 'key_refused' });

    expect((await change('a-key-that-is-good')).status).to.equal(200);
    const said = await product.chat(instance.id, token);
    expect(said).to.include(fingerprintOf('a-key-that-is-good'));
  });
});
