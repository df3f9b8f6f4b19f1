import { expect } from 'chai';
import { WAIT_SECONDS_MAX, preferenceApplied, waitMsOf } from './headers.js';

describe('Prefer: wait=N', () => {
  it('is read in every form that RFC 7240 allows, beside other preferences', () => {
    for (const header of [
      'wait=10',
      'Wait=10',
      'wait="10"',
      'wait = 10',
      'wait=10; reason=impatience',
      'respond-async, wait=10',
      'handling=lenient , wait=10, wait=20',
    ]) {
      expect(waitMsOf(header), header).to.equal(10_000);
    }
  });

  it('that asks for nothing that is known waits for nothing', () => {
    for (const header of ['', 'wait', 'wait=', 'wait=-1', 'wait=1.5', 'wait="1', 'await=10']) {
      expect(waitMsOf(header), header).to.equal(null);
    }
  });

  it('is cut to the longest wait, and the answer says what was honoured', () => {
    expect(waitMsOf('wait=999999999')).to.equal(WAIT_SECONDS_MAX * 1000);
    const applied = preferenceApplied(waitMsOf('wait=999999999'));
    expect(applied).to.deep.equal({ 'preference-applied': `wait=${WAIT_SECONDS_MAX}` });
    expect(preferenceApplied(null)).to.deep.equal({});
  });
});
