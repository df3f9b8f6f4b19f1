import { expect } from 'chai';
import { Attendance } from '../../src/commands/attendance.js';
import type { AwaitedEvent } from '../../src/commands/await-instance.js';
import { AwaitInstance } from '../../src/commands/await-instance.js';
import { FindRotation } from '../../src/commands/find-rotation.js';
import type { InstanceView } from '../../src/commands/instance-view.js';
import { WatchInstance } from '../../src/commands/watch-instance.js';
import { rotationIdOf } from '../../src/domain/ids.js';
import type { Instance, InstanceVerb } from '../../src/domain/instance.js';
import type { Pool } from '../../src/domain/pool.js';
import type { Caller } from '../../src/domain/principal.js';
import type { Store } from '../../src/ports/index.js';
import { PostgresChangeFeed } from '../../src/store/postgres-change-feed.js';
import { NOON, aCaller, aClaimId, aPoolKey, aTenantId, anInstanceId } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { expectFault } from '../support/expect-fault.js';
import { HandFeed } from '../support/hand-feed.js';
import { quietLog } from '../support/quiet-log.js';
import { waitFor } from '../support/wait-for.js';

/** Longer than any test: what ends a wait earlier is a notice. */
const LONG_MS = 60_000;

describe('following an instance', function () {
  this.timeout(60_000);

  let database: TestDatabase;
  let store: Store;
  let feed: HandFeed;
  let pool: Pool;
  let caller: AbortController;
  let open: number[];

  before(async () => {
    database = await startTestDatabase();
  });

  after(async () => {
    await database?.stop();
  });

  beforeEach(async () => {
    store = await database.emptyStore();
    feed = new HandFeed();
    caller = new AbortController();
    open = [];
    const bounds = { idleFloor: 2, idleCeiling: 2, membersMax: 10 };
    pool = await store.pools.ensure(aPoolKey(), bounds, NOON);
  });

  afterEach(() => {
    caller.abort();
  });

  /** A member that starts for somebody, as a claim that found nothing idle leaves it. */
  async function aStart(): Promise<Instance> {
    const candidate = { id: aTenantId(), externalRef: 'ada' };
    const { id: tenantId } = await store.tenants.ensure(candidate, NOON);
    const owner = { tenantId, claimId: aClaimId(), name: 'default' };
    return store.instances.insert({ id: anInstanceId(), pool, at: NOON, owner });
  }

  async function move(seen: Instance, ...verbs: readonly InstanceVerb[]): Promise<Instance> {
    let instance = seen;
    for (const verb of verbs) {
      const moved = await store.instances.move(instance, { verb, at: NOON });
      if (moved === null) throw new Error(`${instance.state} cannot ${verb}`);
      instance = moved;
    }
    return instance;
  }

  /** Moves the owner from one instance to another, as a controller does whose member died. */
  async function moveOwner(from: Instance, to: Instance): Promise<void> {
    const failure = { code: 'lost', sentence: 'It is gone.' } as const;
    const notes = { replacedBy: to.id };
    await store.instances.move(from, { verb: 'fail', at: NOON, failure }, notes);
  }

  function watch({ id }: Pick<Instance, 'id'>, openMax = 2) {
    const onOpen = (now: number): void => void open.push(now);
    const command = new WatchInstance(store, feed, { openMax, openPerTenantMax: 2, onOpen });
    return command.execute({ caller: aCaller(), instanceId: id, signal: caller.signal });
  }

  async function next(views: AsyncGenerator<InstanceView, void>): Promise<Instance | null> {
    const turn = await views.next();
    return turn.done === true ? null : turn.value.instance;
  }

  function wait({ id }: Instance, until: AwaitedEvent = 'ready', withinMs = LONG_MS) {
    const command = new AwaitInstance(store, feed);
    const { signal } = caller;
    return command.execute({ caller: aCaller(), instanceId: id, until, withinMs, signal });
  }

  it('is told at once how it stands when as many wait as may', async () => {
    const start = await aStart();
    const command = new AwaitInstance(store, feed, oneAtOnce());
    const asked = { caller: aCaller(), instanceId: start.id, until: 'ready' } as const;
    const first = command.execute({ ...asked, withinMs: LONG_MS, signal: caller.signal });
    await subscribed();
    const second = await command.execute({ ...asked, withinMs: LONG_MS, signal: caller.signal });
    expect(second.instance.state).to.equal('creating');
    caller.abort();
    await first;
  });

  it('is told at once how a rotation stands when as many wait as may, for whatever', async () => {
    const start = await aStart();
    const { id: instanceId } = start;
    const opening = { names: ['stub'], owner: 'tenant', at: NOON } as const;
    const rotationId = rotationIdOf('aaaaaaaaaaaa');
    await store.rotations.open({ id: rotationId, instanceId, ...opening });
    const attendance = oneAtOnce();
    const asked = { caller: aCaller(), instanceId, withinMs: LONG_MS, signal: caller.signal };
    const first = new AwaitInstance(store, feed, attendance).execute({ ...asked, until: 'ready' });
    await subscribed();
    const find = new FindRotation(store, feed, attendance);
    expect(await find.untilClosed({ ...asked, rotationId }, asked)).to.include({
      state: 'writing',
    });
    caller.abort();
    await first;

    caller = new AbortController();
    const limits = { withinMs: LONG_MS, signal: caller.signal };
    const waiting = find.untilClosed({ ...asked, rotationId }, limits);
    await subscribed();
    const closing = { at: NOON, reason: 'instance_gone', actor: 'test' } as const;
    await store.rotations.closeOpen(instanceId, closing);
    feed.tell(start);
    expect(await waiting).to.include({ state: 'reverted' });
  });

  const oneAtOnce = (): Attendance => new Attendance({ openMax: 1, openPerTenantMax: 1 });

  /** Lets whoever follows look once before the world goes on. */
  async function subscribed(): Promise<void> {
    while (feed.listeners.size === 0) await new Promise((turn) => setImmediate(turn));
  }

  describe('by a watch', () => {
    it('shows it at once and after each notice, and ends when it is ready', async () => {
      const start = await aStart();
      const views = watch(start);
      expect(await next(views)).to.include({ state: 'creating' });
      const warming = await move(start, 'launch');
      feed.tell(start);
      expect(await next(views)).to.include({ state: 'warming' });
      await move(warming, 'bind', 'prove');
      feed.tell(start);
      expect(await next(views)).to.include({ state: 'ready' });
      expect(await next(views)).to.equal(null);
      expect(feed.listeners.size).to.equal(0);
      expect(open).to.deep.equal([1, 0]);
    });

    it('misses nothing that happens between two looks', async () => {
      const start = await aStart();
      const views = watch(start);
      await next(views);
      await move(start, 'launch');
      // Told while nobody waits: the next look comes at once and not at the next notice.
      feed.tell(start);
      await new Promise((turn) => setImmediate(turn));
      expect(await next(views)).to.include({ state: 'warming' });
    });

    it('follows its owner to the instance that they are moved to, and on from there', async () => {
      const [first, second, third] = [await aStart(), await aStart(), await aStart()];
      const views = watch(first);
      await next(views);
      await moveOwner(first, second);
      feed.tell(first);
      expect(await next(views)).to.include({ id: second.id });
      await moveOwner(second, third);
      feed.tell(second);
      expect(await next(views)).to.include({ id: third.id });
      await move(third, 'launch', 'bind', 'prove');
      feed.tell(third);
      expect(await next(views)).to.include({ id: third.id, state: 'ready' });
    });

    it('looks anew when notices may have been lost', async () => {
      const start = await aStart();
      const views = watch(start);
      await next(views);
      await move(start, 'launch');
      for (const listener of feed.listeners) listener.onGap();
      expect(await next(views)).to.include({ state: 'warming' });
    });

    it('is over when its caller goes, even if they never ask for more', async () => {
      const start = await aStart();
      const views = watch(start);
      await next(views);
      caller.abort();
      expect(feed.listeners.size).to.equal(0);
      expect(open).to.deep.equal([1, 0]);
      await views.return();
      expect(open).to.deep.equal([1, 0]);
    });

    it('is refused beyond the limit, until another one ends', async () => {
      const start = await aStart();
      const command = new WatchInstance(store, feed, { openMax: 1, openPerTenantMax: 1 });
      const { signal } = caller;
      const one = (): AsyncGenerator<InstanceView, void> =>
        command.execute({ caller: aCaller(), instanceId: start.id, signal });
      const first = one();
      await first.next();
      const fault = await expectFault('streams_limit_reached', one().next());
      expect(fault.retryAfterMs).to.be.greaterThan(0);
      await first.return();
      expect((await one().next()).done).to.equal(false);
    });

    it('is refused to a tenant who has many, and to nobody else', async () => {
      const start = await aStart();
      const command = new WatchInstance(store, feed, { openMax: 9, openPerTenantMax: 1 });
      const one = (by: Caller): AsyncGenerator<InstanceView, void> =>
        command.execute({ caller: by, instanceId: start.id, signal: caller.signal });
      const ada = aCaller({ role: 'tenant', tenantRef: 'ada' });
      const first = one(ada);
      await first.next();
      await expectFault('streams_limit_reached', one(ada).next());
      expect((await one(aCaller()).next()).done).to.equal(false);
      await first.return();
      expect((await one(ada).next()).done).to.equal(false);
    });

    it('hears of changes from the database itself', async () => {
      const start = await aStart();
      const real = new PostgresChangeFeed(database.url(), quietLog);
      real.start();
      try {
        const command = new WatchInstance(store, real, { openMax: 1, openPerTenantMax: 1 });
        const { signal } = caller;
        const views = command.execute({ caller: aCaller(), instanceId: start.id, signal });
        const states: (string | undefined)[] = [];
        const reading = (async () => {
          for await (const { instance } of views) states.push(instance.state);
        })();
        await waitFor(() => states.length > 0, { withinMs: 5_000, describe: 'the first view' });
        await move(start, 'launch', 'bind', 'prove');
        await reading;
        expect(states.at(-1)).to.equal('ready');
      } finally {
        await real.stop();
      }
    });

    it('of what is unknown or not theirs is refused, and counts no longer', async () => {
      await expectFault('instance_unknown', watch({ id: anInstanceId() }).next());
      expect(open).to.deep.equal([1, 0]);
      expect(feed.listeners.size).to.equal(0);
    });
  });

  describe('by a wait', () => {
    it('lasts from a start to ready, on whichever instance that is', async () => {
      const [first, second] = [await aStart(), await aStart()];
      const waiting = wait(first);
      await subscribed();
      await moveOwner(first, second);
      await move(second, 'launch', 'bind', 'prove');
      feed.tell(first);
      expect((await waiting).instance).to.include({ id: second.id, state: 'ready' });
    });

    it('ends when its caller leaves, and when time is up, with how far it is', async () => {
      const start = await aStart();
      expect((await wait(start, 'ready', 1)).instance.state).to.equal('creating');
      const waiting = wait(start);
      await subscribed();
      caller.abort();
      expect((await waiting).instance.state).to.equal('creating');
    });

    it('for ready ends when the instance is being deleted instead', async () => {
      const start = await aStart();
      await move(start, 'delete');
      expect((await wait(start)).instance.state).to.equal('deleting');
    });
  });
});
