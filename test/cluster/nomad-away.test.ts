import { expect } from 'chai';
import { BINDING_LOOK_MS } from '../../src/domain/plan-instance.js';
import { oneProduct } from '../support/one-product.js';
import type { InstanceShown, Product } from '../support/product.js';
import { pauseChild } from '../support/stack-eyes.js';
import { twoWayAudit } from '../support/two-way-audit.js';
import { waitFor } from '../support/wait-for.js';

/** Long enough that every deadline of a healthy binding has passed. */
const AWAY_MS = BINDING_LOOK_MS + 5_000;
const ANSWER_LIMIT_MS = 2_000;

/** A claim is a transaction: no scheduler is asked, and what needs one waits for it. */
describe('while Nomad answers nobody', function () {
  this.timeout(300_000);

  const shared = oneProduct.forSuite();
  let product: Product;
  let member: string;
  let resume = (): void => undefined;

  before(async () => {
    product = await shared.take();
    [member = ''] = await product.idleMembers(1);
  });

  afterEach(() => {
    resume();
  });

  after(async () => {
    await shared.giveBack();
  });

  async function claim(tenant: string): Promise<{ status: number; data: InstanceShown }> {
    const wish = { tenant, name: 'default', sizeClass: 's' };
    const options = { timeout: ANSWER_LIMIT_MS };
    return product.api.post<InstanceShown>('/v1/instances', wish, options);
  }

  async function shown({ id }: InstanceShown): Promise<InstanceShown> {
    return (await product.api.get<InstanceShown>(`/v1/instances/${id}`)).data;
  }

  it('answers claims at once, loses none, and gives each its gateway when it is back', async () => {
    resume = pauseChild(product.info, 'nomad');
    const claimedMs = performance.now();
    const [warm, queued] = [await claim('alice'), await claim('bob')];
    expect(warm.status, JSON.stringify(warm.data)).to.equal(202);
    expect(warm.data).to.include({ id: member, state: 'binding' });
    expect(queued.status, JSON.stringify(queued.data)).to.equal(202);
    await waitFor(() => performance.now() - claimedMs > AWAY_MS, {
      ...{ withinMs: 2 * AWAY_MS, everyMs: 250 },
      describe: 'the deadlines of a healthy binding to pass',
    });
    expect(await shown(warm.data)).to.include({ id: member, state: 'binding' });
    expect((await shown(queued.data)).state).to.be.oneOf(['creating', 'warming']);

    resume();
    await waitFor(
      async () => {
        const states = [await shown(warm.data), await shown(queued.data)];
        return states.every(({ state }) => state === 'ready');
      },
      { withinMs: 180_000, everyMs: 250, describe: 'both claims to be ready' },
    );
    expect((await shown(warm.data)).id, 'no member was used up').to.equal(member);
    await expectOwn(await shown(warm.data), await shown(queued.data));
    await waitFor(async () => (await twoWayAudit(product)).length === 0, {
      ...{ withinMs: 60_000, everyMs: 500 },
      describe: 'both sides to agree',
    });
  });

  /** Each token opens its own gateway and not the other's. */
  async function expectOwn(one: InstanceShown, other: InstanceShown): Promise<void> {
    for (const [mine, theirs] of [
      [one, other],
      [other, one],
    ] as const) {
      const token = await product.token(mine.id);
      const statusOf = async ({ id }: InstanceShown): Promise<number> =>
        (await product.viaEdge(id, '/v1/models', { token })).status;
      expect([await statusOf(mine), await statusOf(theirs)]).to.deep.equal([200, 401]);
    }
  }
});
