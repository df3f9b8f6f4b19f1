import { expect } from 'chai';
import { createDataSource, MIGRATIONS } from '../../src/store/data-source.js';
import { DigestsOfIdempotencyKeys1795524000000 } from '../../src/store/migrations/1795524000000-digests-of-idempotency-keys.js';
import { migrate } from '../../src/store/migrate.js';
import { PostgresChangeFeed } from '../../src/store/postgres-change-feed.js';
import type { InstanceId } from '../../src/domain/ids.js';
import type { Instance } from '../../src/domain/instance.js';
import type { Pool } from '../../src/domain/pool.js';
import { plusMs } from '../../src/lib/clock.js';
import { digestOf } from '../../src/lib/digest.js';
import type { Store } from '../../src/ports/index.js';
import { NOON, aPoolKey, anInstanceId, placed } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { expectFault } from '../support/expect-fault.js';
import { quietLog } from '../support/quiet-log.js';
import { waitFor } from '../support/wait-for.js';

const LATER = plusMs(NOON, 1_000);

describe('the store on PostgreSQL', function () {
  this.timeout(60_000);

  let database: TestDatabase;
  let store: Store;
  let pool: Pool;

  before(async () => {
    database = await startTestDatabase();
  });

  after(async () => {
    await database?.stop();
  });

  beforeEach(async () => {
    store = await database.emptyStore();
    pool = await store.pools.ensure(
      aPoolKey(),
      { idleFloor: 2, idleCeiling: 2, membersMax: 10 },
      NOON,
    );
  });

  const inserted = (): Promise<Instance> =>
    store.instances.insert({ id: anInstanceId(), pool, at: NOON });

  describe('migrations', () => {
    it('agree with the rows: nothing is left to change', async () => {
      const dataSource = createDataSource({
        url: await database.emptyDatabase(),
        connectionsMax: 4,
        applicationName: 'test',
      });
      await dataSource.initialize();
      try {
        const names = MIGRATIONS.map((migration) => new migration().name);
        const raced = await Promise.all([migrate(dataSource), migrate(dataSource)]);
        expect(raced.flat()).to.deep.equal(names);

        const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
        expect(upQueries.map(({ query }) => query)).to.deep.equal([]);

        for (const _name of names) await dataSource.undoLastMigration();
        expect(await migrate(dataSource)).to.deep.equal(names);
      } finally {
        await dataSource.destroy();
      }
    });

    it('know a request of the release before, whose idempotency key was kept as it came', async () => {
      const kept = `INSERT INTO idempotency_keys
        VALUES ($1, $2, $3, NULL, now(), now() + interval '1 hour')`;
      await database.query(kept, ['p', 'sign-up-4711', 'its hash']);
      const dataSource = createDataSource({
        ...{ url: database.url(), connectionsMax: 1, applicationName: 'test' },
      });
      await dataSource.initialize();
      try {
        await new DigestsOfIdempotencyKeys1795524000000().up(dataSource.createQueryRunner());
      } finally {
        await dataSource.destroy();
      }
      const repeated = { key: digestOf('sign-up-4711'), requestHash: 'of another request' };
      const asked = { principal: 'p', ...repeated, ttlMs: 60_000 };
      const { kind } = await store.idempotency.begin(asked);
      expect(kind).to.equal('other_request');
    });
  });

  describe('instances', () => {
    it('move only if they still are as they were seen', async () => {
      const seen = await inserted();
      const moved = await store.instances.move(seen, { verb: 'launch', at: NOON });
      expect(moved?.state).to.equal('warming');

      expect(await store.instances.move(seen, { verb: 'fail', at: NOON })).to.equal(null);
      expect(await store.instances.note(seen, { address: '127.0.0.1:1' })).to.equal(null);
      expect((await store.instances.find(seen.id))?.state).to.equal('warming');
    });

    it('stay under a suspicion that came after the look that would clear it', async () => {
      const launched = await store.instances.move(await inserted(), { verb: 'launch', at: NOON });
      if (launched === null) throw new Error('not launched');
      const idle = await store.instances.move(launched, { verb: 'admit', at: NOON });
      if (idle === null) throw new Error('not admitted');
      const suspect = await store.instances.note(idle, { suspectAt: NOON });

      expect(await store.instances.note(idle, { suspectAt: null })).to.equal(null);
      expect((await store.instances.find(idle.id))?.suspectAt).to.deep.equal(NOON);
      if (suspect === null) throw new Error('not suspected');
      const cleared = await store.instances.note(suspect, { suspectAt: null });
      expect(cleared?.suspectAt).to.equal(null);
    });

    it('keep the reason of a failure', async () => {
      const failure = { code: 'start_failed', sentence: 'It would not.' } as const;
      const failed = await store.instances.move(await inserted(), {
        verb: 'fail',
        at: NOON,
        failure,
      });
      expect(failed?.failure).to.deep.equal(failure);
    });

    it('are listed a page at a time, each exactly once', async () => {
      const made = await Promise.all([inserted(), inserted(), inserted()]);
      const ids: InstanceId[] = [];
      let cursor: string | null = null;
      do {
        const page = await store.instances.list({ poolId: pool.id }, { limit: 2, cursor });
        ids.push(...page.rows.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(ids).to.have.members(made.map(({ id }) => id));
      expect(ids).to.have.length(3);
    });

    it('are due until they are settled', async () => {
      const seen = await inserted();
      expect(await store.instances.listDue(10)).to.deep.equal([seen.id]);
      const marked = await store.instances.move(seen, { verb: 'delete', at: NOON });
      if (marked !== null) await store.instances.move(marked, { verb: 'finish', at: NOON });
      expect(await store.instances.listDue(10)).to.deep.equal([]);
    });

    it('with work to do never wait behind an idle stock, and each idle one has its turn', async () => {
      const idle = new Set<InstanceId>();
      for (let made = 0; made < 3; made += 1) {
        const launched = await store.instances.move(await inserted(), { verb: 'launch', at: NOON });
        if (launched !== null) await store.instances.move(launched, { verb: 'admit', at: NOON });
        if (launched !== null) idle.add(launched.id);
      }
      const { id } = await store.instances.insert({ id: anInstanceId(), pool, at: LATER });

      const seen = new Set<InstanceId>();
      for (let asked = 0; asked < 200; asked += 1) {
        const [first, second] = await store.instances.listDue(2);
        expect(first).to.equal(id);
        if (second !== undefined) seen.add(second);
      }
      expect(seen).to.deep.equal(idle);
    });
  });

  describe('keys', () => {
    it('never go back to an older version when reports arrive out of order', async () => {
      const { id } = await inserted();
      const change = { removed: [], owner: 'tenant', at: NOON } as const;
      await store.keys.record(id, { ...change, version: 2, set: placed('openai') });
      await store.keys.record(id, { ...change, version: 1, set: placed('openai', 'anthropic') });

      const keys = await store.keys.list(id);
      expect(keys.map(({ name, version }) => [name, version])).to.deep.equal([
        ['anthropic', 1],
        ['openai', 2],
      ]);
      expect(await store.instances.find(id)).to.include({ keyVersion: 2, revision: 3 });
    });

    it('stay removed when the report of an older version comes late', async () => {
      const { id } = await inserted();
      const theirs = { owner: 'tenant', at: NOON } as const;
      await store.keys.record(id, { ...theirs, version: 2, set: placed(), removed: ['openai'] });
      await store.keys.record(id, { ...theirs, version: 1, set: placed('openai'), removed: [] });
      expect(await store.keys.list(id)).to.deep.equal([]);
    });

    it('are live once the gateway runs their revision', async () => {
      const seen = await inserted();
      await store.keys.record(seen.id, {
        version: 1,
        set: placed('openai'),
        removed: [],
        owner: 'tenant',
        at: NOON,
      });
      expect((await store.keys.list(seen.id))[0]?.isLive).to.equal(false);
      await store.instances.note(seen, { revisionApplied: 2 });
      expect((await store.keys.list(seen.id))[0]?.isLive).to.equal(true);
    });
  });

  describe('leases', () => {
    it('have one holder at a time, and a higher fence for each new one', async () => {
      const first = await store.leases.grant('pool:x', 'a', 60_000);
      expect(await store.leases.grant('pool:x', 'b', 60_000)).to.equal(null);
      expect((await store.leases.grant('pool:x', 'a', 60_000))?.fence).to.equal(first?.fence);
      if (first !== null) await store.leases.release([first]);

      const second = await store.leases.grant('pool:x', 'b', 60_000);
      expect(second?.fence).to.equal((first?.fence ?? 0) + 1);
      if (first !== null) await store.leases.release([first]);
      expect(await store.leases.grant('pool:x', 'a', 60_000)).to.equal(null);
    });

    it('go to another holder once they expire', async () => {
      await store.leases.grant('pool:x', 'a', 1);
      await waitFor(async () => (await store.leases.grant('pool:x', 'b', 60_000)) !== null, {
        withinMs: 2_000,
        describe: 'the lease to expire',
      });
    });
  });

  it('frees a pool that a frozen host had locked in the middle of a transaction', async () => {
    let freeze = (): void => undefined;
    const frozen = new Promise<void>((resolve) => (freeze = resolve));
    const holding = store.transaction(async (tx) => {
      await tx.pools.findForUpdate(pool.id);
      await frozen;
      return tx.pools.change(pool.id, { idleTarget: 1 });
    });
    holding.catch(() => undefined);
    try {
      const next = store.transaction((tx) => tx.pools.findForUpdate(pool.id));
      const freed = { withinMs: 14_000, describe: 'the lock to be free' };
      await waitFor(() => next, freed);
    } finally {
      freeze();
    }
    await expectFault('database_unreachable', holding);
    expect((await store.pools.find(pool.id))?.idleTarget).to.equal(pool.idleTarget);
  });

  it('refuses to change or remove audit rows', async () => {
    const entry = {
      at: NOON,
      actor: 'a',
      action: 'b',
      target: 'c',
      requestId: null,
      from: null,
      details: {},
    };
    await store.audit.append({ ...entry, outcome: 'done' });
    for (const statement of [
      'UPDATE audit SET actor = $1',
      'DELETE FROM audit WHERE actor <> $1',
    ]) {
      const refused = await database.query(statement, ['x']).catch(String);
      expect(refused).to.include('only ever added');
    }
  });

  it('opens the breaker at the third failed start, and a success closes it', async () => {
    for (const openedAt of [null, null, NOON]) {
      await store.pools.recordStart(pool.id, 'failed', NOON);
      expect((await store.pools.find(pool.id))?.breakerOpenedAt).to.deep.equal(openedAt);
    }
    await store.pools.recordStart(pool.id, 'admitted', NOON);
    expect(await store.pools.find(pool.id)).to.include({
      failuresInARow: 0,
      breakerOpenedAt: null,
    });
  });

  it('tells of each committed change, and of a gap after its connection was lost', async () => {
    const feed = new PostgresChangeFeed(database.url(), quietLog);
    const changed: InstanceId[] = [];
    let gaps = 0;
    feed.subscribe({ onChange: (id) => changed.push(id), onGap: () => (gaps += 1) });
    feed.start();
    try {
      await waitFor(() => gaps === 1, { withinMs: 5_000, describe: 'the first connection' });
      const { id } = await inserted();
      await waitFor(() => changed.includes(id), { withinMs: 2_000, describe: 'the notice' });
      const together = await store.transaction(async (tx) => {
        const one = await tx.instances.insert({ id: anInstanceId(), pool, at: NOON });
        await tx.instances.move(one, { verb: 'launch', at: NOON });
        return one.id;
      });
      await waitFor(() => changed.includes(together), {
        ...{ withinMs: 2_000, describe: 'the notice of a transaction' },
      });
      const undone = anInstanceId();
      await store
        .transaction(async (tx) => {
          await tx.instances.insert({ id: undone, pool, at: NOON });
          throw new Error('undone');
        })
        .catch(() => undefined);
      // What closes a route or leads it elsewhere is told by the database, whoever changes the row.
      const known = 'UPDATE instances SET address = $2 WHERE id = $1';
      await database.query(known, [id, '127.0.0.1:20001']);
      changed.length = 0;
      await database.query(known, [id, '127.0.0.1:20002']);
      await waitFor(() => changed.includes(id), { withinMs: 2_000, describe: 'the other address' });
      changed.length = 0;
      await database.query(`UPDATE instances SET state = 'failed' WHERE id = $1`, [id]);
      await waitFor(() => changed.includes(id), { withinMs: 2_000, describe: 'the closing' });
      expect(changed).to.not.include(undone);

      await database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'clawdeploy-change-feed' AND datname = current_database()`,
        [],
      );
      await waitFor(() => gaps === 2, { withinMs: 5_000, describe: 'the second connection' });
    } finally {
      await feed.stop();
    }
  });
});
