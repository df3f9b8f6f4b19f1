import { expect } from 'chai';
import { ChangePool } from '../../src/commands/change-pool.js';
import type { PoolWish } from '../../src/commands/change-pool.js';
import { ListPools } from '../../src/commands/list-pools.js';
import type { PoolView } from '../../src/commands/pool-view.js';
import { SuspendTenant } from '../../src/commands/suspend-tenant.js';
import type { Pool } from '../../src/domain/pool.js';
import { poolIdOf } from '../../src/domain/pool.js';
import type { Store } from '../../src/ports/index.js';
import { NOON, aCaller, aClaimId, aPoolKey, aTenantId, anInstanceId } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { expectFault } from '../support/expect-fault.js';

const QUOTA = 20;
const OPERATOR = aCaller({ role: 'operator' });
const PRODUCT = aCaller({ role: 'product' });
const TENANT = aCaller({ role: 'tenant', tenantRef: 'ada' });
const MORNING = { cron: '0 8 * * 1-5', timeZone: 'Europe/Paris', forMinutes: 120, idleFloor: 6 };

describe('commands of operators', function () {
  this.timeout(60_000);

  let database: TestDatabase;
  let store: Store;
  let pool: Pool;
  let now: Date;

  before(async () => {
    database = await startTestDatabase();
  });

  after(async () => {
    await database?.stop();
  });

  beforeEach(async () => {
    store = await database.emptyStore();
    now = NOON;
    const bounds = { idleFloor: 2, idleCeiling: 8, membersMax: 10 };
    pool = await store.pools.ensure(aPoolKey(), bounds, NOON);
  });

  function change(wish: PoolWish, caller = OPERATOR): Promise<PoolView> {
    const command = new ChangePool(store, { now: () => now }, QUOTA);
    return command.execute({ caller, poolId: pool.id, wish });
  }

  function pools(): Promise<readonly PoolView[]> {
    return new ListPools(store, { now: () => now }).execute({ caller: OPERATOR });
  }

  function suspend(isSuspended: boolean, caller = PRODUCT) {
    const command = new SuspendTenant(store, { now: () => now });
    return command.execute({ caller, tenantRef: 'ada', isSuspended });
  }

  function audited(): Promise<unknown> {
    return database.query('SELECT actor, action, target, details FROM audit ORDER BY id', []);
  }

  describe('changing a pool', () => {
    it('changes what is named, keeps the rest, and is written down', async () => {
      const { pool: changed } = await change({ idleFloor: 4, membersMax: QUOTA });
      expect(changed).to.include({ idleFloor: 4, idleCeiling: 8, membersMax: QUOTA });
      const { pool: scheduled } = await change({ overrides: [MORNING] });
      expect(scheduled).to.deep.include({ idleFloor: 4, overrides: [MORNING] });
      expect(await audited()).to.deep.equal([
        {
          actor: 'operator:test-product',
          action: 'pool.change',
          target: pool.id,
          details: { idleFloor: 4, membersMax: QUOTA },
        },
        {
          actor: 'operator:test-product',
          action: 'pool.change',
          target: pool.id,
          details: { overrides: '0 8 * * 1-5 Europe/Paris for 120 min: 6' },
        },
      ]);
    });

    it('pauses once, resumes, and closes the breaker', async () => {
      for (let failed = 0; failed < 3; failed += 1) {
        await store.pools.recordStart(pool.id, 'failed', NOON);
      }
      await change({ isPaused: true });
      now = new Date(NOON.getTime() + 60_000);
      const { pool: paused } = await change({ isPaused: true });
      expect(paused.pausedAt).to.deep.equal(NOON);
      expect(paused.breakerOpenedAt).to.not.equal(null);
      const { pool: resumed } = await change({ isPaused: false, isBreakerOpen: false });
      expect(resumed).to.include({ pausedAt: null, breakerOpenedAt: null, failuresInARow: 0 });
    });

    it('refuses absurd bounds with the sentence that helps, and changes nothing', async () => {
      for (const [wish, sentence] of [
        [{ membersMax: 50_000 }, /membersMax 50000 is above .* quota of 20/],
        [{ idleCeiling: 50_000 }, /idleCeiling 50000 is above membersMax 10/],
        [{ idleFloor: 9 }, /idleFloor 9 is above idleCeiling 8/],
        [{ membersMax: 7 }, /idleCeiling 8 is above membersMax 7/],
        [{ idleFloor: 5, idleCeiling: 4 }, /idleFloor 5 is above idleCeiling 4/],
        [{ overrides: [{ ...MORNING, idleFloor: 9 }] }, /Override 1: idleFloor 9 is above/],
        [{ overrides: [MORNING, { ...MORNING, cron: '99 8 * * *' }] }, /Override 2: .*cron/],
        [{ overrides: [{ ...MORNING, timeZone: 'Mars/Olympus' }] }, /Override 1: .*time zone/],
        [{ overrides: [{ ...MORNING, forMinutes: 0 }] }, /Override 1: .*forMinutes/],
      ] as const) {
        const refused = change({ ...wish, isPaused: true });
        expect((await expectFault('pool_bounds_refused', refused)).message).to.match(sentence);
      }
      expect(await store.pools.find(pool.id)).to.deep.equal(pool);
      expect(await audited()).to.deep.equal([]);
    });

    it('takes less than demand asks for just now, down to nothing, and wants no more than that', async () => {
      const nothing = { idleFloor: 0, idleCeiling: 0, membersMax: 0 };
      expect(pool.idleTarget).to.be.greaterThan(0);
      expect((await change(nothing)).pool).to.include({ ...nothing, idleTarget: 0 });
    });

    it('can always pause, also a pool whose old bounds would be refused today', async () => {
      const bounds = { idleFloor: 2, idleCeiling: 30, membersMax: 40 };
      await store.pools.ensure(aPoolKey(), bounds, NOON);
      expect((await change({ isPaused: true })).pool.pausedAt).to.deep.equal(NOON);
      await expectFault('pool_bounds_refused', change({ idleFloor: 3 }));
    });

    it('is for operators, and for pools that there are', async () => {
      for (const caller of [PRODUCT, TENANT]) {
        await expectFault('forbidden', change({ isPaused: true }, caller));
      }
      pool = { ...pool, id: poolIdOf(aPoolKey({ sizeClass: 'l' })) };
      await expectFault('pool_unknown', change({ isPaused: true }));
    });
  });

  it('listing pools counts the people who wait for a start', async () => {
    const tenant = await store.tenants.ensure({ id: aTenantId(), externalRef: 'ada' }, NOON);
    const owner = { tenantId: tenant.id, claimId: aClaimId(), name: 'default' };
    await store.instances.insert({ id: anInstanceId(), pool, at: NOON, owner });
    await store.instances.insert({ id: anInstanceId(), pool, at: NOON });
    const [view] = await pools();
    expect(view).to.include({ waiting: 1 });
    expect(view?.counts.get('creating')).to.equal(2);
  });

  describe('listing pools', () => {
    const minutesAgo = (minutes: number): Date => new Date(NOON.getTime() - minutes * 60_000);

    it('predicts no stock-out of a pool that nobody claims from, and observes none', async () => {
      const [view] = await pools();
      expect(view?.stockOut).to.include({ predicted: 0, offeredLoad: 0, refillMs: null });
      expect(view?.stockOut.observed).to.have.length(12);
      expect(view?.stockOut.observed[0]?.from).to.deep.equal(minutesAgo(60));
    });

    it('tells the claims of the last hour by how they were served, and what is to be expected', async () => {
      await store.claims.recordRefusals('s@default', 3, minutesAgo(2));
      await store.claims.recordRefusals('s@default', 60, minutesAgo(7));
      const { predicted, offeredLoad, observed } = (await pools())[0]?.stockOut ?? {};
      expect(observed?.slice(-2)).to.deep.equal([
        { from: minutesAgo(10), warm: 0, waited: 0, refused: 60 },
        { from: minutesAgo(5), warm: 0, waited: 0, refused: 3 },
      ]);
      // 63 claims in a quarter of an hour, and 20 s until a first member would be there.
      expect(offeredLoad).to.be.closeTo(1.4, 0.01);
      expect(predicted).to.be.closeTo(0.408, 0.001);
    });
  });

  describe('suspending a tenant', () => {
    beforeEach(async () => {
      await store.tenants.ensure({ id: aTenantId(), externalRef: 'ada' }, NOON);
    });

    it('holds from the first time on, until it is lifted, and is written down once', async () => {
      expect((await suspend(true)).suspendedAt).to.deep.equal(NOON);
      now = new Date(NOON.getTime() + 60_000);
      expect((await suspend(true)).suspendedAt).to.deep.equal(NOON);
      expect((await suspend(false)).suspendedAt).to.equal(null);
      expect((await suspend(false)).suspendedAt).to.equal(null);
      const actions = (await audited()) as { action: string; details: unknown }[];
      expect(actions.map(({ action }) => action)).to.deep.equal([
        'tenant.suspend',
        'tenant.unsuspend',
      ]);
      expect(actions[0]?.details).to.deep.equal({ tenantRef: 'ada' });
    });

    it('is for products and operators, and for tenants that there are', async () => {
      await expectFault('forbidden', suspend(true, TENANT));
      store = await database.emptyStore();
      await expectFault('tenant_unknown', suspend(true));
    });
  });
});
