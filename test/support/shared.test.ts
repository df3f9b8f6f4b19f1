import { expect } from 'chai';
import { Shared } from './shared.js';

describe('what suites share', () => {
  const told: string[] = [];
  let isBroken = true;
  const shared = new Shared(
    () => {
      if (isBroken) return Promise.reject(new Error('no room'));
      told.push('started');
      return Promise.resolve('it');
    },
    async (thing) => void told.push(`stopped ${thing}`),
    async (thing) => void told.push(`tidied ${thing}`),
  );

  it('is tried again for the next one when it did not start', async () => {
    const failure = await shared.take().catch(String);
    expect(failure).to.include('no room');
    isBroken = false;
    expect(await shared.take()).to.equal('it');
  });

  it('is started once, tidied between two of them, and stopped after the last', async () => {
    shared.forSuite().forSuite();
    expect(await shared.take()).to.equal('it');
    await shared.giveBack();
    await shared.giveBack();
    expect(told).to.deep.equal(['started', 'tidied it', 'stopped it']);
  });
});
