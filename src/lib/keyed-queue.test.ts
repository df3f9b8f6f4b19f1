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

  it('keeps slots for others while all keys that can wait hang', async () => {
    const done: string[] = [];
    const begun = new Set<string>();
    let release = (): void => undefined;
    const hanging = new Promise<void>((resolve) => (release = resolve));
    const queue = new KeyedQueue({
      ...{ concurrency: 6, reserved: 2 },
      handle: async (key, _signal, slot) => {
        const canWait = key.startsWith('patient');
        if (canWait && slot === 'reserved') return { kind: 'step_aside' };
        begun.add(key);
        if (canWait) await hanging;
        done.push(key);
        return { kind: 'settled' };
      },
      onFailure: () => undefined,
    });
    queues.push(queue);
    queue.start();
    for (let made = 0; made < 32; made += 1) queue.wake(`patient ${String(made)}`);
    await waitFor(() => begun.size === 4, { withinMs: 1_000, describe: 'the common slots full' });

    queue.wake('urgent');
    await waitFor(() => done.includes('urgent'), { withinMs: 1_000, describe: 'the urgent key' });

    expect(begun.size, 'and no reserved slot was taken meanwhile').to.equal(5);
    release();
    await waitFor(() => done.length === 33, { withinMs: 2_000, describe: 'all keys' });
  });

  it('has each key wait for its turn, and none for ever', async () => {
    const handled = new Set<string>();
    const queue = aQueue(
      async (key) => {
        handled.add(key);
        await new Promise((next) => setImmediate(next));
        return { kind: 'recheck', afterMs: 0 };
      },
      undefined,
      2,
    );
    for (const key of ['a', 'b', 'c', 'd', 'e']) queue.wake(key);

    await waitFor(() => handled.size === 5, { withinMs: 1_000, describe: 'every key handled' });
  });

  it('lets a key that stepped aside begin in any slot once it is woken', async () => {
    const slots: string[] = [];
    let canWait = true;
    const queue = new KeyedQueue({
      ...{ concurrency: 1, reserved: 1 },
      handle: async (_key, _signal, slot) => {
        slots.push(slot);
        return { kind: canWait ? 'step_aside' : 'settled' };
      },
      onFailure: () => undefined,
    });
    queues.push(queue);
    queue.start();
    queue.wake('a');
    await waitFor(() => slots.length === 1, { withinMs: 1_000, describe: 'the first look' });
    canWait = false;
    queue.wake('a');

    await waitFor(() => slots.length === 2, { withinMs: 1_000, describe: 'the second look' });
    expect(slots).to.deep.equal(['reserved', 'reserved']);
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
