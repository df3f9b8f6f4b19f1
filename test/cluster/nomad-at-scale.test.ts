import { expect } from 'chai';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { NomadSchedulerFeed } from '../../src/clients/nomad/nomad-scheduler-feed.js';
import { NomadScheduler } from '../../src/clients/nomad/nomad-scheduler.js';
import { SchedulerWatch } from '../../src/controllers/scheduler-watch.js';
import type { InstanceId } from '../../src/domain/ids.js';
import type { Pool } from '../../src/domain/pool.js';
import { monotonicMs } from '../../src/lib/clock.js';
import type { AllocationView, Store } from '../../src/ports/index.js';
import { NOON, aClaimId, aPoolKey, aTenantId, anInstanceId } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { jsonClientFor } from '../support/json-client-for.js';
import { quietLog } from '../support/quiet-log.js';
import { ROOT, requireServer } from '../support/servers.js';
import type { TestNomadCluster } from '../support/test-nomad-cluster.js';
import { startTestNomadCluster } from '../support/test-nomad-cluster.js';
import { waitFor } from '../support/wait-for.js';

const isNightly = process.env['CLAWDEPLOY_NIGHTLY'] === '1';
/** Where Nomad can pretend; each real process costs memory for one that looks after it. */
const PRETENDED = isNightly ? 1_000 : 200;
const REAL = 16;
/** Calls to Nomad at once, as many as a controller makes. */
const AT_ONCE = 32;
const WITHIN = { withinMs: isNightly ? 240_000 : 60_000, everyMs: 100 };

const { signal } = new AbortController();

/**
 * A real server and two nodes on this machine, followed by the watch that controllers run, with a
 * real database behind it. Each test leaves the cluster as the next one expects it.
 */
describe('hundreds of instances on Nomad', function () {
  this.timeout(isNightly ? 600_000 : 120_000);

  const key = aPoolKey();
  let database: TestDatabase;
  let store: Store;
  let nomad: TestNomadCluster;
  let scheduler: NomadScheduler;
  let sleepers: NomadScheduler;
  let feed: NomadSchedulerFeed;
  let watch: SchedulerWatch;
  let woken: Set<string>;
  let instances: readonly InstanceId[];

  before(async function () {
    requireServer('nomad', this);
    [database, nomad] = await Promise.all([
      startTestDatabase(),
      startTestNomadCluster(['first', 'second']),
    ]);
    store = await database.emptyStore();
    const token = await nomad.tokenFor('clawdeploy-controller');
    const http = jsonClientFor('nomad', `${nomad.address}/v1`, { 'x-nomad-token': token });
    const schedulerOf = async (jobspec: string): Promise<NomadScheduler> =>
      new NomadScheduler({
        http,
        jobspec: await readFile(join(ROOT, 'test/support/jobspecs', jobspec), 'utf8'),
        installation: 'test',
        variablesOf: ({ instanceId }) => ({ instance_id: instanceId, memory_mib: 10 }),
      });
    sleepers = await schedulerOf('sleeper.nomad.hcl');
    scheduler = nomad.hasMockDriver ? await schedulerOf('pretender.nomad.hcl') : sleepers;
    const count = nomad.hasMockDriver ? PRETENDED : REAL;
    instances = Array.from({ length: count }, () => anInstanceId());
    feed = new NomadSchedulerFeed(http);
    woken = new Set();
    watch = new SchedulerWatch({
      feed,
      nodes: store.nodes,
      instances: { wake: (id) => woken.add(id) },
      log: quietLog,
    });
    watch.start();
  });

  after(async () => {
    await watch?.stop();
    await nomad?.stop();
    await database?.stop();
  });

  it('runs them all on both nodes, and the watch hears of each', async () => {
    const startedMs = monotonicMs();
    await forEach(instances, startOne);
    const registeredMs = monotonicMs() - startedMs;
    await untilAllRun(instances);
    const runningMs = monotonicMs() - startedMs;
    await waitFor(() => instances.every((id) => woken.has(id)), {
      ...WITHIN,
      describe: 'every instance to be woken',
    });
    const evaluations = (await nomad.admin('GET', '/v1/evaluations')) as readonly unknown[];
    tell(`${instances.length} registered in ${seconds(registeredMs)} s`);
    tell(`all running after ${seconds(runningMs)} s, ${evaluations.length} evaluations`);

    const placedOn = new Set((await allocationsOf(instances)).map(({ NodeID }) => NodeID));
    expect([...placedOn]).to.have.members(nomad.nodes.map(({ id }) => id));
  });

  it('lists them all, each as ours, and starting one again changes nothing', async () => {
    const again = instances.slice(0, 50);
    const before = await allocationIds(again);
    await forEach(again, startOne);
    const jobs = await scheduler.listJobs(signal);

    expect(jobs.map(({ instanceId }) => instanceId)).to.have.members(instances);
    expect(jobs.filter(({ isManaged, isStopped }) => !isManaged || isStopped)).to.deep.equal([]);
    expect(await allocationIds(again)).to.deep.equal(before);
  });

  it('gives away no member of a node that drains, and moves what ran there', async () => {
    const [staying, draining] = nomad.nodes;
    const pool = await store.pools.ensure(key, BOUNDS, NOON);
    await addIdle(pool, draining?.id ?? '');
    const kept = await addIdle(pool, staying?.id ?? '');
    await waitFor(async () => (await store.nodes.countEligible('default')) === 2, {
      ...WITHIN,
      describe: 'both nodes to be known',
    });
    const moving = (await allocationsOf(instances)).find(({ NodeID }) => NodeID === draining?.id);
    woken.clear();
    await drain(draining?.id ?? '', { DrainSpec: { Deadline: 1_000_000_000 } });
    await waitFor(async () => (await store.nodes.countEligible('default')) === 1, {
      ...WITHIN,
      describe: 'the node to leave the stock',
    });
    const taken = [await take(pool), await take(pool)];
    await waitFor(
      async () => {
        const placed = await allocationsOf(instances);
        const isMoved = placed.every(({ NodeID }) => NodeID === staying?.id);
        return isMoved && placed.length === instances.length;
      },
      { ...WITHIN, describe: 'all instances to run on the other node' },
    );
    await drain(draining?.id ?? '', { MarkEligible: true });

    expect(taken).to.deep.equal([kept, null]);
    expect(woken.has(moving?.JobID ?? '')).to.equal(true);
    await waitFor(async () => (await store.nodes.countEligible('default')) === 2, {
      ...WITHIN,
      describe: 'the node to take work again',
    });
  });

  it('has each instance running once after a node was restarted', async () => {
    const [node] = nomad.nodes;
    const before = await allocationIds(instances);
    await node?.end();
    await node?.start();
    const there = (await allocationsOf(instances)).filter(({ NodeID }) => NodeID === node?.id);
    await forEach(there, (allocation) => untilFoundAgain(allocation));
    await untilAllRun(instances);

    expect(there).to.not.be.empty;
    expect(await allocationIds(instances)).to.deep.equal(before);
  });

  it('registers each instance once when the server is restarted in the middle', async () => {
    const more = Array.from({ length: 60 }, () => anInstanceId());
    let registered = 0;
    const failures: unknown[] = [];
    const registering = forEach(more, (id) =>
      waitFor(
        async () => {
          await startOne(id).catch((error: unknown) => {
            failures.push(error);
            throw error;
          });
          registered += 1;
          return true;
        },
        { ...WITHIN, describe: 'Nomad to take the job' },
      ),
    );
    await waitFor(() => registered >= 10, { ...WITHIN, describe: 'some registrations' });
    await nomad.server.end();
    await nomad.server.start();
    await registering;
    await untilAllRun(more);
    tell(`${failures.length} registrations failed and were repeated`);
    woken.clear();
    const late = anInstanceId();
    await startOne(late);

    expect((await allocationsOf(more)).map(({ JobID }) => JobID)).to.have.members(more);
    await waitFor(() => woken.has(late), { ...WITHIN, describe: 'the watch to hear again' });
    await forEach([...more, late], stopOne);
  });

  it('restarts a task that was killed in its allocation, and the watch hears of it', async () => {
    const id = anInstanceId();
    await sleepers.startInstance({ instanceId: id, pool: key }, signal);
    const before = await running(id);
    woken.clear();
    process.kill(await pidOf(id), 'SIGKILL');
    const after = await waitFor(
      async () => {
        const [newest] = await sleepers.listAllocations(id, signal);
        return newest?.restarts === 1 && newest.phase === 'running' ? newest : null;
      },
      { ...WITHIN, describe: 'the task to be restarted' },
    );

    expect(after.id).to.equal(before.id);
    expect(woken.has(id)).to.equal(true);
    await stopOne(id);
  });

  it('stops them all, and nothing of them is left', async () => {
    const startedMs = monotonicMs();
    await forEach(instances, stopOne);
    tell(`${instances.length} stopped and forgotten in ${seconds(monotonicMs() - startedMs)} s`);

    expect(await scheduler.listJobs(signal)).to.deep.equal([]);
  });

  function startOne(instanceId: InstanceId): Promise<void> {
    return scheduler.startInstance({ instanceId, pool: key }, signal);
  }

  async function stopOne(id: InstanceId): Promise<void> {
    await waitFor(async () => (await scheduler.stopInstance(id, signal)) === 'gone', {
      ...WITHIN,
      describe: 'the job to be gone',
    });
  }

  /** An idle member whose gateway is said to run on that node. */
  async function addIdle(pool: Pool, nodeId: string): Promise<InstanceId> {
    const created = await store.instances.insert({ id: anInstanceId(), pool, at: NOON });
    const launched = await store.instances.move(created, { verb: 'launch', at: NOON });
    if (launched === null) throw new Error('the member was changed by somebody else');
    const notes = { allocationId: `allocation of ${created.id}`, nodeId, address: '127.0.0.1:1' };
    await store.instances.move(launched, { verb: 'admit', at: NOON }, notes);
    return created.id;
  }

  async function take(pool: Pool): Promise<InstanceId | null> {
    const tenant = { id: aTenantId(), externalRef: aTenantId() };
    const { id: tenantId } = await store.tenants.ensure(tenant, NOON);
    const taking = { poolId: pool.id, tenantId, claimId: aClaimId(), name: 'default', at: NOON };
    return (await store.instances.takeIdle(taking))?.id ?? null;
  }

  async function drain(nodeId: string, body: unknown): Promise<void> {
    await nomad.admin('PUT', `/v1/node/${nodeId}/drain`, body);
  }

  async function untilAllRun(ids: readonly InstanceId[]): Promise<void> {
    await waitFor(
      async () => {
        const running = new Set((await allocationsOf(ids)).map(({ JobID }) => JobID));
        return running.size === ids.length;
      },
      { ...WITHIN, describe: 'all instances to run' },
    );
  }

  /** Asks the node itself: the server takes it for running in any case. */
  async function untilFoundAgain({ ID }: Stub): Promise<void> {
    await waitFor(
      async () => {
        await nomad.admin('GET', `/v1/client/fs/ls/${ID}`);
        return true;
      },
      { ...WITHIN, describe: 'the node to know its allocation again' },
    );
  }

  /** The allocations that run and are to run. */
  async function allocationsOf(ids: readonly InstanceId[]): Promise<readonly Stub[]> {
    const wanted = new Set<string>(ids);
    const path = '/v1/allocations?task_states=false';
    const stubs = (await nomad.admin('GET', path)) as readonly Stub[];
    return stubs.filter(
      ({ JobID, ClientStatus, DesiredStatus }) =>
        wanted.has(JobID) && ClientStatus === 'running' && DesiredStatus === 'run',
    );
  }

  async function allocationIds(ids: readonly InstanceId[]): Promise<readonly string[]> {
    return (await allocationsOf(ids)).map(({ ID }) => ID).sort();
  }

  function running(id: InstanceId): Promise<AllocationView> {
    return waitFor(
      async () => {
        const [newest] = await sleepers.listAllocations(id, signal);
        return newest?.phase === 'running' ? newest : null;
      },
      { ...WITHIN, describe: 'the task to run' },
    );
  }
});

const BOUNDS = { idleFloor: 0, idleCeiling: 10, membersMax: 10 };

interface Stub {
  readonly ID: string;
  readonly JobID: string;
  readonly NodeID: string;
  readonly ClientStatus: string;
  readonly DesiredStatus: string;
}

async function forEach<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** The process of a sleeper's task; the one that looks after it does not carry the job's name. */
async function pidOf(id: InstanceId): Promise<number> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
    if (environment.includes(`NOMAD_JOB_ID=${id}`)) return Number(name);
  }
  throw new Error(`no process of ${id}`);
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

/** A figure for whoever reads the run; nothing is judged by it. */
function tell(line: string): void {
  process.stdout.write(`      ${line}\n`);
}
