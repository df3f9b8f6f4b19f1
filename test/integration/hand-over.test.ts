import { expect } from 'chai';
import { Driver } from '../../src/controllers/driver.js';
import { recheck } from '../../src/controllers/reconciler.js';
import type { LeaseStore, Store } from '../../src/ports/index.js';
import { NOON, aClaimId, aPoolKey, aTenantId, anInstanceId } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { quietLog } from '../support/quiet-log.js';
import { waitFor } from '../support/wait-for.js';

/** What a hand-over may take: an orderly exit gives leases back, a kill lets them run out. */
const AFTER_EXIT_MS = 2_000;
const AFTER_KILL_MS = 15_000;
const AGAIN_MS = 50;

/** What a controller here may have that others lack. */
interface Oddities {
  readonly leases?: LeaseStore;
  /** A key whose runs last until `slow` is over. */
  readonly slowKey?: string;
  readonly slow?: Promise<void>;
  readonly againMs?: number;
  /** What each run waits for, given the signal that ends it. */
  readonly onSignal?: (signal: AbortSignal) => Promise<void>;
}

/** The store's own methods, to be replaced one by one. */
function leasesOf({ leases }: Store): LeaseStore {
  return {
    grant: (name, holder, ttlMs) => leases.grant(name, holder, ttlMs),
    release: (given) => leases.release(given),
    handOver: (given) => leases.handOver(given),
    deleteSettled: (limit) => leases.deleteSettled(limit),
  };
}

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
  function controller(holder: string, runs: string[], odd: Oddities = {}): Driver {
    const { leases = store.leases, slowKey, slow, onSignal, againMs = AGAIN_MS } = odd;
    const driver = new Driver({
      kind: 'pool',
      reconciler: {
        reconcile: async (key, signal) => {
          runs.push(holder);
          await onSignal?.(signal);
          if (key === slowKey) await slow;
          return recheck(againMs);
        },
      },
      ...{ leases, holder, log: quietLog },
    });
    drivers.push(driver);
    driver.start();
    return driver;
  }

  async function aliveLeases(holder: string): Promise<number> {
    const rows = await database.query(
      'SELECT count(*)::integer AS alive FROM leases WHERE holder = $1 AND expires_at > now()',
      [holder],
    );
    return (rows as { alive: number }[])[0]?.alive ?? 0;
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

  it('asks no more for what a living holder keeps, and gets it from a round when it is free', async () => {
    const runs: string[] = [];
    controller('keeper', runs).wake('three');
    await waitFor(() => runs.length > 0, { withinMs: 5_000, describe: 'the keeper runs it' });
    const refused: number[] = [];
    const counting = {
      ...leasesOf(store),
      grant: async (name: string, holder: string, ttlMs: number) => {
        const lease = await store.leases.grant(name, holder, ttlMs);
        if (lease === null) refused.push(performance.now());
        return lease;
      },
    };
    const other = controller('other', runs, { leases: counting });
    other.wake('three');
    await waitFor(() => refused.length > 0, { withinMs: 5_000, describe: 'the first refusal' });

    await waitFor(() => performance.now() - (refused.at(-1) ?? 0) > 3_000, {
      ...{ withinMs: 20_000, describe: 'three seconds without another refusal' },
    });

    expect(refused.length).to.be.lessThan(12);
    await drivers[0]?.stop();
    other.wake('three');
    await waitFor(() => runs.includes('other'), { withinMs: 2_000, describe: 'the other' });
  });

  it('gives back at once what is at rest, whatever still runs', async () => {
    const runs: string[] = [];
    let finish = (): void => undefined;
    const slow = new Promise<void>((resolve) => (finish = resolve));
    const leaving = controller('leaving', runs, { slowKey: 'slow', slow, againMs: 1_000 });
    for (let made = 0; made < 60; made += 1) leaving.wake(`rest ${String(made)}`);
    leaving.wake('slow');
    try {
      await waitFor(async () => (await aliveLeases('leaving')) === 61, {
        ...{ withinMs: 20_000, describe: 'all keys to be held' },
      });
      const stopped = leaving.stop();
      await waitFor(async () => (await aliveLeases('leaving')) === 1, {
        ...{ withinMs: AFTER_EXIT_MS, describe: 'those at rest to be free' },
      });
      finish();
      await stopped;
    } finally {
      finish();
    }
    expect(await aliveLeases('leaving')).to.equal(0);
  });

  it('gives back each key as its own run ends, not when the slowest has ended', async () => {
    const runs: string[] = [];
    let finish = (): void => undefined;
    const slow = new Promise<void>((resolve) => (finish = resolve));
    const onSignal = (signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          resolve();
        });
      });
    const leaving = controller('rushing', runs, { slowKey: 'slowest', slow, onSignal });
    for (let made = 0; made < 10; made += 1) leaving.wake(`rush ${String(made)}`);
    leaving.wake('slowest');
    try {
      await waitFor(() => runs.length === 11, { withinMs: 20_000, describe: 'all to run' });
      const stopped = leaving.stop();
      await waitFor(async () => (await aliveLeases('rushing')) === 1, {
        ...{ withinMs: AFTER_EXIT_MS, describe: 'those that have ended to be free' },
      });
      finish();
      await stopped;
    } finally {
      finish();
    }
    expect(await aliveLeases('rushing')).to.equal(0);
  });

  it('ends a run whose lease could not be renewed for as long as it lasts', async () => {
    const runs: string[] = [];
    let isAway = false;
    let endedMs = 0;
    let grantedMs = 0;
    const away = {
      ...leasesOf(store),
      grant: async (name: string, holder: string, ttlMs: number) => {
        if (isAway) throw new Error('the database is away');
        grantedMs = performance.now();
        isAway = true;
        return store.leases.grant(name, holder, ttlMs);
      },
    };
    const onSignal = (signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          endedMs = performance.now();
          resolve();
        });
      });
    controller('cut off', runs, { leases: away, onSignal }).wake('four');

    await waitFor(() => endedMs > 0, { withinMs: 12_000, describe: 'the run to be ended' });
    expect(endedMs - grantedMs).to.be.within(7_000, 9_000);
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
