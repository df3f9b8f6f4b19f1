import { expect } from 'chai';
import { ChangeKeys } from '../../src/commands/change-keys.js';
import { ClaimInstance } from '../../src/commands/claim-instance.js';
import { DeleteInstance } from '../../src/commands/delete-instance.js';
import { FindInstance } from '../../src/commands/find-instance.js';
import { CLAIM_ATTEMPTS_MAX } from '../../src/domain/claim.js';
import type { InstanceId } from '../../src/domain/ids.js';
import type { Instance, InstanceState } from '../../src/domain/instance.js';
import {
  BINDING_LIMIT_MS,
  BINDING_LOOK_MS,
  SUSPECT_LIMIT_MS,
} from '../../src/domain/plan-instance.js';
import type { Pool } from '../../src/domain/pool.js';
import { plusMs } from '../../src/lib/clock.js';
import { moveOwner } from '../../src/controllers/instance/move-owner.js';
import type { Repositories, Store } from '../../src/ports/index.js';
import { NOON, aCaller, aPoolKey, someOffers, placed } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { FakeFleet } from '../support/fakes/fake-fleet.js';
import { TestControlPlane } from '../support/test-control-plane.js';

/** Whole lives: the real commands and reconcilers on PostgreSQL, with the outside in memory. */
describe('lives of instances', function () {
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
    pool = await poolOf(2, 10);
  });

  function poolOf(idle: number, membersMax: number): Promise<Pool> {
    return store.pools.ensure(aPoolKey(), { idleFloor: idle, idleCeiling: idle, membersMax }, now);
  }

  async function claim(tenantRef = 'alice', waitingMax = 5): Promise<Instance> {
    const options = { offers: someOffers(), defaultRegion: 'default', waitingMax };
    const { view } = await new ClaimInstance(store, clock, options).execute({
      caller: aCaller(),
      ...{ tenantRef, name: 'default', sizeClass: 's', region: null, idempotencyKey: null },
    });
    return view.instance;
  }

  async function present(id: InstanceId): Promise<Instance> {
    const { instance } = await new FindInstance(store).execute({
      ...{ caller: aCaller({ role: 'operator' }), instanceId: id },
    });
    return instance;
  }

  async function stateOf(id: InstanceId): Promise<InstanceState | undefined> {
    return (await store.instances.find(id))?.state;
  }

  async function idleIds(): Promise<readonly InstanceId[]> {
    const filter = { poolId: pool.id, states: ['idle'] as const };
    const { rows } = await store.instances.list(filter, { limit: 50, cursor: null });
    return rows.map(({ id }) => id);
  }

  async function anIdleId(): Promise<InstanceId> {
    const [id] = await idleIds();
    if (id === undefined) throw new Error('No member is idle.');
    return id;
  }

  async function memberIds(): Promise<readonly InstanceId[]> {
    const { rows } = await store.instances.list({ poolId: pool.id }, { limit: 50, cursor: null });
    return rows.map(({ id }) => id);
  }

  /** Lets time pass as it does: with a round every half minute. */
  async function tryFor(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 30_000) {
      passMs(30_000);
      await plane.round();
    }
  }

  const fill = (): Promise<void> =>
    plane.runUntil('the pool is full', async () => (await idleIds()).length === 2);
  const untilReady = (id: InstanceId): Promise<void> =>
    plane.runUntil(`${id} is ready`, async () => (await present(id)).state === 'ready');

  it('brings a claimed member to ready in the same allocation, and refills the pool', async () => {
    await fill();
    const claimed = await claim();
    await untilReady(claimed.id);

    const ready = await present(claimed.id);
    expect(ready.id).to.equal(claimed.id);
    expect(ready.allocationId).to.equal(claimed.allocationId);
    await fill();
  });

  it('binds a member that somebody waited for as soon as it has started', async () => {
    await plane.plan(pool.id);
    const claimed = await claim();
    expect(claimed.state).to.equal('creating');
    await untilReady(claimed.id);

    const ready = await present(claimed.id);
    expect(ready).to.include({ id: claimed.id, gatewayVersion: 2, claimId: claimed.claimId });
    expect(fleet.gateway.hasWarmedUp(ready.address ?? '')).to.equal(false);
    await fill();
  });

  it('makes a member for a claim when none is coming, once its start is granted', async () => {
    const claimed = await claim();
    expect(claimed.startGrantedAt).to.equal(null);
    await plane.step(claimed.id);
    expect(await stateOf(claimed.id)).to.equal('creating');

    await untilReady(claimed.id);
  });

  it('moves the owner of a member that died before it was bound, and destroys what it was', async () => {
    await fill();
    const claimed = await claim();
    await plane.step(claimed.id);
    fleet.scheduler.failAllocation(claimed.id);
    passMs(BINDING_LOOK_MS + 1);

    await untilReady(claimed.id);

    const ready = await present(claimed.id);
    expect(ready.id).to.not.equal(claimed.id);
    expect(ready).to.include({ claimId: claimed.claimId, tenantId: claimed.tenantId });
    await plane.runUntil('the dead one is gone', async () => {
      return (await stateOf(claimed.id)) === 'deleted';
    });
    expect(fleet.announcements.published(claimed.id)).to.equal(null);
    expect(fleet.secrets.token(claimed.id, claimed.gatewayVersion)).to.equal(null);
  });

  it('deletes by the old id what its owner was moved to', async () => {
    await fill();
    const claimed = await claim();
    fleet.scheduler.failAllocation(claimed.id);
    passMs(BINDING_LOOK_MS + 1);
    await untilReady(claimed.id);
    const { id: movedTo } = await present(claimed.id);

    const remove = new DeleteInstance(store, clock);
    await remove.execute({ caller: aCaller(), instanceId: claimed.id });

    expect(await stateOf(movedTo)).to.equal('deleting');
    expect((await claim('alice')).id).to.not.equal(movedTo);
  });

  it('waits for a member that holds keys already, for they would be lost with it', async () => {
    await fill();
    const claimed = await claim();
    const change = new ChangeKeys(store, fleet.secrets, clock);
    await change.execute({
      ...{ caller: aCaller(), instanceId: claimed.id, remove: [] },
      ...{ set: { anthropic: 'sk-ant-0123456789abcdef0123' }, owner: 'tenant' },
      signal: new AbortController().signal,
    });
    fleet.scheduler.failAllocation(claimed.id);
    passMs(BINDING_LOOK_MS + 1);
    for (let rounds = 0; rounds < 3; rounds += 1) await plane.round();
    expect((await present(claimed.id)).id).to.equal(claimed.id);

    await tryFor(BINDING_LIMIT_MS);
    await untilReady(claimed.id);
    expect((await present(claimed.id)).id).to.not.equal(claimed.id);
  });

  it('warms a member up again after a night of its machine, in the same allocation', async () => {
    await fill();
    const id = await anIdleId();
    const before = await store.instances.find(id);
    await plane.step(id);
    fleet.scheduler.switchOff(id);
    passMs(3_000);
    await plane.step(id);
    expect(await stateOf(id)).to.equal('warming');
    passMs(SUSPECT_LIMIT_MS + 1);
    await plane.step(id);
    expect(await stateOf(id)).to.equal('warming');

    passMs(20_000);
    fleet.scheduler.revive(id, now);
    await plane.runUntil('it is idle again', async () => (await stateOf(id)) === 'idle');
    const after = await store.instances.find(id);
    expect(after).to.include({ allocationId: before?.allocationId, suspectAt: null });
    expect(after?.stateAt).to.deep.equal(now);
  });

  it('gives no member away unwarmed that was back before anybody saw it gone', async () => {
    await fill();
    const id = await anIdleId();
    await plane.step(id);
    passMs(20_000);
    fleet.scheduler.revive(id, now);
    await plane.step(id);
    expect(await stateOf(id)).to.equal('warming');
  });

  it('asks the scheduler nothing about members that it just saw', async () => {
    await fill();
    const id = await anIdleId();
    await plane.step(id);
    fleet.scheduler.trouble.breakDown();
    passMs(3_000);
    await plane.step(id);
    expect(await stateOf(id)).to.equal('idle');
  });

  it('gives a claim so many members and no more, then tells its tenant', async () => {
    await poolOf(0, 10);
    const claimed = await claim();
    const given = new Set<InstanceId>();
    for (let attempt = 1; attempt <= CLAIM_ATTEMPTS_MAX; attempt += 1) {
      const { id } = await present(claimed.id);
      given.add(id);
      await plane.runUntil('it boots', async () => (await stateOf(id)) === 'warming');
      fleet.scheduler.failAllocation(id);
      await plane.runUntil('it is given up', async () => {
        const state = await stateOf(id);
        return state === 'failed' || state === 'deleting' || state === 'deleted';
      });
    }

    const last = await present(claimed.id);
    expect(given.size).to.equal(CLAIM_ATTEMPTS_MAX);
    expect(last).to.include({ state: 'failed', replacedBy: null });
    expect(last.failure?.code).to.equal('start_failed');
  });

  it('leaves a claim where it is while Vault is sealed, and goes on when it opens', async () => {
    await fill();
    const claimed = await claim();
    fleet.secrets.trouble.breakDown('vault_sealed');
    passMs(BINDING_LOOK_MS + 1);
    for (let rounds = 0; rounds < 3; rounds += 1) await plane.round();
    expect(await present(claimed.id)).to.include({ id: claimed.id, bindingStep: 'claimed' });

    fleet.secrets.trouble.recover();
    await untilReady(claimed.id);
    expect((await present(claimed.id)).id).to.equal(claimed.id);
  });

  for (const [what, minutes] of [
    ['Vault is sealed', 4],
    ['Vault is sealed', 10],
    ['Nomad is away', 10],
  ] as const) {
    it(`uses up no member of a claim while ${what} for ${minutes} minutes`, async () => {
      await fill();
      const claimed = await claim();
      const { trouble } = what === 'Vault is sealed' ? fleet.secrets : fleet.announcements;
      trouble.breakDown(what === 'Vault is sealed' ? 'vault_sealed' : 'nomad_unreachable');
      await tryFor(minutes * 60_000);
      expect(await present(claimed.id)).to.include({ id: claimed.id, state: 'binding' });

      trouble.recover();
      await untilReady(claimed.id);
      expect((await present(claimed.id)).id).to.equal(claimed.id);
    });
  }

  it('uses up no member of a claim while the edge leads to nobody for ten minutes', async () => {
    let isEdgeUp = true;
    fleet = new FakeFleet({ isRouted: () => isEdgeUp });
    plane = new TestControlPlane(store, fleet, clock);
    await fill();
    const claimed = await claim();
    isEdgeUp = false;
    await tryFor(10 * 60_000);
    expect(await present(claimed.id)).to.include({ id: claimed.id, bindingStep: 'acknowledged' });

    isEdgeUp = true;
    await untilReady(claimed.id);
    expect((await present(claimed.id)).id).to.equal(claimed.id);
  });

  it('gives another member to whom the edge leads nowhere while it leads others', async () => {
    let lost: InstanceId | null = null;
    fleet = new FakeFleet({ isRouted: (id) => id !== lost });
    plane = new TestControlPlane(store, fleet, clock);
    await fill();
    const claimed = await claim();
    lost = claimed.id;
    await tryFor(BINDING_LIMIT_MS - 30_000);
    const { id: others } = await claim('bob');
    await untilReady(others);
    await tryFor(60_000);

    await untilReady(claimed.id);
    expect((await present(claimed.id)).id).to.not.equal(claimed.id);
  });

  it('moves an owner at once from a member that is just being started anew', async () => {
    await fill();
    const claimed = await claim();
    fleet.holdStart(claimed.id);
    await untilReady(claimed.id);
    const ready = await present(claimed.id);
    expect(ready.id).to.not.equal(claimed.id);
    expect(ready).to.include({ claimId: claimed.claimId });
  });

  it('waits for a member that is being started anew when there is no other', async () => {
    await poolOf(1, 1);
    await plane.runUntil('one is idle', async () => (await idleIds()).length === 1);
    const claimed = await claim();
    fleet.holdStart(claimed.id);
    for (let rounds = 0; rounds < 5; rounds += 1) await plane.round();
    fleet.finishStart(claimed.id);
    await untilReady(claimed.id);
    expect((await present(claimed.id)).id).to.equal(claimed.id);
  });

  it('proves a member that was claimed cold, before anybody saw that it was started anew', async () => {
    await fill();
    const id = await anIdleId();
    await plane.step(id);
    passMs(20_000);
    fleet.scheduler.revive(id, now);
    const both = [await claim(), await claim('bob')];
    for (const claimed of both) await untilReady(claimed.id);

    const ids = both.map((claimed) => claimed.id);
    expect(ids).to.include(id);
    expect((await present(id)).allocationId).to.equal(
      both.find((one) => one.id === id)?.allocationId,
    );
  });

  it('uses up no member of a claim while no controller runs for ten minutes', async () => {
    await fill();
    const claimed = await claim();
    await plane.step(claimed.id);
    passMs(10 * 60_000);

    await untilReady(claimed.id);
    expect((await present(claimed.id)).id).to.equal(claimed.id);
  });

  it('holds a member that finds no place, and goes on when there is room', async () => {
    let room = false;
    fleet = new FakeFleet({ troubleOf: () => (room ? null : 'memory exhausted on 1 node') });
    plane = new TestControlPlane(store, fleet, clock);
    for (let rounds = 0; rounds < 5; rounds += 1) await plane.round();
    const before = await memberIds();
    passMs(60 * 60 * 1000);
    for (let rounds = 0; rounds < 5; rounds += 1) await plane.round();
    expect(await memberIds()).to.deep.equal(before);

    room = true;
    for (const id of before) fleet.scheduler.place(id);
    await fill();
    expect(await idleIds()).to.deep.equal(before);
  });

  for (const [how, jumpMs] of [
    ['forward', 60 * 60 * 1000],
    ['back', -60 * 60 * 1000],
  ] as const) {
    it(`brings a claim to ready when the clock jumps ${how} by an hour in its middle`, async () => {
      await fill();
      const claimed = await claim();
      await plane.step(claimed.id);
      passMs(jumpMs);
      await untilReady(claimed.id);
      expect(await present(claimed.id)).to.include({ claimId: claimed.claimId });
      await fill();
    });
  }

  it('never retires a member that was claimed after the plan was made', async () => {
    await fill();
    const planned = { ...store, transaction: claimedBetween };
    let claimed: Instance | null = null;
    /** The store, with a claim that commits between the planner's look and its acts. */
    async function claimedBetween<Result>(work: (tx: Repositories) => Promise<Result>) {
      return store.transaction((tx) =>
        work({
          ...tx,
          pools: Object.assign(Object.create(tx.pools) as typeof tx.pools, {
            change: async (...change: Parameters<typeof tx.pools.change>) => {
              claimed ??= await claim();
              return tx.pools.change(...change);
            },
          }),
        }),
      );
    }
    await store.pools.change(pool.id, { idleFloor: 0, idleCeiling: 0, idleTarget: 0 });
    await new TestControlPlane(planned, fleet, clock).plan(pool.id);

    const { id } = claimed ?? { id: 'nobody' as InstanceId };
    expect(await stateOf(id)).to.equal('binding');
  });

  it('tells that keys were lost even if they were set in the moment of the move', async () => {
    await fill();
    const claimed = await claim();
    fleet.scheduler.failAllocation(claimed.id);
    passMs(BINDING_LOOK_MS + 1);
    const asSeenBefore = await store.instances.find(claimed.id);
    await store.keys.record(claimed.id, {
      version: 1,
      set: placed('anthropic'),
      removed: [],
      owner: 'tenant',
      at: now,
    });
    const failure = { code: 'found_dead', sentence: 'It is gone.' } as const;
    if (asSeenBefore === null) throw new Error('nothing was claimed');
    await moveOwner(plane.outside, asSeenBefore, failure, 'idle_only');

    const told = await database.query('SELECT payload FROM outbox WHERE topic = $1', [
      'instance.moved',
    ]);
    expect(told).to.have.nested.property('[0].payload.keysLost', true);
  });

  it('stops at a refused configuration until an operator closes the breaker', async () => {
    await poolOf(1, 10);
    await plane.plan(pool.id);
    const [first] = (await store.instances.list({}, { limit: 1, cursor: null })).rows;
    if (first === undefined) throw new Error('no member was made');
    await plane.step(first.id);
    fleet.scheduler.failAllocation(first.id, 'Exit Code: 78', 78);
    await plane.runUntil('it is gone', async () => (await stateOf(first.id)) === 'deleted');

    expect((await store.pools.find(pool.id))?.isBreakerFinal).to.equal(true);
    passMs(24 * 60 * 60 * 1000);
    await plane.plan(pool.id);
    expect(plane.seen.get(pool.id)?.plan.hold).to.equal('breaker_open');

    await store.pools.change(pool.id, { isBreakerOpen: false });
    await plane.runUntil('it is full', async () => (await idleIds()).length === 1);
  });
});
