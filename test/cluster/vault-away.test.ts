import { expect } from 'chai';
import type { AxiosResponse } from 'axios';
import { oneProduct } from '../support/one-product.js';
import type { InstanceShown, Product } from '../support/product.js';
import { fingerprintOf } from '../support/product.js';
import { allocationIdOf } from '../support/stack-eyes.js';
import { SteadyChat } from '../support/steady-chat.js';
import { VaultTrouble } from '../support/vault-trouble.js';
import { waitFor } from '../support/wait-for.js';

/** How long a rotation may take once Vault is well: its proof has a minute, and it may be repeated. */
const ROTATION_LIMIT_MS = 180_000;
const BINDING_LIMIT_MS = 60_000;

interface RotationShown {
  readonly id: string;
  readonly state: string;
}

/** What a Vault in trouble does to a running product: it waits or refuses, and nothing breaks. */
describe('while Vault is in trouble', function () {
  this.timeout(400_000);

  const shared = oneProduct.forSuite();
  let product: Product;
  let trouble: VaultTrouble;
  let instance: InstanceShown;
  let token: string;
  let allocation: string;
  let inUse = 'the-first-key-of-alice';
  let heal: (() => Promise<void>) | null = null;

  before(async () => {
    product = await shared.take();
    trouble = new VaultTrouble(product.info);
    await product.idleMembers(1);
    instance = await product.claim('alice');
    token = await product.token(instance.id);
    expect((await product.setKey(instance.id, 'stub', inUse)).status).to.equal(200);
    allocation = await allocationIdOf(product.info, instance.id);
    await product.idleMembers(1);
  });

  afterEach(async () => {
    // A test that failed in the middle must not leave the next one, or the end, without a Vault.
    await heal?.();
    heal = null;
  });

  after(async () => {
    await shared.giveBack();
  });

  async function healed(): Promise<void> {
    await heal?.();
    heal = null;
  }

  const setKey = (value: string): Promise<AxiosResponse<{ code: string }>> =>
    product.setKey(instance.id, 'stub', value);

  const rotate = (value: string): Promise<AxiosResponse<RotationShown>> =>
    product.api.post<RotationShown>(`/v1/instances/${instance.id}/rotations`, {
      keys: [{ name: 'stub', value }],
    });

  /** Over, one way or the other; the key that is in use afterwards is the one that it says. */
  async function expectSettled({ id }: RotationShown, value: string): Promise<void> {
    const state = await waitFor(
      async () => {
        const path = `/v1/instances/${instance.id}/rotations/${id}`;
        const { data } = await product.api.get<RotationShown>(path);
        return ['verified', 'reverted', 'unconfirmed'].includes(data.state) ? data.state : null;
      },
      { withinMs: ROTATION_LIMIT_MS, describe: 'the rotation to be over' },
    );
    if (state === 'verified') inUse = value;
    await expectInUse(inUse);
  }

  async function expectInUse(value: string): Promise<void> {
    expect(await product.chat(instance.id, token)).to.include(fingerprintOf(value));
    expect(await allocationIdOf(product.info, instance.id), 'no restart').to.equal(allocation);
  }

  it('that is sealed, a gateway answers, keys are refused, and a claim is bound when it opens', async () => {
    const chat = new SteadyChat(product, instance.id, token);
    heal = await trouble.seal();
    const refusal = await setKey('a-key-for-a-sealed-vault');
    expect(refusal.status).to.equal(503);
    expect(refusal.data.code).to.equal('vault_sealed');
    await expectInUse(inUse);

    const claim = await product.api.post<InstanceShown>(
      '/v1/instances',
      { tenant: 'bob', name: 'default', sizeClass: 's' },
      { headers: { prefer: 'wait=5' } },
    );
    expect([201, 202, 429]).to.include(claim.status);
    await healed();
    if (claim.status !== 429) await expectBound(claim.data.id);

    expect((await chat.stop()).failures).to.deep.equal([]);
    inUse = 'the-key-after-the-seal';
    expect((await setKey(inUse)).status).to.equal(200);
    await expectInUse(inUse);
  });

  /** Bob’s, with a token that opens it; whoever was bound in between has it whole. */
  async function expectBound(id: string): Promise<void> {
    const bound = await waitFor(
      async () => {
        const { data } = await product.api.get<InstanceShown>(`/v1/instances/${id}`);
        return data.state === 'ready' ? data : null;
      },
      { withinMs: BINDING_LIMIT_MS, describe: 'the claim to be bound' },
    );
    expect(bound['tenant']).to.equal('bob');
    const bobs = await product.token(bound.id);
    expect((await product.viaEdge(bound.id, '/v1/models', { token: bobs })).status).to.equal(200);
    const foreign = await product.viaEdge(bound.id, '/v1/models', { token });
    expect(foreign.status, 'alice’s token').to.equal(401);
  }

  it('that is sealed in mid-rotation, the old key works on, and the rotation ends when it opens', async () => {
    const chat = new SteadyChat(product, instance.id, token);
    const { status, data } = await rotate('the-key-of-a-sealed-rotation');
    expect(status, JSON.stringify(data)).to.be.oneOf([200, 202]);
    heal = await trouble.seal();
    expect(await product.chat(instance.id, token)).to.match(/^key:/);
    await healed();
    await expectSettled(data, 'the-key-of-a-sealed-rotation');
    expect((await chat.stop()).failures).to.deep.equal([]);
  });

  it('that answers nothing, a key is refused in time, and can be set when it answers again', async () => {
    const chat = new SteadyChat(product, instance.id, token);
    heal = trouble.stall();
    const refusal = await setKey('a-key-for-a-silent-vault');
    expect(refusal.status).to.equal(503);
    expect(refusal.data.code).to.equal('vault_unreachable');
    await expectInUse(inUse);
    await healed();
    inUse = 'the-key-after-the-silence';
    expect((await setKey(inUse)).status).to.equal(200);
    await expectInUse(inUse);
    expect((await chat.stop()).failures).to.deep.equal([]);
  });

  it('that answers nothing in mid-rotation, the rotation ends when it answers again', async () => {
    const chat = new SteadyChat(product, instance.id, token);
    const { data } = await rotate('the-key-of-a-silent-rotation');
    heal = trouble.stall();
    expect(await product.chat(instance.id, token)).to.match(/^key:/);
    await healed();
    await expectSettled(data, 'the-key-of-a-silent-rotation');
    expect((await chat.stop()).failures).to.deep.equal([]);
  });

  it('that revokes our tokens in mid-rotation, the roles log in again and it ends', async () => {
    const chat = new SteadyChat(product, instance.id, token);
    const { data } = await rotate('the-key-of-a-revoked-rotation');
    expect(await trouble.revokeTokens()).to.be.greaterThan(0);
    await expectSettled(data, 'the-key-of-a-revoked-rotation');
    expect(inUse, 'it was proven').to.equal('the-key-of-a-revoked-rotation');
    expect((await chat.stop()).failures).to.deep.equal([]);
  });
});
