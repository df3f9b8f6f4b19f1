import { expect } from 'chai';
import { Driver } from '../../src/controllers/driver.js';
import { recheck } from '../../src/controllers/reconciler.js';
import type { Store } from '../../src/ports/index.js';
import { NOON, aClaimId, aPoolKey, aTenantId, anInstanceId } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { quietLog } from '../support/quiet-log.js';
import { waitFor } from '../support/wait-for.js';

/** What a hand-over may take: an orderly exit gives leases back, a kill lets them run out. */
const AFTER_EXIT_MS = 2_000;
const AFTER_KILL_MS = 15_000;
const AGAIN_MS = 50;

describe('hand-over between controllers', function () {
  this.timeout(60_000);

  let database: TestDatabase;
  let store: Store;
  const drivers: Driver[] = [];

  before(async () => {
    database = await startTestDatabase();
    store = await database.emptyStore();
  });

  afterEach(async () => {
    await Promise.all(drivers.splice(0).map((driver) => driver.stop()));
  });

  after(async () => {
    await database?.stop();
  });

  /** A controller that notes each of its runs under its name. */
  function controller(holder: string, runs: string[]): Driver {
    const driver = new Driver({
      kind: 'pool',
      reconciler: {
        reconcile: async () => {
          runs.push(holder);
          return recheck(AGAIN_MS);
        },
      },
      leases: store.leases,
      holder,
      log: quietLog,
    });
    drivers.push(driver);
    driver.start();
    return driver;
  }

  it('happens at once when the holder exits, and never do two run the same key', async () => {
    const runs: string[] = [];
    const first = controller('first', runs);
    first.wake('one');
    await waitFor(() => runs.length > 2, { withinMs: 5_000, describe: 'the first runs it' });
    const second = controller('second', runs);
    second.wake('one');
    await waitFor(() => runs.length > 30, { withinMs: 10_000, describe: 'it goes on' });
    expect(new Set(runs)).to.deep.equal(new Set(['first']));

    await first.stop();

    const takenOver = { withinMs: AFTER_EXIT_MS, describe: 'the second has taken over' };
    await waitFor(() => runs.includes('second'), takenOver);
    expect(runs.lastIndexOf('first')).to.be.lessThan(runs.indexOf('second'));
  });

  it('happens when the lease of a killed holder has run out', async () => {
    const runs: string[] = [];
    // Exactly what a killed controller leaves behind: a granted lease that nobody renews.
    const left = await store.leases.grant('pool:two', 'killed', 8_000);
    controller('heir', runs).wake('two');

    const takenOver = { withinMs: AFTER_KILL_MS, describe: 'the heir has taken over' };
    await waitFor(() => runs.includes('heir'), takenOver);

    const heirs = await store.leases.grant('pool:two', 'heir', 1_000);
    expect(heirs?.fence).to.equal((left?.fence ?? 0) + 1);
  });

  it('leaves claims alone: a member is given away with no controller at all', async () => {
    const bounds = { idleFloor: 1, idleCeiling: 1, membersMax: 5 };
    const pool = await store.pools.ensure(aPoolKey(), bounds, NOON);
    const made = await store.instances.insert({ id: anInstanceId(), pool, at: NOON });
    const launched = await store.instances.move(made, { verb: 'launch', at: NOON });
    const idle = launched && (await store.instances.move(launched, { verb: 'admit', at: NOON }));

    const tenant = await store.tenants.ensure({ id: aTenantId(), externalRef: 'alice' }, NOON);
    const taken = await store.instances.takeIdle({
      ...{ poolId: pool.id, tenantId: tenant.id, claimId: aClaimId() },
      ...{ name: 'default', at: NOON },
    });

    expect(taken?.id).to.equal(idle?.id);
  });

  it('refuses what a former holder writes late about an instance that has an owner now', async () => {
    const bounds = { idleFloor: 1, idleCeiling: 1, membersMax: 5 };
    const pool = await store.pools.ensure(aPoolKey(), bounds, NOON);
    const made = await store.instances.insert({
      ...{ id: anInstanceId(), pool, at: NOON, startGrantedAt: NOON },
    });
    const asSeenByTheFormer = await store.instances.move(made, { verb: 'launch', at: NOON });
    const tenant = await store.tenants.ensure({ id: aTenantId(), externalRef: 'bob' }, NOON);
    await store.instances.takeComing({
      ...{ poolId: pool.id, tenantId: tenant.id, claimId: aClaimId() },
      ...{ name: 'default', at: NOON },
    });

    const late =
      asSeenByTheFormer &&
      (await store.instances.move(asSeenByTheFormer, { verb: 'admit', at: NOON }));

    expect(late).to.equal(null);
    expect((await store.instances.find(made.id))?.state).to.equal('warming');
  });
});
