import { expect } from 'chai';
import { waitFor } from '../../test/support/wait-for.js';
import type { Outcome } from './keyed-queue.js';
import { KeyedQueue } from './keyed-queue.js';

describe('KeyedQueue', () => {
  const queues: KeyedQueue[] = [];

  afterEach(async () => {
    await Promise.all(queues.splice(0).map((queue) => queue.stop()));
  });

  function aQueue(
    handle: (key: string) => Promise<Outcome>,
    onFailure: (key: string, error: unknown, attempt: number) => void = () => undefined,
    concurrency = 4,
  ): KeyedQueue {
    const queue = new KeyedQueue({ concurrency, handle, onFailure });
    queues.push(queue);
    queue.start();
    return queue;
  }

  it('never handles one key twice at once, and handles it again when woken meanwhile', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const gate: (() => void)[] = [];
    const queue = aQueue(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((open) => gate.push(open));
      running -= 1;
      runs += 1;
      return { kind: 'settled' };
    });

    queue.wake('a');
    await waitFor(() => gate.length === 1, { withinMs: 1_000, describe: 'the first run' });
    queue.wake('a');
    queue.wake('a');
    gate.shift()?.();
    await waitFor(() => gate.length === 1, { withinMs: 1_000, describe: 'the second run' });
    gate.shift()?.();
    await waitFor(() => runs === 2, { withinMs: 1_000, describe: 'both runs' });

    expect(most).to.equal(1);
    expect(gate).to.have.length(0);
  });

  it('handles no more keys at once than it may', async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    const queue = aQueue(
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((next) => setImmediate(next));
        running -= 1;
        done += 1;
        return { kind: 'settled' };
      },
      undefined,
      2,
    );

    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) queue.wake(key);
    await waitFor(() => done === 6, { withinMs: 1_000, describe: 'all six keys' });

    expect(most).to.equal(2);
  });

  it('tries a failed key again, and tells of each failure with its number', async () => {
    const attempts: number[] = [];
    let runs = 0;
    const queue = aQueue(
      async () => {
        runs += 1;
        if (runs < 3) throw new Error('not yet');
        return { kind: 'settled' };
      },
      (_key, _error, attempt) => attempts.push(attempt),
    );

    queue.wake('a');
    await waitFor(() => runs === 3, { withinMs: 2_000, describe: 'the third run' });

    expect(attempts).to.deep.equal([1, 2]);
  });

  it('ends the wait of a recheck early when the key is woken', async () => {
    let runs = 0;
    const queue = aQueue(async () => {
      runs += 1;
      return { kind: 'recheck', afterMs: 60_000 };
    });

    queue.wake('a');
    await waitFor(() => runs === 1, { withinMs: 1_000, describe: 'the first run' });
    queue.wake('a');
    await waitFor(() => runs === 2, { withinMs: 1_000, describe: 'the second run' });
  });

  it('waits for what runs when it is stopped, and begins nothing after', async () => {
    let ended = 0;
    const queue = aQueue(async () => {
      await new Promise((next) => setImmediate(next));
      ended += 1;
      return { kind: 'recheck', afterMs: 0 };
    });

    queue.wake('a');
    await waitFor(() => ended > 0, { withinMs: 1_000, describe: 'a run' });
    await queue.stop();
    const endedAtStop = ended;
    await new Promise((next) => setImmediate(next));

    expect(ended).to.equal(endedAtStop);
  });
});
