import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import pg from 'pg';
import { stackStatus } from '../../tools/stack/stack.js';
import { oneProduct } from '../support/one-product.js';
import type { InstanceShown, Product } from '../support/product.js';
import type { SecondController } from '../support/second-controller.js';
import { startSecondController } from '../support/second-controller.js';
import { waitFor } from '../support/wait-for.js';

/** What a hand-over may take: an orderly exit gives leases back, a kill lets them run out. */
const AFTER_EXIT_MS = 2_000;
const AFTER_KILL_MS = 15_000;

const ALIVE = `SELECT name, holder FROM leases WHERE expires_at > now()`;

/** Two processes of the built service, each of which ends while it is at work. */
describe('two controllers of one product', function () {
  this.timeout(300_000);

  const shared = oneProduct.forSuite();
  let product: Product;
  let second: SecondController;
  let database: pg.Client;
  let claimed: InstanceShown;

  before(async () => {
    product = await shared.take();
    const url = await readFile(product.info.secretFile('database.url'), 'utf8');
    database = new pg.Client({ connectionString: url.trim() });
    await database.connect();
    await product.idleMembers(1);
    second = await startSecondController(product.info);
  });

  after(async () => {
    await second?.stop();
    await database?.end();
    await shared.giveBack();
  });

  /** What the process holds now, such as `pool:s-…`. */
  async function heldBy(pid: number): Promise<readonly string[]> {
    const { rows } = await database.query<{ name: string; holder: string }>(ALIVE);
    return rows
      .filter(({ holder }) => holder.split('/')[1] === String(pid))
      .map(({ name }) => name);
  }

  const holdsPool = async (pid: number): Promise<boolean> =>
    (await heldBy(pid)).some((name) => name.startsWith('pool:'));

  function ownController(): number {
    const { children = [] } = stackStatus(product.info.layout.stateDir) ?? {};
    return children.find(({ name }) => name === 'controller')?.process?.pid ?? 0;
  }

  async function claimFor(tenant: string): Promise<InstanceShown> {
    const wish = { tenant, name: 'default', sizeClass: 's' };
    const { data, status } = await product.api.post<InstanceShown>('/v1/instances', wish);
    expect(status, JSON.stringify(data)).to.equal(202);
    return data;
  }

  async function expectReady({ id }: InstanceShown): Promise<void> {
    const look = () => product.api.get<InstanceShown>(`/v1/instances/${id}`);
    await waitFor(async () => (await look()).data.state === 'ready', {
      ...{ withinMs: 60_000, everyMs: 100 },
      describe: 'the claim to be ready',
    });
    const token = await product.token(id);
    expect((await product.viaEdge(id, '/v1/models', { token })).status).to.equal(200);
  }

  it('go on within two seconds when the one that works is told to end', async () => {
    const first = ownController();
    await waitFor(() => holdsPool(first), { withinMs: 15_000, describe: 'the first to work' });
    claimed = await claimFor('alice');

    process.kill(first, 'SIGTERM');

    await waitFor(async () => (await heldBy(first)).length === 0 && holdsPool(second.pid), {
      ...{ withinMs: AFTER_EXIT_MS, describe: 'the second to have all of its work' },
    });
    await expectReady(claimed);
  });

  it('go on within fifteen seconds when the one that works is killed', async () => {
    await waitFor(() => holdsPool(second.pid), { withinMs: 15_000, describe: 'it to work' });
    const path = `/v1/instances/${claimed.id}`;
    expect((await product.api.delete(path)).status).to.equal(202);

    second.kill('SIGKILL');

    await waitFor(() => holdsPool(ownController()), {
      ...{ withinMs: AFTER_KILL_MS, describe: 'the other to have its work' },
    });
    const look = () => product.api.get<InstanceShown>(path);
    await waitFor(async () => (await look()).data.state === 'deleted', {
      ...{ withinMs: 60_000, everyMs: 100 },
      describe: 'the deletion to be finished',
    });
  });
});
