import { expect } from 'chai';
import { ClaimInstance } from '../../src/commands/claim-instance.js';
import { RefusalTally } from '../../src/commands/refusal-tally.js';
import { Fault } from '../../src/errors/index.js';
import type { InstanceId } from '../../src/domain/ids.js';
import type { Instance, InstanceState } from '../../src/domain/instance.js';
import { START_LIMIT_MS, SUSPECT_LIMIT_MS } from '../../src/domain/plan-instance.js';
import { BREAKER_COOLDOWN_MS } from '../../src/domain/plan-pool.js';
import type { Pool, PoolKey } from '../../src/domain/pool.js';
import { BREAKER_FAILURES, EARLY_DEATH_MS } from '../../src/domain/pool.js';
import { plusMs } from '../../src/lib/clock.js';
import type { Node, Store } from '../../src/ports/index.js';
import { NOON, aCaller, aPoolKey, anInstanceId, someOffers } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { FakeFleet } from '../support/fakes/fake-fleet.js';
import { quietLog } from '../support/quiet-log.js';
import { TestControlPlane } from '../support/test-control-plane.js';
import { expectFault } from '../support/expect-fault.js';
import { waitFor } from '../support/wait-for.js';

const NODE: Node = {
  id: '00000000-0000-4000-8000-0000000000aa',
  name: 'node-a',
  nodePool: 'default',
  isEligible: true,
};
const NEW_KEY = aPoolKey({ openclawVersion: '2026.9.7' });

/** What goes wrong around a pool must neither empty it nor hide: each title was once a symptom. */
describe('pools in trouble', function () {
  this.timeout(60_000);

  let database: TestDatabase;
  let store: Store;
  let fleet: FakeFleet;
  let plane: TestControlPlane;
  let pool: Pool;
  let now: Date;

  const clock = { now: () => now };
  const passMs = (ms: number): void => {
    now = plusMs(now, ms);
  };

  before(async () => {
    database = await startTestDatabase();
  });

  after(async () => {
    await database?.stop();
  });

  beforeEach(async () => {
    store = await database.emptyStore();
    now = NOON;
    fleet = new FakeFleet();
    plane = new TestControlPlane(store, fleet, clock);
    pool = await poolOf(2);
  });

  function poolOf(idle: number, key = aPoolKey(), membersMax = 10): Promise<Pool> {
    const ceiling = Math.max(idle, 8);
    return store.pools.ensure(key, { idleFloor: idle, idleCeiling: ceiling, membersMax }, now);
  }

  async function offer(key: PoolKey): Promise<Pool> {
    const offered = await poolOf(2, key);
    await store.pools.supersedeOthers([offered.id], now);
    return offered;
  }

  function claimCommand(key = aPoolKey(), onRefused: (offer: string) => void = () => undefined) {
    const options = { offers: someOffers(key), defaultRegion: 'default', waitingMax: 2 };
    return new ClaimInstance(store, clock, { ...options, onRefused });
  }

  let claimed = 0;
  async function claim(key = aPoolKey(), command = claimCommand(key)) {
    claimed += 1;
    const { view, outcome } = await command.execute({
      ...{ caller: aCaller(), tenantRef: `tenant-${claimed}`, name: 'default' },
      ...{ sizeClass: key.sizeClass, region: null, idempotencyKey: null },
    });
    return { instance: view.instance, outcome };
  }

  async function members(of: Pool, ...states: InstanceState[]): Promise<readonly Instance[]> {
    const filter = { poolId: of.id, states, isClaimed: false };
    return (await store.instances.list(filter, { limit: 100, cursor: null })).rows;
  }

  const untilIdle = (of: Pool, count: number): Promise<void> =>
    plane.runUntil(`${of.id} has ${count} idle`, async () => {
      return (await members(of, 'idle')).length === count;
    });
  const stateOf = async (id: InstanceId): Promise<InstanceState | undefined> =>
    (await store.instances.find(id))?.state;
  const untilState = (id: InstanceId, state: InstanceState): Promise<void> =>
    plane.runUntil(`${id} is ${state}`, async () => (await stateOf(id)) === state);
  const rowOf = async (of: Pool): Promise<Pool> => {
    const row = await store.pools.find(of.id);
    if (row === null) throw new Error('no such pool');
    return row;
  };

  describe('after a bad new version', () => {
    it('the last good one keeps its target while the new one’s breaker is open', async () => {
      await untilIdle(pool, 2);
      const broken = await offer(NEW_KEY);
      for (let failed = 0; failed < BREAKER_FAILURES; failed += 1) {
        await store.pools.recordStart(broken.id, 'failed', now);
      }
      for (let times = 0; times < 4; times += 1) {
        expect(await claim(NEW_KEY)).to.have.nested.property('instance.poolId', pool.id);
        await untilIdle(pool, 2);
      }
    });

    it('a claim that finds nothing idle waits for a member of the last good one', async () => {
      await untilIdle(pool, 2);
      const broken = await offer(NEW_KEY);
      await store.pools.recordStart(broken.id, 'hopeless', now);
      const outcomes = [];
      for (let times = 0; times < 3; times += 1) outcomes.push(await claim(NEW_KEY));
      expect(outcomes.map(({ outcome }) => outcome)).to.deep.equal(['warm', 'warm', 'cold']);

      const waiting = outcomes.at(-1)?.instance;
      expect(waiting?.poolId).to.equal(pool.id);
      await untilState(waiting?.id ?? anInstanceId(), 'ready');
    });

    it('an owner whose start failed in the new one is moved to the last good one', async () => {
      const fresh = await offer(NEW_KEY);
      await store.pools.change(pool.id, { pausedAt: now });
      const { instance } = await claim(NEW_KEY);
      expect(instance.poolId).to.equal(fresh.id);
      await store.pools.change(pool.id, { pausedAt: null });
      await plane.plan(fresh.id);
      await plane.step(instance.id);
      fleet.scheduler.failAllocation(instance.id);
      await plane.step(instance.id);

      const { replacedBy = null } = (await store.instances.find(instance.id)) ?? {};
      const other = replacedBy === null ? null : await store.instances.find(replacedBy);
      expect(other).to.include({ poolId: pool.id, claimId: instance.claimId });
    });

    it('the last good one keeps its members while those of the new one do not answer', async () => {
      await untilIdle(pool, 2);
      const fresh = await offer(NEW_KEY);
      await untilIdle(fresh, 2);
      for (const member of await members(fresh, 'idle')) {
        await store.instances.note(member, { suspectAt: now });
      }
      const before = await members(pool, 'idle');
      await plane.plan(pool.id);
      expect(await members(pool, 'idle')).to.deep.equal(before);
      expect(before).to.not.be.empty;
    });

    it('the last good one is probed again when both have failed for a while', async () => {
      for (let failed = 0; failed < BREAKER_FAILURES; failed += 1) {
        await store.pools.recordStart(pool.id, 'failed', now);
      }
      const broken = await offer(NEW_KEY);
      await store.pools.recordStart(broken.id, 'hopeless', now);
      await plane.plan(pool.id);
      expect(await members(pool, 'creating')).to.be.empty;
      passMs(BREAKER_COOLDOWN_MS);
      await plane.plan(pool.id);
      expect(await members(pool, 'creating')).to.have.length(1);
    });

    it('the last good one runs out once the new one has come up', async () => {
      await untilIdle(pool, 2);
      const fresh = await offer(NEW_KEY);
      await untilIdle(fresh, 2);
      await plane.runUntil('the old one is empty', async () => {
        return (await members(pool, 'creating', 'warming', 'idle')).length === 0;
      });
      expect((await rowOf(pool)).idleTarget).to.equal(0);
    });
  });

  describe('on a node that was closed', () => {
    it('members count as none, so that claims find others soon', async () => {
      await untilIdle(pool, 2);
      const stranded = (await members(pool, 'idle')).map(({ id }) => id);
      await store.nodes.replaceAll({ index: '1', nodes: [{ ...NODE, isEligible: false }] });
      expect(await store.instances.listStranded(pool.id)).to.have.members(stranded);
      await plane.plan(pool.id);
      expect(await members(pool, 'creating')).to.have.length(2);
      expect(plane.seen.get(pool.id)?.stranded).to.equal(2);
    });

    it('members are given again when it opens, and never exceed what may exist', async () => {
      pool = await poolOf(2, aPoolKey(), 8);
      await untilIdle(pool, 2);
      await store.nodes.replaceAll({ index: '1', nodes: [{ ...NODE, isEligible: false }] });
      for (let rounds = 0; rounds < 10; rounds += 1) {
        await plane.round();
        expect(await store.instances.countHolding(pool.id)).to.be.at.most(8);
      }
      await store.nodes.replaceAll({ index: '2', nodes: [NODE] });
      await untilIdle(pool, 2);
      expect((await claim()).outcome).to.equal('warm');
    });
  });

  it('two pools on the same nodes boot no more at once than the nodes bear', async () => {
    const other = await poolOf(6, aPoolKey({ sizeClass: 'm' }));
    pool = await poolOf(6);
    await Promise.all([plane.plan(pool.id), plane.plan(other.id)]);
    const starting = [...(await members(pool, 'creating')), ...(await members(other, 'creating'))];
    expect(starting).to.have.length(4);
  });

  it('a wait for a grant, or for our own servers, opens no breaker', async () => {
    await plane.plan(pool.id);
    fleet.scheduler.trouble.breakDown();
    await store.pools.change(pool.id, { pausedAt: now });
    const { id } = await store.instances.insert({ id: anInstanceId(), pool, at: now });
    const late = await members(pool, 'creating');
    expect(late).to.have.length(3);
    const granted = late.filter((one) => one.id !== id);
    for (let passedMs = 0; passedMs <= START_LIMIT_MS + 60_000; passedMs += 30_000) {
      for (const member of granted) await expectFault('nomad_unreachable', plane.step(member.id));
      await plane.step(id);
      passMs(30_000);
    }
    for (const member of granted) expect(await stateOf(member.id)).to.equal('creating');
    expect(await stateOf(id), 'given up, and destroyed').to.equal('deleting');
    expect(await rowOf(pool)).to.include({ failuresInARow: 0, breakerOpenedAt: null });
  });

  it('a process that never planned the pool gives its members the measured time', async () => {
    for (let boots = 0; boots < 5; boots += 1) {
      const made = { id: anInstanceId(), pool, at: now, startGrantedAt: plusMs(now, -30_000) };
      const created = await store.instances.insert(made);
      const launched = await store.instances.move(created, { verb: 'launch', at: now });
      if (launched !== null) await store.instances.move(launched, { verb: 'admit', at: now });
    }
    pool = await poolOf(6);
    await plane.plan(pool.id);
    expect((await rowOf(pool)).memberDeadlineMs).to.equal(90_000);
    const [coming] = await members(pool, 'creating');
    const id = coming?.id ?? anInstanceId();
    await plane.step(id);
    const other = new TestControlPlane(store, new FakeFleet(), clock);
    passMs(90_001);
    await other.step(id);
    expect((await store.instances.find(id))?.failure?.sentence).to.include('within 90 s');
  });

  it('members that die right after their warm-up open the breaker', async () => {
    for (let deaths = 0; deaths < BREAKER_FAILURES; deaths += 1) {
      await untilIdle(pool, 2);
      const [victim] = await members(pool, 'idle');
      fleet.scheduler.failAllocation(victim?.id ?? anInstanceId());
      await plane.round();
      passMs(SUSPECT_LIMIT_MS);
      await plane.step(victim?.id ?? anInstanceId());
    }
    expect((await rowOf(pool)).breakerOpenedAt).to.deep.equal(now);

    passMs(BREAKER_COOLDOWN_MS);
    await untilIdle(pool, 2);
    passMs(EARLY_DEATH_MS);
    await plane.plan(pool.id);
    expect(await rowOf(pool)).to.include({ breakerOpenedAt: null, failuresInARow: 0 });
  });

  it('a spike of refused claims raises the target', async () => {
    pool = await poolOf(0);
    await store.pools.change(pool.id, { pausedAt: now });
    const tally = new RefusalTally(store, clock, quietLog);
    const command = claimCommand(aPoolKey(), (refused) => {
      tally.add(refused);
    });
    for (let refused = 0; refused < 20; refused += 1) {
      const code = await claim(aPoolKey(), command).catch((error: unknown) =>
        error instanceof Fault ? error.code : 'other',
      );
      expect(code).to.equal('pool_empty');
    }
    const demanded = async (): Promise<number> => {
      const window = { now, bucketMs: 10_000, buckets: 360 };
      const { arrivals } = await store.claims.demand('s@default', window);
      return arrivals.reduce((sum, count) => sum + count, 0);
    };
    await waitFor(async () => (await demanded()) === 20, {
      ...{ withinMs: 5_000, describe: 'all refusals to be counted' },
    });
    await plane.plan(pool.id);
    expect((await rowOf(pool)).idleTarget).to.equal(pool.idleCeiling);
  });

  it('says in its row that Nomad has no place, and why, until there is room', async () => {
    let room = false;
    const why = 'memory exhausted on 1 node';
    fleet = new FakeFleet({ troubleOf: () => (room ? null : why) });
    plane = new TestControlPlane(store, fleet, clock);
    for (let rounds = 0; rounds < 3; rounds += 1) await plane.round();
    expect(await rowOf(pool)).to.include({ hold: 'no_place', holdReason: why });

    room = true;
    for (const { id } of await members(pool, 'warming')) fleet.scheduler.place(id);
    await untilIdle(pool, 2);
    await plane.plan(pool.id);
    expect(await rowOf(pool)).to.include({ hold: null, holdReason: null });
  });
});
