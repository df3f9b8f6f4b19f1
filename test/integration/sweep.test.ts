import { expect } from 'chai';
import type { DataSource } from 'typeorm';
import { ClaimInstance } from '../../src/commands/claim-instance.js';
import { DeleteInstance } from '../../src/commands/delete-instance.js';
import { FindSweep } from '../../src/commands/find-sweep.js';
import { RequestSweep } from '../../src/commands/request-sweep.js';
import { carryOut } from '../../src/controllers/sweep/carry-out.js';
import type { SweepReport } from '../../src/domain/sweep/report.js';
import { Sweeper } from '../../src/controllers/sweep/sweeper.js';
import { SweepRounds } from '../../src/controllers/sweep/sweep-rounds.js';
import type { InstanceId } from '../../src/domain/ids.js';
import type { Instance } from '../../src/domain/instance.js';
import type { Pool } from '../../src/domain/pool.js';
import { GRACE_MS, KILLS_MAX } from '../../src/domain/sweep/plan-sweep.js';
import { plusMs } from '../../src/lib/clock.js';
import type { Store } from '../../src/ports/index.js';
import { createDataSource } from '../../src/store/data-source.js';
import { PostgresCensus } from '../../src/store/postgres-census.js';
import {
  NOON,
  aCaller,
  aPoolKey,
  anAnnouncement,
  anInstanceId,
  someOffers,
} from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { expectFault } from '../support/expect-fault.js';
import { FakeFleet } from '../support/fakes/fake-fleet.js';
import { quietLog } from '../support/quiet-log.js';
import { TestControlPlane } from '../support/test-control-plane.js';
import { waitFor } from '../support/wait-for.js';

const { signal } = new AbortController();
/** What the fake scheduler's jobs say of who registered them. */
const HERE = 'test';

describe('sweeping', function () {
  this.timeout(60_000);

  let database: TestDatabase;
  let dataSource: DataSource;
  let census: PostgresCensus;
  let store: Store;
  let fleet: FakeFleet;
  let plane: TestControlPlane;
  let sweeper: Sweeper;
  let pool: Pool;
  let now: Date;

  const clock = { now: () => now };

  before(async () => {
    database = await startTestDatabase();
  });

  after(() => database?.stop());

  beforeEach(async () => {
    store = await database.emptyStore();
    const name = { connectionsMax: 2, applicationName: 'test-census' };
    dataSource = await createDataSource({ url: database.url(), ...name }).initialize();
    census = new PostgresCensus(dataSource);
    now = NOON;
    fleet = new FakeFleet();
    plane = new TestControlPlane(store, fleet, clock);
    sweeper = aSweeper();
    const bounds = { idleFloor: 2, idleCeiling: 2, membersMax: 100 };
    pool = await store.pools.ensure(aPoolKey(), bounds, now);
  });

  afterEach(() => dataSource?.destroy());

  function aSweeper(): Sweeper {
    return new Sweeper({ outside: plane.outside, census, installation: HERE });
  }

  async function idleRows(): Promise<readonly Instance[]> {
    const filter = { poolId: pool.id, states: ['idle'] as const };
    return (await store.instances.list(filter, { limit: 200, cursor: null })).rows;
  }

  const fill = (): Promise<void> =>
    plane.runUntil('the pool is full', async () => (await idleRows()).length === 2);

  async function claim(tenantRef = 'alice'): Promise<InstanceId> {
    const options = { offers: someOffers(), defaultRegion: 'default', waitingMax: 5 };
    const { view } = await new ClaimInstance(store, clock, options).execute({
      caller: aCaller(),
      ...{ tenantRef, name: 'default', sizeClass: 's', region: null, idempotencyKey: null },
    });
    return view.instance.id;
  }

  async function aReady(tenantRef = 'alice'): Promise<InstanceId> {
    await fill();
    const id = await claim(tenantRef);
    await plane.runUntil(`${id} is ready`, async () => (await stateOf(id)) === 'ready');
    return id;
  }

  async function stateOf(id: InstanceId): Promise<string | undefined> {
    return (await store.instances.find(id))?.state;
  }

  /** An instance that has come and gone. */
  async function aDeleted(): Promise<InstanceId> {
    const made = await store.instances.insert({ id: anInstanceId(), pool, at: now });
    const leaving = await store.instances.move(made, { verb: 'delete', at: now });
    await store.instances.move(leaving ?? made, { verb: 'finish', at: now });
    return made.id;
  }

  const startJob = (instanceId: InstanceId): Promise<void> =>
    fleet.scheduler.startInstance({ instanceId, pool }, signal);
  const makeSecrets = (id: InstanceId): Promise<void> => fleet.secrets.ensureToken(id, 1, signal);
  const makeVariable = async (id: InstanceId): Promise<void> => {
    await fleet.announcements.announce(id, anAnnouncement(), signal);
  };

  /** A pass now, and the grace later. */
  async function pass(by = sweeper, isDryRun = false): Promise<SweepReport> {
    const report = await by.sweep({ isDryRun }, signal);
    now = plusMs(now, GRACE_MS);
    return report;
  }

  /** Everything that exists outside, as one comparable value. */
  async function outsideNow(): Promise<unknown> {
    return {
      jobs: await fleet.scheduler.listJobs(signal),
      variables: await fleet.announcements.listInstanceIds(signal),
      secrets: await fleet.secrets.listInstanceIds(signal),
      services: (await fleet.catalog.snapshot(null, signal)).entries,
    };
  }

  async function audited(): Promise<readonly string[]> {
    const rows = (await database.query(
      `SELECT action || ' ' || target AS act FROM audit WHERE actor = 'sweeper' ORDER BY 1`,
      [],
    )) as readonly { act: string }[];
    return rows.map(({ act }) => act);
  }

  async function exists(id: InstanceId): Promise<readonly string[]> {
    const jobs = await fleet.scheduler.listJobs(signal);
    return [
      ...(jobs.some(({ instanceId }) => instanceId === id) ? ['job'] : []),
      ...(fleet.announcements.published(id) === null ? [] : ['variable']),
      ...(fleet.secrets.token(id, 1) === null ? [] : ['secrets']),
    ];
  }

  it('leaves nothing of any kind behind after two passes, and no stranger touched', async () => {
    const ready = await aReady();
    await fill();
    const left = {
      all: await aDeleted(),
      job: await aDeleted(),
      variable: await aDeleted(),
      secrets: await aDeleted(),
      unknown: anInstanceId(),
    };
    for (const id of [left.all, left.job, left.unknown]) await startJob(id);
    for (const id of [left.all, left.variable, left.unknown]) await makeVariable(id);
    for (const id of [left.all, left.secrets, left.unknown]) await makeSecrets(id);
    const strangers = [anInstanceId(), anInstanceId(), anInstanceId()] as const;
    const [unmarked, foreign, unproven] = strangers;
    fleet.scheduler.addStranger(unmarked);
    fleet.scheduler.addForeign({ instanceId: foreign, pool }, 'elsewhere');
    for (const id of strangers) await makeVariable(id);
    for (const id of strangers) await makeSecrets(id);

    const first = await pass();
    const second = await pass();
    const third = await pass();

    expect(first.acted).to.deep.equal([]);
    expect(second.acted.map(({ instanceId }) => instanceId)).to.have.members(Object.values(left));
    for (const id of Object.values(left)) expect(await exists(id)).to.deep.equal([]);
    expect(await exists(unmarked)).to.deep.equal(['job', 'variable', 'secrets']);
    expect(await exists(foreign)).to.deep.equal(['job', 'variable', 'secrets']);
    expect(await exists(unproven)).to.deep.equal(['variable', 'secrets']);
    expect(third.acted).to.deep.equal([]);
    expect(third.findings.map(({ remedy }) => remedy)).to.deep.equal(Array(4).fill('report'));
    expect(await audited()).to.deep.equal(
      Object.values(left)
        .map((id) => `sweep.clear_away ${id}`)
        .sort(),
    );
    expect(await stateOf(ready)).to.equal('ready');
    expect(await idleRows()).to.have.length(2);
  });

  it('fails what lost its job, and keeps a tenant’s instance to be looked at', async () => {
    const [lost, kept] = [await aReady('alice'), await aReady('bob')];
    await fill();
    const [member] = await idleRows();
    const memberId = member?.id ?? expect.fail('no idle member');
    fleet.scheduler.loseJob(lost);
    fleet.scheduler.loseJob(memberId);

    await pass();
    await pass();

    const row = await store.instances.find(lost);
    expect(row).to.deep.include({
      state: 'failed',
      failure: { code: 'lost', sentence: 'Its job is gone from the scheduler.' },
    });
    expect(row?.tenantId).to.not.equal(null);
    expect(fleet.secrets.token(lost, 1)).to.not.equal(null);
    expect(await stateOf(memberId)).to.equal('failed');
    expect(await stateOf(kept)).to.equal('ready');
    const told = await database.query(`SELECT key FROM outbox WHERE topic = 'instance.failed'`, []);
    expect(told).to.deep.equal([{ key: lost }]);
    await plane.runUntil('the member is replaced', async () => (await idleRows()).length === 2);
    expect((await pass()).findings).to.deep.equal([]);
  });

  it('announces anew what somebody withdrew', async () => {
    const id = await aReady();
    const announced = fleet.announcements.published(id);
    await fleet.announcements.withdraw(id, signal);

    await pass();
    await pass();

    expect(fleet.announcements.published(id)).to.deep.equal(announced);
  });

  it('finds nothing to do at any step of a life', async () => {
    const acted: unknown[] = [];
    const step = async (isDone: () => Promise<boolean>): Promise<void> => {
      while (!(await isDone())) {
        await plane.round();
        acted.push(...(await pass()).acted);
      }
    };
    await step(async () => (await idleRows()).length === 2);
    const id = await claim();
    await step(async () => (await stateOf(id)) === 'ready');
    await new DeleteInstance(store, clock).execute({ caller: aCaller(), instanceId: id });
    await step(async () => (await stateOf(id)) === 'deleted');

    expect(acted).to.deep.equal([]);
  });

  it('takes nothing for an orphan that comes or goes while it looks', async () => {
    await fill();
    const [leaving] = await idleRows();
    const { scheduler } = plane.outside;
    const slow = Object.create(scheduler, {
      listJobs: {
        value: async (given: AbortSignal) => {
          const jobs = await scheduler.listJobs(given);
          await plane.round();
          return jobs;
        },
      },
    }) as typeof scheduler;
    const outside = { ...plane.outside, scheduler: slow };
    const looking = new Sweeper({ outside, census, installation: HERE });
    await new DeleteInstance(store, clock).execute({
      caller: aCaller({ role: 'operator' }),
      instanceId: leaving?.id ?? expect.fail('no idle member'),
    });

    const reports = [await pass(looking), await pass(looking), await pass(looking)];

    expect(reports.flatMap(({ acted }) => acted)).to.deep.equal([]);
    expect(reports.at(-1)?.findings).to.deep.equal([]);
  });

  it('touches nothing in a dry run, and says what it would have done', async () => {
    const id = await aDeleted();
    for (const make of [startJob, makeVariable, makeSecrets]) await make(id);
    const lost = await aReady();
    fleet.scheduler.loseJob(lost);
    const before = await outsideNow();

    await pass(sweeper, true);
    const report = await pass(sweeper, true);

    expect(report.acted.map(({ kind, outcome }) => `${kind} ${outcome}`)).to.have.members([
      'clear_away dry_run',
      'fail dry_run',
    ]);
    expect(report.counts).to.include({ job_of_deleted: 1, row_without_job: 1 });
    expect(await outsideNow()).to.deep.equal(before);
    expect(await stateOf(lost)).to.equal('ready');
    expect(await audited()).to.deep.equal([]);
  });

  it('sees out a job that takes its time to stop, and shreds what it read meanwhile', async () => {
    const id = await aDeleted();
    await startJob(id);
    fleet.scheduler.slowDownStop(id);
    await pass();
    const begun = await pass();
    await makeSecrets(id);
    const waiting = await pass();
    fleet.scheduler.endTask(id);
    const done = await pass();

    expect([begun, waiting, done].map(({ acted: [act] }) => act?.outcome)).to.deep.equal([
      'begun',
      'begun',
      'done',
    ]);
    expect([begun, waiting].map(({ acted: [act] }) => act?.isKill)).to.deep.equal([true, false]);
    expect(await exists(id)).to.deep.equal([]);
    expect(await audited()).to.have.length(1);
  });

  it('finishes what a crash or an outage interrupted, at whatever call', async () => {
    const calls = [
      () => fleet.announcements.trouble.failNext('withdraw'),
      () => fleet.announcements.trouble.loseNextAnswer('withdraw'),
      () => fleet.secrets.trouble.failNext('shred', 'vault_sealed'),
      () => fleet.secrets.trouble.loseNextAnswer('shred'),
      () => fleet.scheduler.trouble.failNext('stopInstance'),
      () => fleet.scheduler.trouble.loseNextAnswer('stopInstance'),
    ];
    for (const goWrong of calls) {
      // Only its job proves that this one is ours.
      const id = anInstanceId();
      for (const make of [startJob, makeVariable, makeSecrets]) await make(id);
      await pass();
      goWrong();
      expect((await pass()).acted[0]?.outcome).to.equal('failed');
      const next = aSweeper();
      await pass(next);
      await pass(next);

      expect(await exists(id), goWrong.toString()).to.deep.equal([]);
    }
  });

  it('does nothing when a part of the world cannot be seen', async () => {
    const id = await aReady();
    await pass();
    fleet.scheduler.trouble.failNext('listJobs');
    await expectFault('nomad_unreachable', pass());
    fleet.secrets.trouble.failNext('listInstanceIds', 'vault_sealed');
    await expectFault('vault_sealed', pass());
    fleet.catalog.trouble.failNext('snapshot');
    await expectFault('consul_unreachable', pass());

    expect(await stateOf(id)).to.equal('ready');
    expect(await audited()).to.deep.equal([]);
  });

  it('leaves alone what changed after it looked', async () => {
    const id = await aReady();
    const instance = (await store.instances.find(id)) ?? expect.fail('no row');
    const failure = { code: 'lost', sentence: 'Gone.' } as const;
    const act = (seen: Instance) =>
      carryOut(
        plane.outside,
        { kind: 'fail', instance: seen, failure, because: ['row_without_job'] },
        signal,
      );
    const clearAway = { kind: 'clear_away', instanceId: id, because: [], isBegun: false } as const;

    expect(await act(instance)).to.equal('overtaken');
    expect(await act({ ...instance, fence: instance.fence - 1 })).to.equal('overtaken');
    expect(await carryOut(plane.outside, clearAway, signal)).to.equal('overtaken');
    expect(await stateOf(id)).to.equal('ready');
    expect(await audited()).to.deep.equal([]);
  });

  it('destroys no more than a pass may, and gets through all in the end', async () => {
    const ids: InstanceId[] = [];
    for (let made = 0; made < KILLS_MAX + 5; made += 1) ids.push(await aDeleted());
    for (const id of ids) await makeSecrets(id);
    await pass();

    expect((await pass()).acted).to.have.length(KILLS_MAX);
    expect((await pass()).acted).to.have.length(5);
    expect(await fleet.secrets.listInstanceIds(signal)).to.deep.equal([]);
  });

  it('ends in the same state when two sweep at once', async () => {
    const id = await aDeleted();
    for (const make of [startJob, makeVariable, makeSecrets]) await make(id);
    const ready = await aReady();
    const lost = await aReady('bob');
    fleet.scheduler.loseJob(lost);
    const other = aSweeper();
    await Promise.all([sweeper, other].map((one) => one.sweep({ isDryRun: false }, signal)));
    now = plusMs(now, GRACE_MS);
    const reports = await Promise.all(
      [sweeper, other].map((one) => one.sweep({ isDryRun: false }, signal)),
    );

    const acts = reports.flatMap(({ acted }) => acted);
    expect(acts.filter(({ outcome }) => outcome === 'failed')).to.deep.equal([]);
    expect(
      acts.filter(({ kind, outcome }) => kind === 'fail' && outcome === 'done'),
    ).to.have.length(1);
    expect(await exists(id)).to.deep.equal([]);
    expect(await stateOf(ready)).to.equal('ready');
    expect(await stateOf(lost)).to.equal('failed');
  });

  it('is done by one controller at a time, and by another one as soon as that one ends', async () => {
    const sweeps: string[] = [];
    const roundsOf = (holder: string): SweepRounds =>
      new SweepRounds({
        sweeper: aSweeper(),
        leases: store.leases,
        sweeps: store.sweeps,
        holder,
        isDryRun: false,
        log: quietLog,
        onReport: (report) => {
          if (report !== null) sweeps.push(holder);
        },
      });
    const [first, second] = [roundsOf('first'), roundsOf('second')];
    try {
      first.start();
      await waitFor(() => sweeps.length > 0, { withinMs: 5_000, describe: 'the first pass' });
      second.start();
      expect(await store.leases.grant('sweep', 'third', 1_000)).to.equal(null);
      await first.stop();
      await waitFor(() => sweeps.includes('second'), {
        withinMs: 10_000,
        describe: 'a pass of the second',
      });
      expect(sweeps).to.deep.equal(['first', 'second']);
      expect((await store.sweeps.latest())?.requestedBy).to.equal(null);
    } finally {
      await Promise.all([first.stop(), second.stop()]);
    }
  });

  it('is done when somebody asks, once for all who ask for the same, and keeps its report', async () => {
    const id = await aDeleted();
    await makeSecrets(id);
    const request = new RequestSweep(store, clock);
    const caller = aCaller({ role: 'operator' });
    const wish = { caller, isDryRun: true, idempotencyKey: 'nightly' };
    const asked = await request.execute(wish);
    const again = await request.execute({ ...wish, idempotencyKey: null });
    const rounds = new SweepRounds({
      sweeper,
      leases: store.leases,
      sweeps: store.sweeps,
      holder: 'first',
      isDryRun: false,
      log: quietLog,
      onReport: () => undefined,
    });
    rounds.start();
    try {
      const find = new FindSweep(store);
      const done = await waitFor(
        async () => {
          const sweep = await find.execute({ caller, id: asked.id });
          return sweep.report === null ? null : sweep;
        },
        { withinMs: 5_000, describe: 'the report' },
      );

      expect(again.id).to.equal(asked.id);
      expect(done).to.include({ requestedBy: 'operator:test-product', isDryRun: true });
      expect(done.report).to.deep.include({ isDryRun: true, waiting: 1, acted: [] });
      expect(done.report?.findings).to.deep.equal([
        {
          kind: 'secrets_of_deleted',
          instanceId: id,
          remedy: 'clear_away',
          firstSeenAt: now,
          isRipe: false,
        },
      ]);
      expect(await find.execute({ caller, id: 'latest' })).to.deep.equal(done);

      expect(await request.execute(wish), 'repeated when it is done').to.deep.equal(done);
      const other = request.execute({ ...wish, isDryRun: false });
      await expectFault('idempotency_key_reused', other);
    } finally {
      await rounds.stop();
    }
  });

  it('is asked for, and looked at, by operators alone', async () => {
    const caller = aCaller({ role: 'product' });
    const find = new FindSweep(store);
    await expectFault(
      'forbidden',
      new RequestSweep(store, clock).execute({ caller, isDryRun: true, idempotencyKey: null }),
    );
    await expectFault('forbidden', find.execute({ caller, id: 'latest' }));
    const operator = aCaller({ role: 'operator' });
    await expectFault('sweep_unknown', find.execute({ caller: operator, id: 'latest' }));
    await expectFault('sweep_unknown', find.execute({ caller: operator, id: 'sw-none' }));
  });

  describe('the census', () => {
    it('gives each database a name of its own, and always the same', async () => {
      const name = await census.identity();
      expect(await census.identity()).to.equal(name);
      await dataSource.destroy();
      await database.emptyStore();
      dataSource = await createDataSource({
        ...{ url: database.url(), connectionsMax: 1, applicationName: 'test-census' },
      }).initialize();

      expect(name).to.match(/^\d+-\d+$/);
      expect(await new PostgresCensus(dataSource).identity()).to.not.equal(name);
    });

    it('finds owners without a claim, and claims without an owner', async () => {
      const [owned, claimed] = [await aReady('alice'), await aReady('bob')];
      expect(await census.mismatches(10)).to.deep.equal([]);
      await database.query(`UPDATE claims SET released_at = now() WHERE instance_id = $1`, [owned]);
      await database.query(`UPDATE instances SET state = 'deleted' WHERE id = $1`, [claimed]);

      expect(await census.mismatches(10)).to.deep.equal([
        { kind: 'owner_without_claim', instanceId: owned },
        { kind: 'claim_without_owner', instanceId: claimed },
      ]);
    });
  });
});
