import { expect } from 'chai';
import { RouteTable } from '../../src/api/internal/route-table.js';
import { ClaimInstance } from '../../src/commands/claim-instance.js';
import { currentAddress } from '../../src/controllers/instance/current-address.js';
import type { Instance } from '../../src/domain/instance.js';
import type { Pool } from '../../src/domain/pool.js';
import type { Store } from '../../src/ports/index.js';
import { NOON, aCaller, aPoolKey, someOffers } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { FakeFleet } from '../support/fakes/fake-fleet.js';
import { TestControlPlane } from '../support/test-control-plane.js';

const { signal } = new AbortController();

/** A port is free as soon as its gateway is gone, and Nomad gives it to whoever comes next. */
describe('a port that another instance got', function () {
  this.timeout(60_000);

  let database: TestDatabase;
  let store: Store;
  let fleet: FakeFleet;
  let plane: TestControlPlane;
  let routes: RouteTable;
  let pool: Pool;
  let alices: Instance;
  let bobs: Instance;
  let port: string;

  before(async () => {
    database = await startTestDatabase();
  });

  after(async () => {
    await database?.stop();
  });

  /** Alice's gateway is gone from the scheduler's view, and Bob's listens where hers did. */
  beforeEach(async () => {
    store = await database.emptyStore();
    fleet = new FakeFleet();
    plane = new TestControlPlane(store, fleet, { now: () => NOON });
    routes = new RouteTable(store.instances);
    const bounds = { idleFloor: 2, idleCeiling: 2, membersMax: 10 };
    pool = await store.pools.ensure(aPoolKey(), bounds, NOON);
    alices = await readyInstanceOf('alice');
    bobs = await readyInstanceOf('bob');
    port = alices.address ?? '';
    await routes.find(alices.id);
    fleet.scheduler.endTask(alices.id);
    const bobsToken = fleet.secrets.token(bobs.id, bobs.gatewayVersion);
    fleet.gateway.put(port, { startup: 'started', token: bobsToken, revision: bobs.revision });
    fleet.catalog.put({
      instanceId: bobs.id,
      allocationId: 'another allocation',
      nodeName: 'test-node',
      address: port,
      isPassing: true,
    });
    await plane.step(bobs.id);
  });

  it('opens to the token of its new owner alone', async () => {
    const [hers, his] = [alices, bobs].map(({ id, gatewayVersion }) =>
      fleet.secrets.token(id, gatewayVersion),
    );

    expect(await fleet.gateway.tryToken(port, hers ?? '', signal)).to.equal('refused');
    expect(await fleet.gateway.tryToken(port, his ?? '', signal)).to.equal('accepted');
  });

  it('is no longer where the old name leads, once the catalog has lost the old gateway', async () => {
    fleet.catalog.remove(alices.id);
    await plane.step(alices.id);
    routes.onChange(alices.id);

    expect(await routes.find(alices.id)).to.deep.equal({ kind: 'starting' });
    expect(await routes.find(bobs.id)).to.deep.equal({ kind: 'upstream', address: port });
  });

  it('leaves the old name leading nowhere until its gateway is listed elsewhere', async () => {
    fleet.catalog.remove(alices.id);
    await plane.step(alices.id);
    await plane.step(alices.id);
    const address = '127.0.0.1:29999';
    const allocationId = 'a third allocation';
    fleet.catalog.put({
      ...{ instanceId: alices.id, allocationId, nodeName: 'test-node', address, isPassing: true },
    });
    await plane.step(alices.id);
    routes.onChange(alices.id);

    expect(await routes.find(alices.id)).to.deep.equal({ kind: 'upstream', address });
  });

  it('is not where the name leads again when the catalog is behind', async () => {
    const before = await store.instances.find(alices.id);
    fleet.catalog.remove(alices.id);
    await plane.step(alices.id);
    fleet.catalog.put({
      ...{ instanceId: alices.id, allocationId: before?.allocationId ?? '', address: port },
      ...{ nodeName: 'test-node', isPassing: true },
    });
    await plane.step(alices.id);
    routes.onChange(alices.id);

    expect(await routes.find(alices.id)).to.deep.equal({ kind: 'starting' });
  });

  it('is not where the name leads again when a controller that stood still goes on', async () => {
    const stalled = await store.instances.find(alices.id);
    if (stalled === null) throw new Error('the instance is gone');
    const seenEarlier = { ...stalled, address: '127.0.0.1:28888', allocationId: 'an earlier one' };
    const entry = {
      ...{ instanceId: alices.id, allocationId: 'the one before', address: port },
      ...{ nodeName: 'test-node', isPassing: true },
    };
    fleet.catalog.put(entry);
    await store.instances.note(stalled, { address: '127.0.0.1:29999', allocationId: 'newest' });

    expect(await currentAddress(plane.outside, seenEarlier, signal)).to.equal(null);
    routes.onChange(alices.id);
    const newest = { kind: 'upstream', address: '127.0.0.1:29999' };
    expect(await routes.find(alices.id)).to.deep.equal(newest);
  });

  it('stays where the name leads while its gateway runs, though the catalog was emptied', async () => {
    const carols = await readyInstanceOf('carol');
    fleet.catalog.remove(carols.id);
    await plane.step(carols.id);

    expect((await store.instances.find(carols.id))?.address).to.equal(carols.address);
  });

  it('is not given up while the catalog cannot be asked', async () => {
    fleet.catalog.trouble.breakDown();
    await plane.step(alices.id).catch(() => undefined);

    expect((await store.instances.find(alices.id))?.address).to.equal(port);
  });

  async function readyInstanceOf(tenantRef: string): Promise<Instance> {
    const options = { offers: someOffers(), defaultRegion: 'default', waitingMax: 5 };
    await plane.plan(pool.id);
    const { view } = await new ClaimInstance(store, { now: () => NOON }, options).execute({
      caller: aCaller(),
      ...{ tenantRef, name: 'default', sizeClass: 's', region: null, idempotencyKey: null },
    });
    const { id } = view.instance;
    await plane.runUntil('the instance is ready', async () => {
      return (await store.instances.find(id))?.state === 'ready';
    });
    const instance = await store.instances.find(id);
    if (instance === null) throw new Error('the instance is gone');
    return instance;
  }
});
