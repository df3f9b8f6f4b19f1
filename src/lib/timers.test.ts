import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { deadline, pause } from './timers.js';

describe('deadline', () => {
  it('still fires when garbage was collected in between', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const parent = new AbortController();
    const signal = deadline(80, parent.signal);
    for (let turn = 0; turn < 20 && !signal.aborted; turn += 1) {
      await pause(10);
      collect();
    }
    expect(signal.aborted).to.be.true;
    expect(signal.reason).to.have.property('name', 'TimeoutError');
    expect(parent.signal.aborted).to.be.false;
  });

  it('fires with its parent, for the parent’s reason', () => {
    const parent = new AbortController();
    const signal = deadline(60_000, parent.signal);
    const reason = new Error('stopping');
    parent.abort(reason);
    expect(signal.reason).to.equal(reason);
  });
});
