import { expect } from 'chai';
import { NOON } from '../../test/support/builders.js';
import { refilled } from './token-bucket.js';

const later = (ms: number): Date => new Date(NOON.getTime() + ms);
const RATE = { perSecond: 2, burst: 10 };

describe('a token bucket', () => {
  it('fills with time, to its burst and no further', () => {
    const empty = { tokens: 0, at: NOON };
    expect(refilled(empty, RATE, later(1_500)).tokens).to.equal(3);
    expect(refilled(empty, RATE, later(60_000)).tokens).to.equal(10);
    expect(refilled({ tokens: 1_000_000, at: NOON }, RATE, NOON).tokens).to.equal(10);
  });

  it('neither mints nor loses tokens when the clock is set back', () => {
    const set = refilled({ tokens: 4, at: NOON }, RATE, later(-3_600_000));
    expect(set).to.deep.equal({ tokens: 4, at: later(-3_600_000) });
    expect(refilled(set, RATE, later(-3_600_000 + 500)).tokens).to.equal(5);
  });
});
