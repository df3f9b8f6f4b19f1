import { expect } from 'chai';
import { plusMs } from '../../lib/clock.js';
import { NOON } from '../../../test/support/builders.js';
import { lookAgainMs } from './look-again.js';

describe('lookAgainMs', () => {
  for (const [waitedMs, againMs] of [
    [0, 40],
    [800, 40],
    [10_000, 500],
    [60 * 60_000, 5_000],
    [-60_000, 40],
  ] as const) {
    it(`looks again after ${againMs} ms at what was waited for ${waitedMs} ms`, () => {
      expect(lookAgainMs(NOON, plusMs(NOON, waitedMs))).to.equal(againMs);
    });
  }

  it('asks a gateway that never reloads less than a thousand times in an hour', () => {
    let [waitedMs, looks] = [0, 0];
    for (; waitedMs < 3_600_000; looks += 1) waitedMs += lookAgainMs(NOON, plusMs(NOON, waitedMs));
    expect(looks).to.be.lessThan(1_000);
  });
});
