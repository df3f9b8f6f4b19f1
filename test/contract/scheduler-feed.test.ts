import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NomadSchedulerFeed } from '../../src/clients/nomad/nomad-scheduler-feed.js';
import type { InstanceId } from '../../src/domain/ids.js';
import type { Node, SchedulerFeed, SchedulerHint } from '../../src/ports/index.js';
import { anInstanceId } from '../support/builders.js';
import { expectFault } from '../support/expect-fault.js';
import { FakeSchedulerFeed } from '../support/fakes/fake-scheduler-feed.js';
import { jsonClientFor } from '../support/json-client-for.js';
import { ROOT, requireServer } from '../support/servers.js';
import type { TestNomadCluster } from '../support/test-nomad-cluster.js';
import { startTestNomadCluster } from '../support/test-nomad-cluster.js';
import { waitFor } from '../support/wait-for.js';

/** A scheduler with one node that takes work. */
interface Harness {
  readonly feed: SchedulerFeed;
  /** Lets the node take work, or none. */
  readonly setEligible: (isEligible: boolean) => Promise<void>;
  /** Has something happen to the placement of the instance, which may be a new one. */
  readonly change: (instanceId: InstanceId) => Promise<void>;
  /** Has the instance's placement vanish. */
  readonly forget: (instanceId: InstanceId) => Promise<void>;
  /** Cuts all connections; what was stored stays. */
  readonly interrupt: () => Promise<void>;
}

const { signal } = new AbortController();
const WITHIN = { withinMs: 20_000 };

function describeFeed(harness: () => Harness): void {
  let listening: AbortController;

  beforeEach(() => {
    listening = new AbortController();
  });

  afterEach(() => listening.abort());

  it('lists nodes with whether they take work, and waits for the next change', async () => {
    const { feed, setEligible } = harness();
    const before = await feed.nodes(null, signal);
    const waiting = feed.nodes(before.index, signal);
    await setEligible(false);
    const after = await waiting;
    await setEligible(true);

    expect(before.nodes.map(({ isEligible }) => isEligible)).to.deep.equal([true]);
    expect(after.nodes).to.deep.equal(before.nodes.map((node) => ({ ...node, isEligible: false })));
    expect(after.index).to.not.equal(before.index);
  });

  it('stops waiting for nodes when its caller gives up', async () => {
    const { feed } = harness();
    const { index } = await feed.nodes(null, signal);
    const caller = new AbortController();
    const waiting = expectFault('nomad_unreachable', feed.nodes(index, caller.signal));
    caller.abort();

    await waiting;
  });

  it('gives each placement a number that grows when it changes, until it vanishes', async () => {
    const { feed, change, forget } = harness();
    const id = anInstanceId();
    expect((await feed.placements(signal)).has(id)).to.equal(false);

    await change(id);
    const first = await waitFor(async () => (await feed.placements(signal)).get(id), {
      ...WITHIN,
      describe: 'the placement',
    });
    await change(id);
    await waitFor(async () => ((await feed.placements(signal)).get(id) ?? 0) > first, {
      ...WITHIN,
      describe: 'the number to grow',
    });
    await forget(id);
    await waitFor(async () => !(await feed.placements(signal)).has(id), {
      ...WITHIN,
      describe: 'the placement to vanish',
    });
  });

  it('says first that something may have been missed, then whose placements change', async () => {
    const { feed, change } = harness();
    const heard = listen(feed);
    await connected(heard);
    const id = anInstanceId();
    await change(id);

    await waitFor(() => heard.changed.has(id), { ...WITHIN, describe: 'the change to be heard' });
    expect(heard.hints[0]).to.deep.equal({ kind: 'missed' });
  });

  it('ends with a fault when its caller gives up', async () => {
    const { feed } = harness();
    const heard = listen(feed);
    await connected(heard);
    listening.abort();

    await expectFault('nomad_unreachable', heard.end);
  });

  it('ends with a fault when the connection is lost, and can be listened to anew', async () => {
    const { feed, change, interrupt } = harness();
    const before = listen(feed);
    await connected(before);
    const ended = expectFault('nomad_unreachable', before.end);
    await interrupt();
    await ended;

    const after = listen(feed);
    await connected(after);
    const id = anInstanceId();
    await change(id);
    await waitFor(() => after.changed.has(id), { ...WITHIN, describe: 'the change to be heard' });
  });

  function listen(feed: SchedulerFeed): Heard {
    return heardFrom(feed.hints(listening.signal));
  }
}

describe('SchedulerFeed (fake)', () => {
  const node: Node = { id: 'node-1', name: 'one', nodePool: 'default', isEligible: true };
  let feed: FakeSchedulerFeed;

  beforeEach(() => {
    feed = new FakeSchedulerFeed();
    feed.putNode(node);
  });

  describeFeed(() => ({
    feed,
    setEligible: async (isEligible) => feed.putNode({ ...node, isEligible }),
    change: async (instanceId) => feed.change(instanceId),
    forget: async (instanceId) => feed.remove(instanceId),
    interrupt: async () => feed.disconnect(),
  }));
});

describe('SchedulerFeed (Nomad, with the rights of the controller)', function () {
  this.timeout(90_000);
  let nomad: TestNomadCluster;
  let feed: NomadSchedulerFeed;
  let jobspec: string;
  before(async function () {
    requireServer('nomad', this);
    nomad = await startTestNomadCluster(['only']);
    jobspec = await readFile(join(ROOT, 'test/support/jobspecs/sleeper.nomad.hcl'), 'utf8');
    feed = feedWith(await nomad.tokenFor('clawdeploy-controller'));
  });

  after(() => nomad?.stop());

  describeFeed(() => ({ feed, setEligible, change, forget, interrupt }));

  it('counts a node that drains, or is away, as one that takes no work', async () => {
    const [node] = nomad.nodes;
    await nomad.admin('PUT', `/v1/node/${node?.id ?? ''}/drain`, {
      DrainSpec: { Deadline: 60_000_000_000 },
    });
    await untilEligible(false);
    await nomad.admin('PUT', `/v1/node/${node?.id ?? ''}/drain`, { MarkEligible: true });
    await untilEligible(true);
  });

  it('is refused without the right to read jobs, and the token is in no fault', async () => {
    const Rules = 'namespace "default" { capabilities = ["list-jobs"] }';
    await nomad.admin('PUT', '/v1/acl/policy/powerless', { Name: 'powerless', Rules });
    const body = { Name: 'powerless', Type: 'client', Policies: ['powerless'] };
    const made = (await nomad.admin('PUT', '/v1/acl/token', body)) as { readonly SecretID: string };
    const token = made.SecretID;
    const blind = feedWith(token);
    for (const call of [
      blind.nodes(null, signal),
      blind.placements(signal),
      heardFrom(blind.hints(signal)).end,
    ]) {
      const fault = await expectFault('nomad_refused', call);
      expect(JSON.stringify([fault.details, fault.message])).to.not.include(token);
    }
  });

  function feedWith(token: string): NomadSchedulerFeed {
    return new NomadSchedulerFeed(
      jsonClientFor('nomad', `${nomad.address}/v1`, { 'x-nomad-token': token }),
    );
  }

  async function setEligible(isEligible: boolean): Promise<void> {
    const Eligibility = isEligible ? 'eligible' : 'ineligible';
    await nomad.admin('PUT', `/v1/node/${nomad.nodes[0]?.id ?? ''}/eligibility`, { Eligibility });
  }

  async function untilEligible(isEligible: boolean): Promise<void> {
    await waitFor(
      async () => (await feed.nodes(null, signal)).nodes[0]?.isEligible === isEligible,
      { ...WITHIN, describe: `the node to be ${isEligible ? '' : 'in'}eligible`, everyMs: 100 },
    );
  }

  /** Registers the instance's job, or restarts its task. */
  async function change(instanceId: InstanceId): Promise<void> {
    const path = `/v1/job/${instanceId}/allocations`;
    const [allocation] = (await nomad.admin('GET', path)) as readonly { readonly ID: string }[];
    if (allocation !== undefined) {
      await nomad.admin('PUT', `/v1/allocation/${allocation.ID}/stop`);
      return;
    }
    const Variables = `instance_id = "${instanceId}"\nmemory_mib = 10`;
    const Job = await nomad.admin('POST', '/v1/jobs/parse', { JobHCL: jobspec, Variables });
    await nomad.admin('PUT', '/v1/jobs', { Job });
  }

  async function forget(instanceId: InstanceId): Promise<void> {
    await nomad.admin('DELETE', `/v1/job/${instanceId}?purge=true`);
    await waitFor(
      async () => {
        await nomad.admin('PUT', '/v1/system/gc');
        return !(await feed.placements(signal)).has(instanceId);
      },
      { ...WITHIN, describe: 'Nomad to forget the job', everyMs: 200 },
    );
  }

  async function interrupt(): Promise<void> {
    await nomad.server.end();
    await nomad.server.start();
  }
});

interface Heard {
  readonly hints: SchedulerHint[];
  readonly changed: Set<InstanceId>;
  /** Settles when the iteration does. */
  readonly end: Promise<void>;
}

function heardFrom(source: AsyncIterable<SchedulerHint>): Heard {
  const hints: SchedulerHint[] = [];
  const changed = new Set<InstanceId>();
  const end = (async () => {
    for await (const hint of source) {
      hints.push(hint);
      if (hint.kind === 'changed') for (const id of hint.instanceIds) changed.add(id);
    }
  })();
  // Looked at by those tests that expect it to fail; it must not fail the others.
  end.catch(() => undefined);
  return { hints, changed, end };
}

async function connected({ hints }: Heard): Promise<void> {
  await waitFor(() => hints.length > 0, { ...WITHIN, describe: 'the connection' });
}
