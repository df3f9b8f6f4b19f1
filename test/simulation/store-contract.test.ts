import { expect } from 'chai';
import type { JsonObject } from '../../src/domain/config/json.js';
import type { InstanceId } from '../../src/domain/ids.js';
import { configChangeIdOf, rotationIdOf } from '../../src/domain/ids.js';
import type { Instance, InstanceState } from '../../src/domain/instance.js';
import { leaseNameOf } from '../../src/domain/lease-names.js';
import type { Pool } from '../../src/domain/pool.js';
import { EARLY_DEATH_MEMORY_MS } from '../../src/domain/pool.js';
import type { ClaimRecord, Repositories, Store, Taking, Tenant } from '../../src/ports/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { NOON, aClaimId, aPoolKey, aTenantId, anInstanceId, placed } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { expectFault } from '../support/expect-fault.js';
import { Database } from './store/database.js';
import { createMemoryStore } from './store/memory-store.js';
import { plainHost } from './store/plain-host.js';

const OFFER = 's@default';
const ONE = { limit: 1, cursor: null };
const at = (ms: number): Date => new Date(NOON.getTime() + ms);

describe('the store of the simulator', () => {
  describe('in memory', () => {
    storeContract(() => {
      const host = plainHost(() => systemClock.now());
      return Promise.resolve(createMemoryStore(new Database(host)));
    });
  });

  describe('on PostgreSQL', function () {
    this.timeout(60_000);
    let database: TestDatabase;
    before(async () => {
      database = await startTestDatabase();
    });
    after(async () => {
      await database?.stop();
    });
    storeContract(() => database.emptyStore());
  });
});

/** What the simulator relies on: the same promises of the store in memory and of the real one. */
function storeContract(open: () => Promise<Store>): void {
  let store: Store;
  let pool: Pool;
  let tenant: Tenant;

  beforeEach(async () => {
    store = await open();
    const bounds = { idleFloor: 2, idleCeiling: 4, membersMax: 10 };
    pool = await store.pools.ensure(aPoolKey(), bounds, NOON);
    tenant = await store.tenants.ensure({ id: aTenantId(), externalRef: 'acme' }, NOON);
  });

  const taking = (changes: Partial<Taking> = {}): Taking => ({
    ...{ poolId: pool.id, tenantId: tenant.id, claimId: aClaimId(), name: 'default', at: NOON },
    ...changes,
  });

  async function member(state: 'creating' | 'warming' | 'idle', ms = 0): Promise<Instance> {
    const made = { id: anInstanceId(), pool, at: at(ms), startGrantedAt: at(ms) };
    let instance: Instance | null = await store.instances.insert(made);
    if (state !== 'creating') {
      instance = await store.instances.move(instance, { verb: 'launch', at: at(ms) });
    }
    if (state === 'idle' && instance !== null) {
      const notes = { nodeId: 'node-a', address: `127.0.0.1:${20_000 + ms}` };
      instance = await store.instances.move(instance, { verb: 'admit', at: at(ms + 5) }, notes);
    }
    return present(instance);
  }

  const claimOf = (instanceId: InstanceId, name = 'default') => ({
    ...{ id: aClaimId(), tenantId: tenant.id, instanceId, name, offer: OFFER },
    ...{ outcome: 'warm' as const, at: NOON },
  });
  const recordOf = (
    claim: ClaimRecord['claim'],
    idempotency: ClaimRecord['idempotency'] = null,
  ): ClaimRecord => ({
    claim,
    audit: {
      ...{ at: NOON, actor: 'p', action: 'instance.claim', target: claim.instanceId },
      ...{ outcome: 'done', requestId: null, from: null, details: {} },
    },
    event: { topic: 'instance.claimed', key: claim.instanceId, payload: {}, at: NOON },
    idempotency,
  });

  it('closes no breaker by an admission soon after a member died early', async () => {
    await store.pools.recordStart(pool.id, 'died_early', at(0));
    await store.pools.recordStart(pool.id, 'admitted', at(EARLY_DEATH_MEMORY_MS - 1));
    expect(await store.pools.find(pool.id)).to.deep.include({
      diedEarlyAt: NOON,
      failuresInARow: 1,
    });
    await store.pools.recordStart(pool.id, 'admitted', at(EARLY_DEATH_MEMORY_MS));
    expect(await store.pools.find(pool.id)).to.include({ diedEarlyAt: null, failuresInARow: 0 });
  });

  it('remembers since when a pool is superseded, whoever supersedes it then', async () => {
    const bounds = { idleFloor: 0, idleCeiling: 0, membersMax: 10 };
    const [second, third] = [
      await store.pools.ensure(aPoolKey({ openclawVersion: '2' }), bounds, NOON),
      await store.pools.ensure(aPoolKey({ openclawVersion: '3' }), bounds, NOON),
    ];
    const seen = () => store.pools.find(pool.id);
    await store.pools.supersedeOthers([second.id], at(1));
    await store.pools.supersedeOthers([third.id], at(2));
    expect(await seen()).to.deep.include({ supersededBy: third.id, supersededAt: at(1) });
    await store.pools.supersedeOthers([pool.id], at(3));
    expect(await seen()).to.include({ supersededBy: null, supersededAt: null });
  });

  it('counts what boots in the other pools of a node pool, but not what finds no place', async () => {
    const bounds = { idleFloor: 0, idleCeiling: 0, membersMax: 10 };
    const other = await store.pools.ensure(aPoolKey({ sizeClass: 'm' }), bounds, NOON);
    const far = await store.pools.ensure(aPoolKey({ nodePool: 'eu' }), bounds, NOON);
    await member('creating');
    const blocked = await member('warming');
    await store.instances.note(blocked, { blockedBy: 'no node is eligible' });
    await store.instances.insert({ id: anInstanceId(), pool, at: NOON });
    await member('idle');
    expect(await store.instances.countStartingElsewhere(other)).to.equal(1);
    expect(await store.instances.countStartingElsewhere(pool)).to.equal(0);
    expect(await store.instances.countStartingElsewhere(far)).to.equal(0);
  });

  it('lists the members on closed nodes, and none whose node it never heard of', async () => {
    const idle = await member('idle');
    expect(await store.instances.listStranded(pool.id)).to.deep.equal([]);
    const node = { id: 'node-a', name: 'a', nodePool: 'default', isEligible: false };
    await store.nodes.replaceAll({ index: '1', nodes: [node] });
    expect(await store.instances.listStranded(pool.id)).to.deep.equal([idle.id]);
    await store.nodes.replaceAll({ index: '2', nodes: [{ ...node, isEligible: true }] });
    expect(await store.instances.listStranded(pool.id)).to.deep.equal([]);
  });

  it('counts refused claims as demand of their offer', async () => {
    await store.claims.recordRefusals(OFFER, 3, at(0));
    await store.claims.recordRefusals(OFFER, 2, at(1));
    await store.claims.recordRefusals('m@default', 9, at(1));
    const window = { now: at(10_000), bucketMs: 10_000, buckets: 3 };
    expect((await store.claims.demand(OFFER, window)).arrivals).to.deep.equal([0, 5, 0]);
    const none = { warm: 0, waited: 0, refused: 0 };
    const served = [none, { ...none, refused: 5 }, none];
    expect(await store.claims.served(OFFER, window)).to.deep.equal(served);
  });

  describe('transactions', () => {
    it('leave nothing behind when their work fails', async () => {
      const seen = await member('idle');
      const failing = store.transaction(async (tx) => {
        await tx.instances.takeIdle(taking());
        await tx.pools.recordStart(pool.id, 'failed', NOON);
        throw new Error('on purpose');
      });
      expect(await failing.catch(String)).to.include('on purpose');
      expect(await store.instances.find(seen.id)).to.deep.equal(seen);
      expect((await store.pools.find(pool.id))?.failuresInARow).to.equal(0);
    });

    it('are not seen by others before they end', async () => {
      const { id } = await member('idle');
      await store.transaction(async (tx) => {
        await tx.instances.takeIdle(taking());
        expect((await tx.instances.find(id))?.state).to.equal('binding');
        expect((await store.instances.find(id))?.state).to.equal('idle');
      });
      expect((await store.instances.find(id))?.state).to.equal('binding');
    });

    it('can do nothing more once a statement failed', async () => {
      const one = await member('idle');
      await store.claims.record(recordOf(claimOf(one.id)));
      const two = await member('idle');
      const failing = store.transaction(async (tx) => {
        await tx.claims.record(recordOf(claimOf(two.id))).catch(() => undefined);
        await tx.instances.find(one.id);
      });
      expect(
        await failing.then(
          () => 'went on',
          () => 'refused',
        ),
      ).to.equal('refused');
    });
  });

  describe('taking an idle member', () => {
    it('gives each to one claim, and skips those that another one holds', async () => {
      await Promise.all([member('idle', 1), member('idle', 2)]);
      const taken: (InstanceId | undefined)[] = [];
      await store.transaction(async (first) => {
        taken.push((await first.instances.takeIdle(taking()))?.id);
        await store.transaction(async (second) => {
          taken.push((await second.instances.takeIdle(taking()))?.id);
          expect(await store.instances.takeIdle(taking())).to.equal(null);
        });
      });
      expect(new Set(taken).size).to.equal(2);
      expect(taken).to.not.include(undefined);
    });

    it('raises fence, revision and token version, and begins the binding', async () => {
      const seen = await member('idle');
      const wish = taking({ name: 'mine', at: at(9) });
      const { tenantId, claimId, name } = wish;
      expect(await store.instances.takeIdle(wish)).to.deep.equal({
        ...{ ...seen, state: 'binding', stateAt: at(9), fence: seen.fence + 1 },
        ...{ tenantId, claimId, name, bindingStep: 'claimed' },
        ...{ revision: seen.revision + 1, gatewayVersion: seen.gatewayVersion + 1 },
      });
    });

    it('leaves suspects and members of closed nodes alone, and takes the longest idle', async () => {
      const young = await member('idle', 200);
      const old = await member('idle', 100);
      const suspect = await member('idle', 50);
      await store.instances.note(suspect, { suspectAt: NOON });
      const open = { id: 'node-a', name: 'a', nodePool: 'default', isEligible: true };
      const closed = { id: 'node-b', name: 'b', nodePool: 'default', isEligible: false };
      await store.nodes.replaceAll({ index: '1', nodes: [open, closed] });
      const away = await member('idle', 10);
      await store.instances.note(away, { nodeId: 'node-b' });

      // Members of one node rank in the order of their admission.
      expect((await store.instances.takeIdle(taking()))?.id).to.equal(young.id);
      expect((await store.instances.takeIdle(taking()))?.id).to.equal(old.id);
      expect(await store.instances.takeIdle(taking())).to.equal(null);
    });

    it('gives no member of a node that is listed no more', async () => {
      await member('idle');
      const other = { id: 'node-b', name: 'b', nodePool: 'default', isEligible: true };
      await store.nodes.replaceAll({ index: '1', nodes: [other] });
      expect(await store.instances.takeIdle(taking())).to.equal(null);
    });

    it('takes members of superseded pools when asked for those', async () => {
      const { id } = await member('idle');
      const key = aPoolKey({ openclawVersion: '2026.9.7' });
      const bounds = { idleFloor: 0, idleCeiling: 2, membersMax: 10 };
      const heir = await store.pools.ensure(key, bounds, NOON);
      await store.pools.supersedeOthers([heir.id], NOON);
      expect(await store.instances.takeIdle(taking({ poolId: heir.id }))).to.equal(null);
      const late = await store.instances.takeIdleSuperseded(taking({ poolId: heir.id }));
      expect(late?.id).to.equal(id);
    });
  });

  it('takes what is nearest to being idle, keeps its state and raises its fence', async () => {
    await member('creating', 1);
    const warming = await member('warming', 2);
    const taken = await store.instances.takeComing(taking());
    expect(taken).to.include({ id: warming.id, state: 'warming', tenantId: tenant.id });
    expect(taken?.fence).to.equal(warming.fence + 1);
    expect((await store.instances.takeComing(taking()))?.state).to.equal('creating');
    expect(await store.instances.takeComing(taking())).to.equal(null);
    expect(await store.instances.countWaiting(pool.id)).to.equal(2);
    expect(await store.instances.countHolding(pool.id)).to.equal(2);
  });

  it('starts a member that somebody waits for as bound', async () => {
    const made = await member('warming');
    const waited = present(await store.instances.takeComing(taking()));
    expect(await store.instances.move(made, { verb: 'admit', at: NOON })).to.equal(null);
    const bound = await store.instances.move(waited, { verb: 'bind', at: at(7) });
    expect(bound).to.include({ state: 'binding', bindingStep: 'claimed', gatewayVersion: 2 });
    expect(bound?.revision).to.equal(2);
    expect(await store.instances.recentBoots(pool.id, 5)).to.deep.equal([7]);
  });

  it('moves and notes only what is as it was seen', async () => {
    const seen = await member('idle');
    const raced = await Promise.all([
      store.instances.takeIdle(taking()),
      store.instances.move(seen, { verb: 'delete', at: NOON }),
    ]);
    expect(raced.filter((won) => won !== null)).to.have.length(1);
    expect(await store.instances.note(seen, { address: 'x:1' })).to.equal(null);
    expect((await store.instances.find(seen.id))?.address).to.not.equal('x:1');
    await expectFault('move_refused', store.instances.move(seen, { verb: 'prove', at: NOON }));
  });

  it('clears no suspicion that came after the look', async () => {
    const seen = await member('idle');
    const suspect = await store.instances.note(seen, { suspectAt: at(1) });
    expect(await store.instances.note(seen, { suspectAt: null })).to.equal(null);
    expect((await store.instances.find(seen.id))?.suspectAt).to.deep.equal(at(1));
    expect(await store.instances.note(present(suspect), { suspectAt: null })).to.not.equal(null);
  });

  it('leads no name back to an address that was left since the look', async () => {
    const seen = await member('idle');
    const moved = present(
      await store.instances.note(seen, { address: '127.0.0.1:2', allocationId: 'two' }),
    );
    const stalled = { address: '127.0.0.1:1', allocationId: 'one' };
    expect(await store.instances.note(seen, stalled)).to.equal(null);
    expect(await store.instances.note(seen, { address: null })).to.equal(null);
    expect(await store.instances.find(seen.id)).to.include({ address: '127.0.0.1:2' });
    expect(await store.instances.note(moved, { address: null })).to.include({ address: null });
  });

  it('waits for a locked row and then looks again', async () => {
    const seen = await member('idle');
    let late: Promise<Instance | null> = Promise.resolve(null);
    await store.transaction(async (tx) => {
      await tx.instances.findForUpdate(seen.id);
      late = store.instances.move(seen, { verb: 'rewarm', at: NOON });
      await tx.instances.move(seen, { verb: 'fail', at: NOON });
    });
    expect(await late).to.equal(null);
  });

  describe('claims', () => {
    it('have one live name per tenant, also when two come at once', async () => {
      const [one, two] = await Promise.all([member('idle', 1), member('idle', 2)]);
      const outcomes = await Promise.allSettled(
        [one, two].map(({ id }) =>
          store.transaction(async (tx) => {
            await tx.claims.record(recordOf(claimOf(id)));
          }),
        ),
      );
      expect(outcomes.map(({ status }) => status)).to.have.members(['fulfilled', 'rejected']);
      const third = await member('idle', 3);
      await expectFault('name_taken', store.claims.record(recordOf(claimOf(third.id))));
      await Promise.all([one, two].map(({ id }) => store.claims.release(id, NOON)));
      await store.claims.record(recordOf(claimOf((await member('idle', 4)).id)));
    });

    it('move only from where they are, and count the attempts', async () => {
      const [one, two, three] = [await member('idle'), await member('idle'), await member('idle')];
      const claim = claimOf(one.id);
      await store.claims.record(recordOf(claim));
      expect(await store.claims.moveTo(claim.id, one.id, two.id)).to.equal(true);
      expect(await store.claims.moveTo(claim.id, one.id, three.id)).to.equal(false);
      expect(await store.claims.find(claim.id)).to.include({ instanceId: two.id, attempts: 2 });
      await store.claims.release(two.id, NOON);
      expect(await store.claims.moveTo(claim.id, two.id, three.id)).to.equal(false);
    });

    it('are counted in buckets back from now', async () => {
      for (const ms of [0, 5, 25, 26, 40]) {
        const { id } = await member('idle', ms);
        await store.claims.record(recordOf({ ...claimOf(id, `n${ms}`), at: at(ms) }));
      }
      const window = { now: at(30), bucketMs: 10, buckets: 3 };
      expect((await store.claims.demand(OFFER, window)).arrivals).to.deep.equal([1, 0, 2]);
      expect((await store.claims.demand('m@default', window)).arrivals).to.deep.equal([0, 0, 0]);
    });

    it('are told apart by how they were served', async () => {
      for (const [index, outcome] of (['cold', 'queued', 'cold', 'warm'] as const).entries()) {
        const { id } = await member('idle', index);
        const claim = { ...claimOf(id, `n${index}`), outcome, at: at(10 * index) };
        await store.claims.record(recordOf(claim));
      }
      const window = { now: at(30), bucketMs: 20, buckets: 2 };
      expect(await store.claims.served(OFFER, window)).to.deep.equal([
        { warm: 0, waited: 2, refused: 0 },
        { warm: 1, waited: 1, refused: 0 },
      ]);
    });
  });

  describe('idempotency keys', () => {
    const entry = { principal: 'p', key: 'k', requestHash: 'h', ttlMs: 60_000 };
    const finished = async (tx: Repositories, id: InstanceId): Promise<string> => {
      const { kind } = await tx.idempotency.begin(entry);
      if (kind === 'first') {
        const { principal, key } = entry;
        await tx.claims.record(recordOf(claimOf(id, key), { principal, key }));
      }
      return kind;
    };

    it('make the second caller wait for the outcome of the first', async () => {
      const { id } = await member('idle');
      const both = [1, 2].map(() => store.transaction((tx) => finished(tx, id)));
      expect(await Promise.all(both)).to.have.members(['first', 'replay']);
      const other = await store.idempotency.begin({ ...entry, requestHash: 'other' });
      expect(other.kind).to.equal('other_request');
    });

    it('are free again when the first caller fails, and once they expire', async () => {
      const { id } = await member('idle');
      const failing = store.transaction(async (tx) => {
        await tx.idempotency.begin(entry);
        throw new Error('on purpose');
      });
      await failing.catch(() => undefined);
      expect(await store.transaction((tx) => finished(tx, id))).to.equal('first');
      expect(await store.idempotency.look(entry)).to.deep.equal({ kind: 'replay', madeId: id });
      const expired = { ...entry, key: 'short', ttlMs: 0 };
      await store.idempotency.begin(expired);
      expect((await store.idempotency.begin(expired)).kind).to.equal('first');
      expect((await store.idempotency.look(expired)).kind).to.equal('first');
      expect(await store.idempotency.deleteExpired(10)).to.equal(1);
    });

    it('stand for anything that was made, until nothing came of just that', async () => {
      const begun = await store.transaction(async (tx) => {
        expect(await tx.idempotency.look(entry)).to.deep.equal({ kind: 'first' });
        const start = await tx.idempotency.begin(entry);
        await tx.idempotency.settle(entry, 'ro-one');
        return start.kind;
      });
      expect(begun).to.equal('first');
      const replay = { kind: 'replay', madeId: 'ro-one' };
      expect(await store.idempotency.begin(entry)).to.deep.equal(replay);
      expect((await store.idempotency.look({ ...entry, requestHash: 'x' })).kind).to.equal(
        'other_request',
      );
      await store.idempotency.free(entry, 'ro-another');
      expect(await store.idempotency.look(entry)).to.deep.equal(replay);
      await store.idempotency.free(entry, 'ro-one');
      expect(await store.idempotency.look(entry)).to.deep.equal({ kind: 'first' });
    });
  });

  it('has one holder of a lease, and a higher fence for each new one', async () => {
    const raced = await Promise.all(['a', 'b'].map((who) => store.leases.grant('x', who, 60_000)));
    const first = present(raced.find((lease) => lease !== null) ?? null);
    expect(raced.filter((lease) => lease !== null)).to.have.length(1);
    expect((await store.leases.grant('x', first.holder, 60_000))?.fence).to.equal(first.fence);
    await store.leases.release([{ ...first, fence: first.fence + 1 }]);
    expect(await store.leases.grant('x', 'c', 60_000)).to.equal(null);
    await store.leases.release([first]);
    expect((await store.leases.grant('x', 'c', 60_000))?.fence).to.equal(first.fence + 1);
  });

  it('forgets leases on what is deleted, once they ran out', async () => {
    const living = await member('idle', 1);
    const gone = await member('idle', 2);
    const leaving = await store.instances.move(gone, { verb: 'delete', at: NOON });
    await store.instances.move(present(leaving), { verb: 'finish', at: NOON });
    const held = await store.leases.grant(leaseNameOf('instance', gone.id), 'a', 60_000);
    await store.leases.grant(leaseNameOf('instance', living.id), 'a', 0);
    expect(await store.leases.deleteSettled(10)).to.equal(0);
    await store.leases.handOver([present(held)]);
    expect(await store.leases.deleteSettled(10)).to.equal(1);
    expect(await store.leases.deleteSettled(10)).to.equal(0);
  });

  describe('nodes', () => {
    const node = (isEligible: boolean, id = 'node-a') => {
      return { id, name: id, nodePool: 'default', isEligible };
    };

    it('stay closed when a listing from before their closing comes late', async () => {
      expect(await store.nodes.replaceAll({ index: '7', nodes: [node(true)] })).to.equal(true);
      expect(await store.nodes.replaceAll({ index: '12', nodes: [node(false)] })).to.equal(true);
      expect(await store.nodes.replaceAll({ index: '7', nodes: [node(true)] })).to.equal(false);
      expect(await store.nodes.countEligible('default')).to.equal(0);
    });

    it('are the same listing when told of with the same index', async () => {
      await store.nodes.replaceAll({ index: '7', nodes: [node(true)] });
      const both = [node(true), node(true, 'node-b')];
      expect(await store.nodes.replaceAll({ index: '7', nodes: both })).to.equal(true);
      expect(await store.nodes.countEligible('default')).to.equal(2);
    });

    it('are not forgotten for a listing that is empty', async () => {
      await store.nodes.replaceAll({ index: '7', nodes: [node(true)] });
      expect(await store.nodes.replaceAll({ index: '8', nodes: [] })).to.equal(false);
      expect(await store.nodes.countEligible('default')).to.equal(1);
    });
  });

  it('opens the breaker at the third failure, and closes it on a success', async () => {
    const breaker = async (outcome: 'admitted' | 'failed' | 'hopeless') => {
      await store.pools.recordStart(pool.id, outcome, NOON);
      const { breakerOpenedAt, isBreakerFinal } = present(await store.pools.find(pool.id));
      return `${breakerOpenedAt === null ? 'closed' : 'open'}${isBreakerFinal ? ' for good' : ''}`;
    };
    expect(await breaker('failed')).to.equal('closed');
    expect(await breaker('failed')).to.equal('closed');
    expect(await breaker('failed')).to.equal('open');
    expect(await breaker('admitted')).to.equal('closed');
    expect(await breaker('hopeless')).to.equal('open for good');
    await store.pools.change(pool.id, { isBreakerOpen: false });
    expect(present(await store.pools.find(pool.id)).breakerOpenedAt).to.equal(null);
  });

  it('keeps what an operator set of a pool until its settings change', async () => {
    const bounds = { idleFloor: 2, idleCeiling: 4, membersMax: 10 };
    await store.pools.change(pool.id, { idleFloor: 1, idleTarget: 3 });
    expect((await store.pools.ensure(aPoolKey(), bounds, NOON)).idleFloor).to.equal(1);
    const wider = { ...bounds, idleCeiling: 2 };
    expect(await store.pools.ensure(aPoolKey(), wider, NOON)).to.include({
      ...{ idleFloor: 2, idleCeiling: 2, idleTarget: 2 },
    });
  });

  it('lists keys, never older than the newest version heard of', async () => {
    const { id } = await member('idle');
    await store.keys.record(id, {
      version: 2,
      set: placed('openai'),
      removed: ['telegram'],
      owner: 'tenant',
      at: NOON,
    });
    await store.keys.record(id, {
      version: 1,
      set: placed('openai', 'telegram'),
      removed: [],
      owner: 'tenant',
      at: NOON,
    });
    const keys = await store.keys.list(id);
    expect(keys.map(({ name, version }) => [name, version])).to.deep.equal([['openai', 2]]);
    expect(await store.instances.find(id)).to.include({ keyVersion: 2, revision: 3 });
  });

  it('opens one rotation at a time, numbered, and moves it on from where it was seen', async () => {
    const { id: instanceId } = await member('idle');
    const open = (suffix: string) =>
      store.rotations.open({
        ...{ id: rotationIdOf(suffix), instanceId, names: ['openai'] },
        ...{ owner: 'tenant', at: NOON },
      });
    const begun = await open('aaaaaaaaaaaa');
    expect(begun).to.include({ number: 1, state: 'writing', revision: 0, reason: null });
    expect(await open('bbbbbbbbbbbb')).to.equal(null);
    expect(await store.rotations.findOpen(instanceId)).to.deep.equal(begun);

    const seen = begun ?? expect.fail('no rotation');
    const step = { state: 'reverted', at: NOON, reason: 'no_receipt' } as const;
    const over = await store.rotations.advance(seen, step);
    expect(over).to.deep.equal({ ...seen, state: 'reverted', reason: 'no_receipt' });
    expect(await store.rotations.advance(seen, step)).to.equal(null);
    expect(await store.rotations.findOpen(instanceId)).to.equal(null);
    expect(await open('cccccccccccc')).to.include({ number: 2 });
    const ids = (await store.rotations.list(instanceId, 1)).map(({ id }) => id);
    expect(ids).to.deep.equal([rotationIdOf('cccccccccccc')]);
    expect(await store.rotations.find(seen.id)).to.deep.equal(over);
  });

  it('closes the rotation that is open, with an audit line, and leaves others as they are', async () => {
    const { id: instanceId } = await member('idle');
    const open = (suffix: string) =>
      store.rotations.open({
        ...{ id: rotationIdOf(suffix), instanceId, names: ['openai'], owner: 'tenant', at: NOON },
      });
    const first = (await open('aaaaaaaaaaaa')) ?? expect.fail('not opened');
    await store.rotations.advance(first, { state: 'verified', at: at(1) });
    await open('bbbbbbbbbbbb');
    const closing = { at: at(2), reason: 'instance_gone', actor: 'somebody' } as const;
    await store.rotations.closeOpen(instanceId, closing);
    await store.rotations.closeOpen(instanceId, closing);

    expect(await store.rotations.findOpen(instanceId)).to.equal(null);
    const [second, untouched] = await store.rotations.list(instanceId, 5);
    expect(second).to.deep.include({ state: 'reverted', reason: 'instance_gone', stateAt: at(2) });
    expect(untouched).to.include({ state: 'verified', reason: null });
  });

  it('promotes the keys that a rotation proved, but none that was removed meanwhile', async () => {
    const { id: instanceId } = await member('idle');
    const set = placed('openai', 'stub');
    const theirs = { owner: 'tenant', at: NOON } as const;
    await store.keys.record(instanceId, { ...theirs, version: 1, set, removed: [] });
    await store.keys.record(instanceId, {
      ...theirs,
      version: 2,
      set: placed(),
      removed: ['stub'],
    });
    expect(await store.keys.raise(instanceId, 3)).to.equal(4);
    const names = ['openai', 'stub'];
    const id = rotationIdOf('aaaaaaaaaaaa');
    const owner = 'platform';
    const begun = await store.rotations.open({ id, instanceId, names, owner, at: NOON });
    const proven = { ...(begun ?? expect.fail('no rotation')), provenAt: NOON };

    expect(await store.keys.promote(proven, { version: 4, at: NOON })).to.equal(5);
    const keys = await store.keys.list(instanceId);
    expect(keys).to.deep.equal([
      {
        ...{ name: 'openai', version: 4, slot: 1, owner, setAt: NOON, provenAt: NOON },
        ...{ isLive: false, renewalDueAt: null },
      },
    ]);
    expect(await store.instances.find(instanceId)).to.include({ keyVersion: 4, revision: 5 });
  });

  describe('the trash', () => {
    async function readyOne(): Promise<Instance> {
      await member('idle');
      await store.instances.takeIdle(taking());
      const { rows } = await store.instances.list({ tenantId: tenant.id }, ONE);
      return present(
        await store.instances.move(present(rows[0] ?? null), { verb: 'prove', at: NOON }),
      );
    }

    it('has a new revision for what goes in, and for what comes out', async () => {
      const ready = await readyOne();
      const notes = { destroyAt: at(60_000) };
      const trashed = present(
        await store.instances.move(ready, { verb: 'trash', at: NOON }, notes),
      );
      expect(trashed).to.deep.include({ revision: ready.revision + 1, destroyAt: at(60_000) });
      const out = { resumeStep: 'awaited', destroyAt: null } as const;
      const back = await store.instances.move(trashed, { verb: 'restore', at: NOON }, out);
      expect(back).to.include({ revision: ready.revision + 2, destroyAt: null, state: 'resuming' });
    });

    it('is looked at when it is not locked yet, when its time is up, and not in between', async () => {
      const ready = await readyOne();
      const isDue = async () => (await store.instances.listDue(10)).includes(ready.id);
      const later = { destroyAt: new Date(systemClock.now().getTime() + 3_600_000) };
      let row = present(await store.instances.move(ready, { verb: 'trash', at: NOON }, later));
      expect(await isDue()).to.equal(true);
      row = present(await store.instances.note(row, { revisionApplied: row.revision }));
      expect(await isDue()).to.equal(false);
      await store.instances.note(row, { destroyAt: NOON });
      expect(await isDue()).to.equal(true);
    });

    it('has changes of configuration one at a time, and the last good one behind them', async () => {
      const { id: instanceId } = await readyOne();
      const change = (suffix: string, config: object) => ({
        ...{ id: configChangeIdOf(suffix), instanceId, config: config as JsonObject, diff: [] },
        ...{ revision: 3, at: NOON },
      });
      const first = present(await store.configs.open(change('a'.repeat(12), { ui: {} })));
      expect(first).to.include({ number: 1, state: 'applying' });
      expect(await store.configs.open(change('b'.repeat(12), {}))).to.equal(null);
      await store.configs.advance(first, { state: 'applied', at: NOON });
      expect(await store.configs.advance(first, { state: 'reverted', at: NOON })).to.equal(null);
      await store.configs.open(change('c'.repeat(12), { tools: {} }));
      expect(await store.configs.current(instanceId)).to.deep.include({ config: { tools: {} } });
      await store.configs.closeOpen(instanceId, { at: NOON, reason: 'instance_not_ready' });
      expect(await store.configs.current(instanceId)).to.deep.include({ config: { ui: {} } });
      expect(await store.configs.latest(instanceId)).to.include({ number: 2, state: 'reverted' });
      await store.configs.forget(instanceId);
      expect(await store.configs.list(instanceId, 5)).to.deep.equal([]);
    });
  });

  it('lists people who wait before older rows that an outage left', async () => {
    const leaving = [await member('idle', -300), await member('idle', -200)];
    for (const each of leaving) await store.instances.move(each, { verb: 'delete', at: NOON });
    await member('warming', -100);
    const idle = await member('idle', -50);
    await store.instances.takeComing(taking());
    await member('creating', -400);
    const claimed = present(await store.instances.takeIdle(taking({ at: at(500) })));
    expect(claimed.id).to.equal(idle.id);

    const due = await store.instances.listDue(2);
    const tenants = await Promise.all(due.map((id) => store.instances.find(id)));
    expect(tenants.map((row) => row?.tenantId)).to.deep.equal([tenant.id, tenant.id]);
  });

  it('lists no idle member that a controller looks after', async () => {
    const { id } = await member('idle');
    const lease = present(await store.leases.grant(leaseNameOf('instance', id), 'a', 60_000));
    expect(await store.instances.listDue(10)).to.deep.equal([]);
    await store.leases.release([lease]);
    expect(await store.instances.listDue(10)).to.deep.equal([id]);
  });

  it('lists what is due, and counts every state', async () => {
    const states: InstanceState[] = ['creating', 'warming', 'idle'];
    const made = [
      await member('creating', 3),
      await member('warming', 2),
      await member('idle', -90),
    ];
    const failed = await store.instances.move(present(made[0] ?? null), { verb: 'fail', at: NOON });
    expect(failed?.failure).to.equal(null);
    const due = await store.instances.listDue(10);
    expect(due).to.have.members(made.map(({ id }) => id));
    expect(due.at(-1), 'the idle one comes last').to.equal(made[2]?.id);
    const counts = await store.instances.countByState(pool.id);
    expect(states.map((state) => counts.get(state))).to.deep.equal([0, 1, 1]);
    expect(counts.get('failed')).to.equal(1);
  });
}

function present<Thing>(thing: Thing | null): Thing {
  if (thing === null) throw new Error('expected to be there');
  return thing;
}
