import { expect } from 'chai';
import { NOON, aClaimedInstance, anInstance } from '../../test/support/builders.js';
import type { FailureCode } from './instance.js';
import { EARLY_DEATH_MS } from './pool.js';
import { failedStartOf } from './start-outcome.js';

const later = (ms: number): Date => new Date(NOON.getTime() + ms);
const failureOf = (code: FailureCode) => ({ code, sentence: 'It failed.' });

describe('failedStartOf', () => {
  it('counts what was launched and did not come up', () => {
    const warming = anInstance({ state: 'warming' });
    expect(failedStartOf(warming, failureOf('start_failed'), NOON)).to.equal('failed');
    expect(failedStartOf(warming, failureOf('start_deadline'), NOON)).to.equal('failed');
    expect(failedStartOf(warming, failureOf('warmup_failed'), NOON)).to.equal('failed');
    expect(failedStartOf(warming, failureOf('config_refused'), NOON)).to.equal('hopeless');
  });

  it('counts no wait for a grant, for our own servers, or for room', () => {
    const late = failureOf('start_deadline');
    expect(failedStartOf(anInstance({ state: 'creating' }), late, NOON)).to.equal(null);
    const granted = aClaimedInstance({ state: 'creating', startGrantedAt: NOON });
    expect(failedStartOf(granted, late, NOON)).to.equal(null);
    const blocked = aClaimedInstance({ state: 'warming', blockedBy: 'memory exhausted on 1 node' });
    expect(failedStartOf(blocked, late, NOON)).to.equal(null);
  });

  it('counts an idle member that died soon, from when it was first suspected', () => {
    const dead = failureOf('found_dead');
    const suspectAt = later(EARLY_DEATH_MS - 1);
    const seenAt = later(EARLY_DEATH_MS + 12_000);
    expect(failedStartOf(anInstance({ suspectAt }), dead, seenAt)).to.equal('died_early');
    expect(failedStartOf(anInstance(), dead, later(EARLY_DEATH_MS))).to.equal(null);
    expect(failedStartOf(anInstance(), failureOf('lost'), NOON)).to.equal(null);
  });

  it('counts nothing against the version once an owner has the gateway', () => {
    expect(failedStartOf(aClaimedInstance(), failureOf('found_dead'), NOON)).to.equal(null);
  });
});
