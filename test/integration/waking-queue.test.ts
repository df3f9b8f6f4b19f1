import { expect } from 'chai';
import { once } from 'node:events';
import { WakingQueue } from '../../src/queue/waking-queue.js';
import { freePort } from '../support/free-port.js';
import { quietLog } from '../support/quiet-log.js';
import type { TestRedis } from '../support/test-redis.js';
import { startTestRedis } from '../support/test-redis.js';
import { waitFor } from '../support/wait-for.js';

const EVERY_MS = 100;

/** The one thing that Redis is used for, on a real one. */
describe('a queue that wakes workers', function () {
  this.timeout(60_000);

  let redis: TestRedis;
  let started: WakingQueue[];

  before(async () => {
    redis = await startTestRedis();
  });

  after(async () => {
    await redis?.stop();
  });

  beforeEach(async () => {
    await redis.flush();
    started = [];
  });

  afterEach(async () => {
    await Promise.all(started.map((queue) => queue.stop()));
  });

  function start(work: (signal: AbortSignal) => Promise<void>, url = redis.url): WakingQueue {
    const options = { name: 'test', redisUrl: url, everyMs: EVERY_MS, work, log: quietLog };
    const queue = new WakingQueue(options);
    started.push(queue);
    queue.start();
    return queue;
  }

  /** Workers that count what they do, each for itself. */
  function startCounting(count: number): number[] {
    const done = Array<number>(count).fill(0);
    done.forEach((_none, at) => {
      start(async () => {
        done[at] = (done[at] ?? 0) + 1;
      });
    });
    return done;
  }

  const sum = (counts: readonly number[]): number => counts.reduce((all, one) => all + one, 0);

  async function untilDone(counts: readonly number[], atLeast: number): Promise<void> {
    const isDone = () => Promise.resolve(sum(counts) >= atLeast);
    await waitFor(isDone, { withinMs: 20_000, describe: `${String(atLeast)} runs` });
  }

  it('has its work done again and again, however many workers there are', async () => {
    const before = Date.now();
    const counts = startCounting(3);
    await untilDone(counts, 10);
    const turns = (Date.now() - before) / EVERY_MS;
    expect(sum(counts), 'each work item is one worker’s').to.be.at.most(turns + 3);
  });

  it('goes on by itself after Redis was emptied', async () => {
    const counts = startCounting(1);
    await untilDone(counts, 2);
    await redis.flush();
    await untilDone(counts, sum(counts) + 5);
  });

  it('goes on after work that failed', async () => {
    let runs = 0;
    start(async () => {
      runs += 1;
      throw new Error('this one went wrong');
    });
    const isDone = () => Promise.resolve(runs >= 3);
    await waitFor(isDone, { withinMs: 20_000, describe: 'three runs' });
  });

  it('tells the work that runs to end, and waits for it', async () => {
    let hasEnded = false;
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const queue = start(async (signal) => {
      begin();
      if (!signal.aborted) await once(signal, 'abort');
      hasEnded = true;
    });
    await begun;
    await queue.stop();
    expect(hasEnded).to.equal(true);
  });

  it('can be stopped after Redis went away', async () => {
    const other = await startTestRedis();
    let runs = 0;
    const queue = start(async () => {
      runs += 1;
    }, other.url);
    const isRunning = () => Promise.resolve(runs > 0);
    await waitFor(isRunning, { withinMs: 20_000, describe: 'a run' });
    await other.stop();
    await queue.stop();
  });

  it('can be stopped while Redis was never there, and says that it is not', async () => {
    const queue = start(() => Promise.resolve(), `redis://127.0.0.1:${String(await freePort())}/0`);
    const ping = queue.ping().then(
      () => 'answered',
      () => 'failed',
    );
    await queue.stop();
    expect(await ping).to.equal('failed');
  });
});
