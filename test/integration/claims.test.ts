import { expect } from 'chai';
import type { ClaimRequest } from '../../src/commands/claim-instance.js';
import { ClaimInstance, IDEMPOTENCY_TTL_MS } from '../../src/commands/claim-instance.js';
import { DeleteInstance } from '../../src/commands/delete-instance.js';
import { Fault } from '../../src/errors/index.js';
import type { Pool } from '../../src/domain/pool.js';
import { poolIdOf } from '../../src/domain/pool.js';
import { plusMs } from '../../src/lib/clock.js';
import type { Store } from '../../src/ports/index.js';
import { NOON, aCaller, aPoolKey, anInstanceId } from '../support/builders.js';
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
    pool = await store.pools.ensure(aPoolKey(), { idleTarget: 2, membersMax: 100 }, now);
  });

  const claimCommand = (): ClaimInstance =>
    new ClaimInstance(store, { now: () => now }, new Map([['s', aPoolKey()]]));

  function aClaim(changes: Partial<ClaimRequest> = {}): ClaimRequest {
    return {
      caller: aCaller(),
      tenantRef: 'alice',
      name: 'default',
      sizeClass: 's',
      idempotencyKey: null,
      ...changes,
    };
  }

  async function idleMembers(count: number): Promise<void> {
    for (let made = 0; made < count; made += 1) {
      const created = await store.instances.insert({ id: anInstanceId(), pool, at: now });
      const launched = await store.instances.move(created, { verb: 'launch', at: now });
      const notes = { allocationId: `allocation of ${created.id}`, address: '127.0.0.1:1' };
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
    expect(answers.filter(({ isReplay }) => !isReplay)).to.have.length(1);
    expect((await store.instances.countByState(pool.id)).get('idle')).to.equal(4);
  });

  it('refuses the same key with another body, and the same key of another caller is another', async () => {
    await idleMembers(2);
    await claimCommand().execute(aClaim({ idempotencyKey: 'k1' }));

    const otherBody = aClaim({ idempotencyKey: 'k1', name: 'second' });
    expect(await codeOf(claimCommand().execute(otherBody))).to.equal('idempotency_key_reused');

    const caller = aCaller({ subject: 'other-product' });
    const other = await claimCommand().execute({ ...otherBody, caller });
    expect(other.isReplay).to.equal(false);
  });

  it('forgets an idempotency key after a day', async () => {
    await idleMembers(2);
    await claimCommand().execute(aClaim({ idempotencyKey: 'k1' }));
    now = plusMs(NOON, IDEMPOTENCY_TTL_MS);

    const later = await claimCommand().execute(aClaim({ idempotencyKey: 'k1', name: 'second' }));

    expect(later.isReplay).to.equal(false);
    expect(await store.idempotency.deleteExpired(plusMs(now, IDEMPOTENCY_TTL_MS), 10)).to.equal(1);
  });

  it('leaves nothing behind when the pool is empty, so that the same key can try again', async () => {
    const request = aClaim({ idempotencyKey: 'k1' });
    expect(await codeOf(claimCommand().execute(request))).to.equal('pool_empty');
    await idleMembers(1);

    const answer = await claimCommand().execute(request);

    expect(answer.isReplay).to.equal(false);
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

  it('serves claims from the pool of the offered version alone', async () => {
    await idleMembers(1);
    const key = aPoolKey({ openclawVersion: '2026.9.7' });
    await store.pools.ensure(key, { idleTarget: 2, membersMax: 10 }, now);
    const command = new ClaimInstance(store, { now: () => now }, new Map([['s', key]]));

    expect(await codeOf(command.execute(aClaim()))).to.equal('pool_empty');
    expect(poolIdOf(key)).to.not.equal(pool.id);
  });
});
