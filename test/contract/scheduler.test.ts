import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstanceId } from '../../src/domain/ids.js';
import { renderHclVariables } from '../../src/clients/nomad/hcl-variables.js';
import type { SeenJob } from '../../src/domain/sweep/inventory.js';
import { NomadScheduler } from '../../src/clients/nomad/nomad-scheduler.js';
import type { AllocationView, InstanceSpec, Scheduler } from '../../src/ports/index.js';
import { aPoolKey, anInstanceId } from '../support/builders.js';
import { FakeScheduler } from '../support/fakes/fake-scheduler.js';
import { expectFault } from '../support/expect-fault.js';
import { jsonClientFor } from '../support/json-client-for.js';
import { ROOT, requireServer } from '../support/servers.js';
import type { TestNomad } from '../support/test-nomad.js';
import { startTestNomad } from '../support/test-nomad.js';
import { waitFor } from '../support/wait-for.js';

/**
 * A scheduler whose nodes have room for instances of class s and m, and none for class l. Those of
 * class m do not end when they are asked to.
 */
interface Harness {
  readonly scheduler: Scheduler;
  /** Registers a job of the instance's name that does not carry our mark. */
  readonly addStranger: (instanceId: InstanceId) => Promise<void>;
  /** Has the instance's task take its time to end, where it does not by itself. */
  readonly slowDownStop: (instanceId: InstanceId) => Promise<void>;
}

const { signal } = new AbortController();

function describeScheduler(harness: () => Harness): void {
  it('starts an instance, and changes nothing when asked again', async () => {
    const { scheduler } = harness();
    const spec = aSpec();
    await scheduler.startInstance(spec, signal);
    const started = await runningAllocation(scheduler, spec.instanceId);
    await scheduler.startInstance(spec, signal);
    const again = await scheduler.listAllocations(spec.instanceId, signal);

    expect(started).to.include({ isWanted: true, restarts: 0 });
    expect(started.lastEvent).to.include('Started');
    expect(started.exitCode).to.equal(null);
    expect(started.placedAt).to.be.an.instanceOf(Date);
    expect(started.startedAt).to.be.an.instanceOf(Date);
    expect(again.map(({ id }) => id)).to.deep.equal([started.id]);
  });

  it('stops an instance, and says that it is gone only when nothing of it runs', async () => {
    const { scheduler } = harness();
    const spec = aSpec();
    await scheduler.startInstance(spec, signal);
    await runningAllocation(scheduler, spec.instanceId);
    await untilGone(scheduler, spec.instanceId);
    const allocations = await scheduler.listAllocations(spec.instanceId, signal);

    expect(allocations.filter(({ phase }) => phase === 'running')).to.deep.equal([]);
    expect(await jobOf(scheduler, spec.instanceId)).to.equal(undefined);
    expect(await scheduler.stopInstance(spec.instanceId, signal)).to.equal('gone');
  });

  it('restarts an instance where it is: the same allocation, another process', async () => {
    const { scheduler } = harness();
    const { instanceId, ...spec } = aSpec();
    await scheduler.startInstance({ instanceId, ...spec }, signal);
    const before = await runningAllocation(scheduler, instanceId);
    expect(before.isRestarting).to.equal(false);
    await scheduler.restartInstance(instanceId, before.id, signal);
    const after = await waitFor(
      async () => {
        const seen = await runningAllocation(scheduler, instanceId);
        const isNew = seen.startedAt?.getTime() !== before.startedAt?.getTime();
        return isNew && !seen.isRestarting ? seen : null;
      },
      { withinMs: 30_000, describe: 'another process' },
    );

    expect(after).to.include({ id: before.id, isWanted: true });
  });

  it('ends at once what would rather finish what it does', async () => {
    const { scheduler } = harness();
    const spec = aSpec({ sizeClass: 'm' });
    await scheduler.startInstance(spec, signal);
    await runningAllocation(scheduler, spec.instanceId);
    await untilGone(scheduler, spec.instanceId);

    expect(await jobOf(scheduler, spec.instanceId)).to.equal(undefined);
  });

  it('knows nothing of an instance that was never started, and takes it for stopped', async () => {
    const { scheduler } = harness();
    const instanceId = anInstanceId();

    expect(await scheduler.listAllocations(instanceId, signal)).to.deep.equal([]);
    expect(await scheduler.explainPlacement(instanceId, signal)).to.equal(null);
    expect(await scheduler.stopInstance(instanceId, signal)).to.equal('gone');
  });

  it('explains why an instance finds no place, and gives up on it when told to', async () => {
    const { scheduler } = harness();
    const placed = aSpec();
    const tooBig = aSpec({ sizeClass: 'l' });
    await scheduler.startInstance(placed, signal);
    await scheduler.startInstance(tooBig, signal);
    const trouble = await waitFor(() => scheduler.explainPlacement(tooBig.instanceId, signal), {
      withinMs: 10_000,
      describe: 'the reason',
    });
    await runningAllocation(scheduler, placed.instanceId);

    expect(trouble).to.equal('memory exhausted on 1 node');
    expect(await scheduler.listAllocations(tooBig.instanceId, signal)).to.deep.equal([]);
    expect(await scheduler.explainPlacement(placed.instanceId, signal)).to.equal(null);
    expect(await scheduler.stopInstance(tooBig.instanceId, signal)).to.equal('gone');
  });

  it('lists all jobs with the name of an instance, and tells ours from those of others', async () => {
    const { scheduler, addStranger } = harness();
    const spec = aSpec();
    const stranger = anInstanceId();
    await addStranger(stranger);
    await scheduler.startInstance(spec, signal);

    expect(await jobOf(scheduler, spec.instanceId)).to.deep.equal({
      instanceId: spec.instanceId,
      isManaged: true,
      installation: 'test',
      isStopped: false,
    });
    expect(await jobOf(scheduler, stranger)).to.include({ isManaged: false, installation: null });
  });

  it('lists a job that was told to stop as stopped', async () => {
    const { scheduler, slowDownStop } = harness();
    const spec = aSpec();
    await scheduler.startInstance(spec, signal);
    await runningAllocation(scheduler, spec.instanceId);
    await slowDownStop(spec.instanceId);
    await scheduler.stopInstance(spec.instanceId, signal);

    expect(await jobOf(scheduler, spec.instanceId)).to.include({ isStopped: true });
  });

  it('neither starts nor stops a job that is not ours', async () => {
    const { scheduler, addStranger } = harness();
    const stranger = anInstanceId();
    await addStranger(stranger);

    await expectFault('nomad_refused', scheduler.stopInstance(stranger, signal));
    await expectFault(
      'nomad_refused',
      scheduler.startInstance({ ...aSpec(), instanceId: stranger }, signal),
    );
  });
}

describe('Scheduler (fake)', () => {
  let scheduler: FakeScheduler;

  beforeEach(() => {
    scheduler = new FakeScheduler({
      troubleOf: ({ pool }) => (pool.sizeClass === 'l' ? 'memory exhausted on 1 node' : null),
    });
  });

  describeScheduler(() => ({
    scheduler,
    addStranger: async (instanceId) => scheduler.addStranger(instanceId),
    slowDownStop: async (instanceId) => scheduler.slowDownStop(instanceId),
  }));

  it('waits for a task that takes its time to end', async () => {
    const spec = aSpec();
    await scheduler.startInstance(spec, signal);
    scheduler.slowDownStop(spec.instanceId);

    expect(await scheduler.stopInstance(spec.instanceId, signal)).to.equal('stopping');
    scheduler.endTask(spec.instanceId);
    expect(await scheduler.stopInstance(spec.instanceId, signal)).to.equal('gone');
  });

  it('fails as it was told to, before the work or after it', async () => {
    const spec = aSpec();
    scheduler.trouble.failNext('startInstance');
    await expectFault('nomad_unreachable', scheduler.startInstance(spec, signal));
    expect(await scheduler.listJobs(signal)).to.deep.equal([]);

    scheduler.trouble.loseNextAnswer('startInstance');
    await expectFault('nomad_unreachable', scheduler.startInstance(spec, signal));
    expect(await jobOf(scheduler, spec.instanceId)).to.include({ isManaged: true });
  });
});

describe('Scheduler (Nomad, with the rights of the controller)', function () {
  this.timeout(60_000);
  let nomad: TestNomad;
  let scheduler: NomadScheduler;
  let jobspec: string;

  before(async function () {
    requireServer('nomad', this);
    nomad = await startTestNomad();
    jobspec = await readFile(join(ROOT, 'test/support/jobspecs/sleeper.nomad.hcl'), 'utf8');
    scheduler = schedulerWith(await nomad.tokenFor('clawdeploy-controller'));
  });

  function schedulerWith(token: string, onSignalForbidden?: () => void): NomadScheduler {
    return new NomadScheduler({
      http: jsonClientFor('nomad', `${nomad.address}/v1`, { 'x-nomad-token': token }),
      jobspec,
      installation: 'test',
      variablesOf: ({ instanceId, pool }) => ({
        instance_id: instanceId,
        memory_mib: pool.sizeClass === 'l' ? 900_000 : 16,
        is_stubborn: pool.sizeClass === 'm',
      }),
      ...(onSignalForbidden === undefined ? {} : { onSignalForbidden }),
    });
  }

  it('says so when its token may not signal tasks, and stops them all the same', async () => {
    const policy = 'nomad/acl/clawdeploy-controller.policy.hcl';
    const rules = (await readFile(join(ROOT, policy), 'utf8')).replace('"alloc-lifecycle",', '');
    await nomad.admin('PUT', '/v1/acl/policy/no-signals', { Name: 'no-signals', Rules: rules });
    const token = { Name: 'no-signals', Type: 'client', Policies: ['no-signals'] };
    const made = (await nomad.admin('PUT', '/v1/acl/token', token)) as { SecretID: string };
    let forbidden = 0;
    const poor = schedulerWith(made.SecretID, () => (forbidden += 1));
    const spec = aSpec();
    await poor.startInstance(spec, signal);
    await runningAllocation(poor, spec.instanceId);
    expect(await poor.stopInstance(spec.instanceId, signal)).to.equal('stopping');

    expect(forbidden).to.equal(1);
    await untilGone(poor, spec.instanceId);
  });

  after(() => nomad?.stop());

  describeScheduler(() => ({ scheduler, addStranger, slowDownStop: async () => undefined }));

  it('has its variables understood by Nomad to the letter', async () => {
    const note = 'quote " brace {{ x }} ${env("HOME")} %{ if true } \\ ünï\n end';
    const Variables = renderHclVariables({ instance_id: 'oc-x', memory_mib: 10, note });
    const JobHCL = jobspec.replace('"true"', 'var.note') + 'variable "note" { type = string }';
    const job = await nomad.admin('POST', '/v1/jobs/parse', { JobHCL, Variables });

    expect(job).to.have.nested.property('Meta.clawdeploy_managed', note);
  });

  async function addStranger(instanceId: InstanceId): Promise<void> {
    const unmarked = jobspec.replace('clawdeploy_managed', 'somebody_elses');
    const body = { JobHCL: unmarked, Variables: `instance_id = "${instanceId}"\nmemory_mib = 10` };
    const job = await nomad.admin('POST', '/v1/jobs/parse', body);
    await nomad.admin('PUT', '/v1/jobs', { Job: job });
  }
});

function aSpec(pool: Parameters<typeof aPoolKey>[0] = {}): InstanceSpec {
  return { instanceId: anInstanceId(), pool: aPoolKey(pool) };
}

async function jobOf(scheduler: Scheduler, id: InstanceId): Promise<SeenJob | undefined> {
  const jobs = await scheduler.listJobs(signal);
  return jobs.find(({ instanceId }) => instanceId === id);
}

function runningAllocation(scheduler: Scheduler, id: InstanceId): Promise<AllocationView> {
  return waitFor(
    async () => {
      const allocations = await scheduler.listAllocations(id, signal);
      return allocations.find(({ phase }) => phase === 'running');
    },
    { withinMs: 15_000, describe: 'the task to run', everyMs: 100 },
  );
}

async function untilGone(scheduler: Scheduler, id: InstanceId): Promise<void> {
  await waitFor(async () => (await scheduler.stopInstance(id, signal)) === 'gone', {
    withinMs: 15_000,
    describe: 'the job to be gone',
    everyMs: 100,
  });
}
