import { expect } from 'chai';
import type { ClaimRequest } from '../../src/commands/claim-instance.js';
import { ClaimInstance } from '../../src/commands/claim-instance.js';
import { DeleteInstance } from '../../src/commands/delete-instance.js';
import { IDEMPOTENCY_TTL_MS } from '../../src/commands/idempotency.js';
import { Fault } from '../../src/errors/index.js';
import type { Pool, PoolKey } from '../../src/domain/pool.js';
import { plusMs } from '../../src/lib/clock.js';
import { digestOf } from '../../src/lib/digest.js';
import type { Store } from '../../src/ports/index.js';
import { NOON, aCaller, aPoolKey, anInstanceId, someOffers } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';

describe('claims on PostgreSQL', function () {
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
    pool = await store.pools.ensure(
      aPoolKey(),
      { idleFloor: 2, idleCeiling: 2, membersMax: 100 },
      now,
    );
  });

  const clock = { now: () => now };
  /** Serves idle members alone, unless some claims may wait. */
  const claimCommand = (waitingMax = 0, key: PoolKey = aPoolKey()): ClaimInstance =>
    new ClaimInstance(store, clock, {
      offers: someOffers(key),
      defaultRegion: 'default',
      waitingMax,
    });

  function aClaim(changes: Partial<ClaimRequest> = {}): ClaimRequest {
    return {
      caller: aCaller(),
      tenantRef: 'alice',
      name: 'default',
      sizeClass: 's',
      region: null,
      idempotencyKey: null,
      ...changes,
    };
  }

  async function idleMembers(count: number, of: Pool = pool, nodeId = 'node'): Promise<void> {
    for (let made = 0; made < count; made += 1) {
      const created = await store.instances.insert({ id: anInstanceId(), pool: of, at: now });
      const launched = await store.instances.move(created, { verb: 'launch', at: now });
      const allocationId = `allocation of ${created.id}`;
      const notes = { allocationId, nodeId, address: '127.0.0.1:1' };
      if (launched !== null) {
        await store.instances.move(launched, { verb: 'admit', at: plusMs(now, made) }, notes);
      }
    }
  }

  /** The code of the fault that `work` ends with. */
  async function codeOf(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => 'no fault',
      (error: unknown) => (error instanceof Fault ? error.code : String(error)),
    );
  }

  it('gives 10 members to 50 simultaneous claims: 10 distinct winners, 40 clean refusals', async () => {
    await idleMembers(10);
    const claims = Array.from({ length: 50 }, (_, at) =>
      claimCommand().execute(aClaim({ tenantRef: `tenant-${at}` })),
    );

    const outcomes = await Promise.allSettled(claims);

    const winners = outcomes.flatMap((outcome) =>
      outcome.status === 'fulfilled' ? [outcome.value.view.instance.id] : [],
    );
    const refusals = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [(outcome.reason as Fault).code] : [],
    );
    expect(new Set(winners).size).to.equal(10);
    expect(winners).to.have.length(10);
    expect(refusals).to.deep.equal(Array.from({ length: 40 }, () => 'pool_empty'));
  });

  it('raises fence, revision and token version with the claim, and keeps the allocation', async () => {
    await idleMembers(1);
    const [before] = (await store.instances.list({}, { limit: 1, cursor: null })).rows;

    const { view } = await claimCommand().execute(aClaim());

    expect(view.instance).to.include({
      state: 'binding',
      bindingStep: 'claimed',
      fence: (before?.fence ?? 0) + 1,
      revision: 2,
      gatewayVersion: 2,
      allocationId: before?.allocationId,
    });
  });

  it('takes the oldest member and never a suspect', async () => {
    await idleMembers(3);
    const { rows } = await store.instances.list({}, { limit: 3, cursor: null });
    const byAge = [...rows].sort((a, b) => a.stateAt.getTime() - b.stateAt.getTime());
    const [oldest, second] = byAge;
    if (oldest === undefined) throw new Error('no members');
    await store.instances.note(oldest, { suspectAt: now });

    const { view } = await claimCommand().execute(aClaim());

    expect(view.instance.id).to.equal(second?.id);
  });

  it('lets one of eight simultaneous claims of a tenant have the name', async () => {
    await idleMembers(8);
    const codes = await Promise.all(
      Array.from({ length: 8 }, () => codeOf(claimCommand().execute(aClaim()))),
    );

    expect(codes.filter((code) => code === 'no fault')).to.have.length(1);
    expect(codes.filter((code) => code === 'name_taken')).to.have.length(7);
    const counts = await store.instances.countByState(pool.id);
    expect(counts.get('idle')).to.equal(7);
  });

  it('gives the same instance to a retry with the same key, ten at once included', async () => {
    await idleMembers(5);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => claimCommand().execute(aClaim({ idempotencyKey: 'k1' }))),
    );

    expect(new Set(answers.map(({ view }) => view.instance.id)).size).to.equal(1);
    expect(answers.filter(({ outcome }) => outcome !== null)).to.have.length(1);
    expect((await store.instances.countByState(pool.id)).get('idle')).to.equal(4);
  });

  it('refuses the same key with another body, and the same key of another caller is another', async () => {
    await idleMembers(2);
    await claimCommand().execute(aClaim({ idempotencyKey: 'k1' }));

    const otherBody = aClaim({ idempotencyKey: 'k1', name: 'second' });
    expect(await codeOf(claimCommand().execute(otherBody))).to.equal('idempotency_key_reused');

    const caller = aCaller({ subject: 'other-product' });
    const other = await claimCommand().execute({ ...otherBody, caller });
    expect(other.outcome).to.equal('warm');
  });

  it('takes the default region, named or not, for the same request', async () => {
    await idleMembers(2);
    const first = await claimCommand().execute(aClaim({ idempotencyKey: 'k1' }));
    const named = aClaim({ idempotencyKey: 'k1', region: 'default' });
    expect((await claimCommand().execute(named)).view.instance.id).to.equal(first.view.instance.id);
  });

  it('loses nothing when the database fails over in the middle of claims', async () => {
    await idleMembers(30);
    const codes = new Set<string>();
    const claimOf = async (at: number): Promise<string> => {
      const request = aClaim({ tenantRef: `tenant-${at}`, idempotencyKey: `key-${at}` });
      for (let attempt = 0; attempt < 200; attempt += 1) {
        try {
          return (await claimCommand().execute(request)).view.instance.id;
        } catch (error) {
          const code = error instanceof Fault ? error.code : String(error);
          codes.add(code);
          if (code !== 'database_unreachable') throw error;
        }
      }
      throw new Error('the database did not come back');
    };
    const claims = Array.from({ length: 30 }, (_, at) => claimOf(at));
    // What a fail-over looks like from here: every connection ends, whatever it is doing.
    for (let times = 0; times < 5; times += 1) await database.endConnections();

    const ids = await Promise.all(claims);

    expect(new Set(ids).size).to.equal(30);
    expect(await Promise.all(Array.from({ length: 30 }, (_, at) => claimOf(at)))).to.deep.equal(
      ids,
    );
    expect([...codes].filter((code) => code !== 'database_unreachable')).to.deep.equal([]);
  });

  /** By the database's clock, which is the one that counts. */
  const passADayInTheDatabase = async (): Promise<void> => {
    const past = `UPDATE idempotency_keys SET expires_at = expires_at - $1 * interval '1 ms'`;
    await database.query(past, [IDEMPOTENCY_TTL_MS]);
  };

  it('keeps nothing of an idempotency key but a digest: it may be a secret by mistake', async () => {
    await idleMembers(1);
    await claimCommand().execute(aClaim({ idempotencyKey: 'sk-a-key-in-the-wrong-place' }));

    const kept = await database.query('SELECT key FROM idempotency_keys', []);
    expect(kept).to.deep.equal([{ key: digestOf('sk-a-key-in-the-wrong-place') }]);
  });

  it('forgets an idempotency key after a day', async () => {
    await idleMembers(2);
    await claimCommand().execute(aClaim({ idempotencyKey: 'k1' }));
    await passADayInTheDatabase();

    const later = await claimCommand().execute(aClaim({ idempotencyKey: 'k1', name: 'second' }));

    expect(later.outcome).to.equal('warm');
    await passADayInTheDatabase();
    expect(await store.idempotency.deleteExpired(10)).to.equal(1);
  });

  it('keeps an idempotency key although the clock of one process is a day ahead', async () => {
    await idleMembers(2);
    const request = aClaim({ idempotencyKey: 'k1' });
    const first = await claimCommand().execute(request);
    now = plusMs(NOON, IDEMPOTENCY_TTL_MS + 1_000);

    const again = await claimCommand().execute(request);

    expect(again.outcome).to.equal(null);
    expect(again.view.instance.id).to.equal(first.view.instance.id);
    expect(await store.idempotency.deleteExpired(10)).to.equal(0);
  });

  it('leaves nothing behind when the pool is empty, so that the same key can try again', async () => {
    const request = aClaim({ idempotencyKey: 'k1' });
    expect(await codeOf(claimCommand().execute(request))).to.equal('pool_empty');
    await idleMembers(1);

    const answer = await claimCommand().execute(request);

    expect(answer.outcome).to.equal('warm');
  });

  it('frees the name as soon as its instance is being deleted', async () => {
    await idleMembers(2);
    const caller = aCaller();
    const first = await claimCommand().execute(aClaim());
    const remove = new DeleteInstance(store, { now: () => now });
    await remove.execute({ caller, instanceId: first.view.instance.id });
    await remove.execute({ caller, instanceId: first.view.instance.id });

    const second = await claimCommand().execute(aClaim());

    expect(second.view.instance.id).to.not.equal(first.view.instance.id);
  });

  it('refuses a size class that no pool offers', async () => {
    const code = await codeOf(claimCommand().execute(aClaim({ sizeClass: 'l' })));
    expect(code).to.equal('size_class_unoffered');
  });

  it('serves the offered version first, then what it supersedes', async () => {
    await idleMembers(2);
    const key = aPoolKey({ openclawVersion: '2026.9.7' });
    const bounds = { idleFloor: 2, idleCeiling: 2, membersMax: 10 };
    const newer = await store.pools.ensure(key, bounds, now);
    await store.pools.supersedeOthers([newer.id], now);
    await idleMembers(1, newer);

    const taken = [];
    for (const tenantRef of ['one', 'two', 'three']) {
      const { view } = await claimCommand(0, key).execute(aClaim({ tenantRef }));
      taken.push(view.instance.poolId);
    }

    expect(taken).to.deep.equal([newer.id, pool.id, pool.id]);
  });

  it('takes from the nodes in turn, and from none that takes no work', async () => {
    const nodes = ['a', 'a', 'a', 'b', 'c'];
    for (const nodeId of nodes) await idleMembers(1, pool, nodeId);
    const row = { nodePool: 'default', isEligible: true };
    await store.nodes.replaceAll({
      index: '1',
      nodes: [
        { ...row, id: 'a', name: 'node-a' },
        { ...row, id: 'b', name: 'node-b' },
        { ...row, id: 'c', name: 'node-c', isEligible: false },
      ],
    });

    const taken = [];
    for (const tenantRef of ['one', 'two', 'three', 'four']) {
      const { view } = await claimCommand().execute(aClaim({ tenantRef }));
      taken.push(view.instance.nodeId);
    }

    expect(taken.slice(0, 2).sort()).to.deep.equal(['a', 'b']);
    expect(taken.slice(2)).to.deep.equal(['a', 'a']);
    expect(await codeOf(claimCommand().execute(aClaim({ name: 'more' })))).to.equal('pool_empty');
  });

  it('goes on with members of any node once nobody has listed the nodes for a minute', async () => {
    await idleMembers(1, pool, 'open');
    await idleMembers(1, pool, 'closed');
    const row = { nodePool: 'default', isEligible: true };
    await store.nodes.replaceAll({
      index: '1',
      nodes: [
        { ...row, id: 'open', name: 'node-open' },
        { ...row, id: 'closed', name: 'node-closed', isEligible: false },
      ],
    });
    await database.query(`UPDATE node_listings SET seen_at = now() - $1 * interval '1 s'`, [61]);

    const taken = [];
    for (const tenantRef of ['one', 'two']) {
      const { view } = await claimCommand().execute(aClaim({ tenantRef }));
      taken.push(view.instance.nodeId);
    }

    expect(taken, 'the open one first').to.deep.equal(['open', 'closed']);
  });

  it('believes a scheduler that counts anew once it has been silent for long', async () => {
    const node = { id: 'a', name: 'a', nodePool: 'default', isEligible: true };
    await store.nodes.replaceAll({ index: '9000', nodes: [node] });
    expect(await store.nodes.replaceAll({ index: '5', nodes: [node] })).to.equal(false);
    await database.query(`UPDATE node_listings SET seen_at = now() - $1 * interval '1 s'`, [121]);
    expect(await store.nodes.replaceAll({ index: '5', nodes: [node] })).to.equal(true);
  });

  it('lets claims wait for members that start, then for ones made for them, then refuses', async () => {
    const coming = await store.instances.insert({
      ...{ id: anInstanceId(), pool, at: now, startGrantedAt: now },
    });
    const answers = [];
    for (const tenantRef of ['one', 'two']) {
      answers.push(await claimCommand(2).execute(aClaim({ tenantRef })));
    }

    expect(answers.map(({ outcome }) => outcome)).to.deep.equal(['queued', 'cold']);
    const [queued, cold] = answers.map(({ view }) => view.instance);
    expect(queued).to.include({ id: coming.id, state: 'creating', fence: coming.fence + 1 });
    expect(cold).to.include({ state: 'creating', startGrantedAt: null });
    const third = claimCommand(2).execute(aClaim({ tenantRef: 'three' }));
    expect(await codeOf(third)).to.equal('pool_empty');
  });

  it('makes nothing for a claim while the pool is paused, its breaker open, or it is full', async () => {
    const refused = () => codeOf(claimCommand(5).execute(aClaim()));
    await store.pools.change(pool.id, { pausedAt: now });
    expect(await refused()).to.equal('pool_empty');
    await store.pools.change(pool.id, { pausedAt: null });
    await store.pools.recordStart(pool.id, 'hopeless', now);
    expect(await refused()).to.equal('pool_empty');
    await store.pools.change(pool.id, { isBreakerOpen: false, idleFloor: 0, idleCeiling: 0 });
    await store.pools.change(pool.id, { membersMax: 2 });
    expect(await refused()).to.equal('no fault');
  });

  it('gives a suspended tenant nothing new', async () => {
    await idleMembers(2);
    await claimCommand().execute(aClaim());
    await store.tenants.setSuspended('alice', now);
    expect(await codeOf(claimCommand().execute(aClaim({ name: 'two' })))).to.equal(
      'tenant_suspended',
    );
    await store.tenants.setSuspended('alice', null);
    expect(await codeOf(claimCommand().execute(aClaim({ name: 'two' })))).to.equal('no fault');
  });

  it('tells how each claim ended, so that nobody is refused unseen', async () => {
    await idleMembers(1);
    const told: string[] = [];
    const refusedOf: string[] = [];
    const command = new ClaimInstance(store, clock, {
      ...{ offers: someOffers(), defaultRegion: 'default', waitingMax: 1 },
      onOutcome: (outcome) => told.push(outcome),
      onRefused: (offer) => refusedOf.push(offer),
    });
    const claim = (changes: Partial<ClaimRequest>) => codeOf(command.execute(aClaim(changes)));
    await claim({ idempotencyKey: 'one' });
    await claim({ idempotencyKey: 'one' });
    await claim({ name: 'two' });
    await claim({ name: 'three' });
    await claim({ idempotencyKey: 'one', name: 'four' });
    await claim({ sizeClass: 'l' });

    expect(told).to.deep.equal([
      ...['warm', 'replayed', 'cold', 'pool_empty'],
      ...['idempotency_key_reused', 'size_class_unoffered'],
    ]);
    expect(refusedOf).to.deep.equal(['s@default']);
  });

  it('measures boots from the grant of a start to the admission, newest first', async () => {
    for (const bootMs of [9_000, 12_500]) {
      const id = anInstanceId();
      const created = await store.instances.insert({ id, pool, at: now, startGrantedAt: now });
      const launched = await store.instances.move(created, { verb: 'launch', at: now });
      const at = plusMs(now, bootMs);
      if (launched !== null) await store.instances.move(launched, { verb: 'admit', at });
    }

    expect(await store.instances.recentBoots(pool.id, 10)).to.deep.equal([12_500, 9_000]);
  });

  it('counts demand by what was asked for, in buckets that end now', async () => {
    await idleMembers(3);
    for (const tenantRef of ['one', 'two']) await claimCommand().execute(aClaim({ tenantRef }));
    now = plusMs(now, 25_000);
    await claimCommand().execute(aClaim({ tenantRef: 'three' }));

    const window = { now, bucketMs: 10_000, buckets: 4 };
    const { arrivals } = await store.claims.demand('s@default', window);

    expect(arrivals).to.deep.equal([0, 2, 0, 1]);
  });
});
