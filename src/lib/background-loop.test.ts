import { expect } from 'chai';
import { waitFor } from '../../test/support/wait-for.js';
import { BackgroundLoop } from './background-loop.js';
import { pause } from './timers.js';

describe('BackgroundLoop', () => {
  it('goes on after failures, and counts those in a row', async () => {
    const outcomes = [false, false, true, false];
    const counted: number[] = [];
    const loop = new BackgroundLoop({
      turn: async (signal) => {
        const isWell = outcomes.shift();
        if (isWell === undefined) await pause(60_000, signal);
        if (isWell === false) throw new Error('a turn that fails');
      },
      onFailure: (_error, failures) => counted.push(failures),
    });
    loop.start();
    await waitFor(() => outcomes.length === 0, { withinMs: 5_000, describe: 'all turns' });
    await loop.stop();

    expect(counted).to.deep.equal([1, 2, 1]);
  });

  it('waits for its turn when it is stopped, and begins no other', async () => {
    let turns = 0;
    let isOver = false;
    const loop = new BackgroundLoop({
      turn: async (signal) => {
        turns += 1;
        await pause(60_000, signal);
        await pause(5);
        isOver = true;
      },
      onFailure: () => undefined,
    });
    loop.start();
    loop.start();
    await loop.stop();

    expect({ turns, isOver }).to.deep.equal({ turns: 1, isOver: true });
  });

  it('takes a failure that its stop caused for no failure', async () => {
    const failed: unknown[] = [];
    const loop = new BackgroundLoop({
      turn: async (signal) => {
        await pause(60_000, signal);
        signal.throwIfAborted();
      },
      onFailure: (error) => failed.push(error),
    });
    loop.start();
    await loop.stop();

    expect(failed).to.deep.equal([]);
  });
});
