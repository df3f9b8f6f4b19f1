import { expect } from 'chai';
import { DeleteInstance } from '../../src/commands/delete-instance.js';
import { RestartInstance } from '../../src/commands/restart-instance.js';
import { RestoreInstance } from '../../src/commands/restore-instance.js';
import { RouteTable } from '../../src/api/internal/route-table.js';
import type { InstanceId } from '../../src/domain/ids.js';
import type { Instance } from '../../src/domain/instance.js';
import { RESUME_LIMIT_MS } from '../../src/domain/plan-resume.js';
import { Fault } from '../../src/errors/index.js';
import { plusMs } from '../../src/lib/clock.js';
import type { Store } from '../../src/ports/index.js';
import { NOON, aCaller, aPoolKey } from '../support/builders.js';
import { claimsOn } from '../support/claim-command.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { expectFault } from '../support/expect-fault.js';
import { FakeFleet } from '../support/fakes/fake-fleet.js';
import { TestControlPlane } from '../support/test-control-plane.js';

const GRACE_MS = 3_600_000;

/** Restarts and the trash: the real commands and reconcilers on PostgreSQL, the outside in memory. */
describe('ways back to ready', function () {
  this.timeout(60_000);

  let database: TestDatabase;
  let store: Store;
  let fleet: FakeFleet;
  let plane: TestControlPlane;
  let now: Date;
  let id: InstanceId;
  let ready: Instance;

  const clock = { now: () => now };

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
    await store.pools.ensure(aPoolKey(), { idleFloor: 1, idleCeiling: 1, membersMax: 5 }, now);
    id = (await claimsOn(store).claim('alice', 'a-key')).id;
    await untilReady();
    ready = await found();
  });

  const request = () => ({ caller: aCaller(), instanceId: id });
  const restart = () => new RestartInstance(store, clock).execute(request());
  const restore = () => new RestoreInstance(store, clock).execute(request());
  const remove = (graceMs: number | null = null) =>
    new DeleteInstance(store, clock, GRACE_MS).execute({ ...request(), graceMs });

  async function found(): Promise<Instance> {
    return (await store.instances.find(id)) ?? expect.fail('no instance');
  }

  function untilReady(): Promise<void> {
    return plane.runUntil('it is ready', async () => (await found()).state === 'ready');
  }

  const route = async () => (await new RouteTable(store.instances).find(id)).kind;
  const verdict = (token: string | null) =>
    fleet.gateway.judge(fleet.addressOf(id) ?? '', token ?? '');
  const ownToken = () => fleet.secrets.token(id, ready.gatewayVersion);

  describe('a restart', () => {
    it('ends the process once, and the instance is ready again in the same allocation', async () => {
      await restart();
      expect(await route()).to.equal('starting');
      await untilReady();

      const after = await found();
      expect(fleet.scheduler.restartsAsked).to.equal(1);
      expect(after).to.deep.include({ allocationId: ready.allocationId, resumeStep: null });
      expect(after.address).to.equal(ready.address);
      expect(await route()).to.equal('upstream');
    });

    it('is not given a second time by a controller that died before it could note the first', async () => {
      await restart();
      await plane.step(id);
      expect((await found()).resumeStep).to.equal('restart_marked');
      const marked = await found();
      await plane.step(id);
      // Its note is lost with it.
      const undone = `UPDATE instances SET resume_step = 'restart_marked' WHERE id = $1`;
      await database.query(undone, [marked.id]);
      await untilReady();

      expect(fleet.scheduler.restartsAsked).to.equal(1);
    });

    it('is added nothing to by another one while it is on its way', async () => {
      await restart();
      await restart();
      await untilReady();

      expect(fleet.scheduler.restartsAsked).to.equal(1);
    });

    it('that never comes to an end is told of, and the instance is kept', async () => {
      await restart();
      fleet.holdStart(id);
      for (let passed = 0; passed <= RESUME_LIMIT_MS; passed += 30_000) {
        now = plusMs(now, 30_000);
        await plane.round();
      }

      const after = await found();
      expect(after.state).to.equal('failed');
      expect(after.failure?.code).to.equal('resume_deadline');
      expect(fleet.scheduler.runningAllocation(id)).to.not.equal(null);
    });

    it('is refused unless the instance is as its caller saw it', async () => {
      const command = new RestartInstance(store, clock);
      const precondition = (): void => {
        throw new Fault('precondition_failed', 'It was changed.');
      };
      await expectFault('precondition_failed', command.execute({ ...request(), precondition }));
      expect((await found()).state).to.equal('ready');
    });
  });

  describe('the trash', () => {
    it('puts an instance out of reach: no route, no connection, no key, and its name taken', async () => {
      await remove();
      expect(await route()).to.equal('unknown');
      await plane.runUntil('it is locked', async () => {
        const { revision, revisionApplied } = await found();
        return revisionApplied === revision;
      });

      expect(verdict(ownToken())).to.equal('refused');
      expect(fleet.announcements.published(id)).to.include({ keyVersion: 0 });
      await expectFault('name_taken', claimsOn(store).claim('alice', 'another-key'));
    });

    it('gives it back with its token, its allocation and a proof', async () => {
      await remove();
      await plane.round();
      await plane.round();
      await restore();
      await untilReady();

      const after = await found();
      expect(after).to.include({ allocationId: ready.allocationId, destroyAt: null });
      expect(verdict(ownToken())).to.equal('accepted');
      expect(await route()).to.equal('upstream');
    });

    it('gives it back even if it was never locked', async () => {
      await remove();
      await restore();
      await untilReady();

      expect(verdict(ownToken())).to.equal('accepted');
    });

    it('destroys it when its time is up, and then its name is free', async () => {
      await remove();
      now = plusMs(now, GRACE_MS);
      await plane.step(id);
      expect((await found()).state).to.equal('deleting');
      await expectFault('restore_refused', restore());
      await claimsOn(store).claim('alice', 'another-key');

      await plane.runUntil('it is gone', async () => (await found()).state === 'deleted');
      expect(ownToken()).to.equal(null);
    });

    it('is emptied at once by a deletion without grace', async () => {
      await remove();
      await remove(0);
      expect((await found()).state).to.equal('deleting');
    });

    it('is passed over by a deletion without grace', async () => {
      await remove(0);
      expect((await found()).state).to.equal('deleting');
    });

    it('takes nothing that is not ready: it holds nobody’s data', async () => {
      const { id: fresh } = await claimsOn(store).claim('bob', 'bobs-key');
      const command = new DeleteInstance(store, clock, GRACE_MS);
      const { instance } = await command.execute({ caller: aCaller(), instanceId: fresh });

      expect(instance.state).to.equal('deleting');
    });

    it('counts as room that is taken, and is no stock', async () => {
      const holding = await store.instances.countHolding(ready.poolId);
      await remove();

      expect(await store.instances.countHolding(ready.poolId)).to.equal(holding);
    });
  });
});
