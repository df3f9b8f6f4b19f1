import { expect } from 'chai';
import { anInstanceId } from '../../test/support/builders.js';
import { FakeSchedulerFeed } from '../../test/support/fakes/fake-scheduler-feed.js';
import { quietLog } from '../../test/support/quiet-log.js';
import { waitFor } from '../../test/support/wait-for.js';
import type { Node } from '../ports/index.js';
import { SchedulerWatch } from './scheduler-watch.js';

const NODE: Node = { id: 'node-1', name: 'one', nodePool: 'default', isEligible: true };
const WITHIN = { withinMs: 10_000 };

describe('SchedulerWatch', () => {
  let feed: FakeSchedulerFeed;
  let woken: string[];
  let rows: readonly Node[];
  let relists: number;
  let isStoreAway: boolean;
  let watch: SchedulerWatch;

  beforeEach(() => {
    feed = new FakeSchedulerFeed();
    woken = [];
    rows = [];
    relists = 0;
    isStoreAway = false;
    watch = new SchedulerWatch({
      feed,
      nodes: {
        replaceAll: async ({ nodes }) => {
          if (isStoreAway) throw new Error('the database is away');
          rows = nodes;
          return true;
        },
      },
      instances: { wake: (key) => woken.push(key) },
      log: quietLog,
      onRelist: () => (relists += 1),
    });
  });

  afterEach(() => watch.stop());

  it('wakes every instance that has a placement when it begins', async () => {
    const id = anInstanceId();
    feed.changeUnheard(id);
    watch.start();

    await waitFor(() => woken.includes(id), { ...WITHIN, describe: 'the instance to be woken' });
  });

  it('wakes an instance as soon as its placement changes, and no other', async () => {
    const [changed, same] = [anInstanceId(), anInstanceId()];
    feed.changeUnheard(same);
    await settled();
    woken.length = 0;
    feed.change(changed);

    await waitFor(() => woken.length > 0, { ...WITHIN, describe: 'the hint to be followed' });
    expect(woken).to.deep.equal([changed]);
  });

  it('finds what changed while it could not hear, and only that', async () => {
    const [changed, gone, same] = [anInstanceId(), anInstanceId(), anInstanceId()];
    for (const id of [changed, gone, same]) feed.changeUnheard(id);
    await settled();
    woken.length = 0;
    feed.changeUnheard(changed);
    feed.remove(gone);
    feed.disconnect();

    await waitFor(() => woken.length >= 2, { ...WITHIN, describe: 'the loss to be made up for' });
    expect(woken).to.have.members([changed, gone]);
  });

  it('keeps the rows of nodes as the scheduler tells of them', async () => {
    feed.putNode(NODE);
    watch.start();
    await waitFor(() => rows.length === 1, { ...WITHIN, describe: 'the node to be known' });
    feed.putNode({ ...NODE, isEligible: false });

    await waitFor(() => rows[0]?.isEligible === false, { ...WITHIN, describe: 'the drain' });
  });

  it('leaves the rows of nodes alone while the scheduler is away, and mends them after', async () => {
    feed.putNode(NODE);
    await settled();
    feed.trouble.breakDown();
    feed.disconnect();
    feed.putNode({ ...NODE, isEligible: false });
    await waitFor(() => feed.listeners === 0, { ...WITHIN, describe: 'the outage' });
    expect(rows).to.have.length(1);
    feed.trouble.recover();

    await waitFor(() => rows[0]?.isEligible === false, { ...WITHIN, describe: 'the change' });
  });

  it('writes nodes again that the database could not take', async () => {
    isStoreAway = true;
    feed.putNode(NODE);
    watch.start();
    await waitFor(() => relists > 0, { ...WITHIN, describe: 'the watch to run' });
    isStoreAway = false;

    await waitFor(() => rows.length === 1, { ...WITHIN, describe: 'the node to be known' });
  });

  it('hears nothing any more once it is stopped', async () => {
    await settled();
    await watch.stop();

    expect(feed.listeners).to.equal(0);
  });

  /** Starts the watch, and returns when it has listened, listed, and seen the nodes. */
  async function settled(): Promise<void> {
    watch.start();
    await waitFor(() => feed.listeners === 1 && relists >= 2, {
      ...WITHIN,
      describe: 'the watch to settle',
    });
  }
});
