import { expect } from 'chai';
import { aKeyCampaignId, anInstanceId } from '../../../test/support/builders.js';
import { plusMs } from '../../lib/clock.js';
import type { KeyCampaign, KeyMove, KeyMoveState } from './key-campaign.js';
import { KEY_CAMPAIGN_STATES, afterVerb } from './key-campaign.js';
import { MOVES_AT_ONCE, planKeyCampaign, wavesOf } from './plan-key-campaign.js';

const NOW = new Date('2026-11-24T12:00:00Z');

describe('wavesOf', () => {
  const sizes = (count: number): number[] => {
    const waves = wavesOf(count);
    return [...new Set(waves)].map((wave) => waves.filter((each) => each === wave).length);
  };

  it('begins with one instance, then 5 %, a quarter, and all', () => {
    expect(sizes(200)).to.deep.equal([1, 9, 40, 150]);
  });

  it('leaves out waves that would hold nobody', () => {
    expect([0, 1, 2, 3, 8].map(sizes)).to.deep.equal([[], [1], [1, 1], [1, 2], [1, 1, 6]]);
    expect(wavesOf(3)).to.deep.equal([1, 2, 2]);
  });
});

describe('planKeyCampaign', () => {
  it('begins a wave once the one before is closed as a whole', () => {
    expect(begun(moves('waiting', 'waiting', 'waiting'), [1, 2, 2])).to.equal(1);
    expect(begun(moves('begun', 'waiting', 'waiting'), [1, 2, 2])).to.equal(0);
    expect(begun(moves('verified', 'waiting', 'waiting'), [1, 2, 2])).to.equal(2);
    expect(begun(moves('skipped', 'begun', 'waiting'), [1, 2, 2])).to.equal(1);
  });

  it('has so many under way at once and no more', () => {
    const states = Array.from({ length: 50 }, (_, at): KeyMoveState =>
      at < 5 ? 'begun' : 'waiting',
    );
    expect(begun(moves(...states))).to.equal(MOVES_AT_ONCE - 5);
  });

  it('finishes when every move is closed, and at once when there is none', () => {
    expect(plan(moves('verified', 'skipped'))).to.deep.equal({ kind: 'finish' });
    expect(plan([])).to.deep.equal({ kind: 'finish' });
  });

  it('waits for what is under way, and does nothing unless it is running', () => {
    expect(plan(moves('verified', 'begun'))).to.deep.equal({ kind: 'wait' });
    for (const state of KEY_CAMPAIGN_STATES.filter((each) => each !== 'running')) {
      expect(plan(moves('waiting'), { state })).to.deep.equal({ kind: 'wait' });
    }
  });

  it('halts when more failed than the budget’s share of the waves so far', () => {
    const first = waved(moves('reverted', ...Array<KeyMoveState>(19).fill('waiting')), wavesOf(20));
    expect(plan(first, { failureBudget: 0.5 }).kind).to.equal('halt');
    const states: KeyMoveState[] = ['verified', 'verified', 'verified', 'reverted', 'begun'];
    const later = waved(
      [...moves(...states), ...moves(...Array<KeyMoveState>(15).fill('waiting'))],
      wavesOf(20),
    );
    expect(plan(later, { failureBudget: 0.1 }).kind).to.equal('halt');
    expect(plan(later, { failureBudget: 0.2 }).kind).to.equal('wait');
  });

  it('counts only failures after those that were accepted', () => {
    const [all, wave] = [moves('reverted', 'waiting'), [1, 2]];
    expect(plan(waved(all, wave)).kind).to.equal('halt');
    expect(plan(waved(all, wave), { failuresAccepted: 1 }).kind).to.equal('begin');
    expect(plan(waved(moves('reverted', 'reverted'), wave), { failuresAccepted: 1 }).kind).to.equal(
      'halt',
    );
  });

  it('does not count as a failure what was skipped', () => {
    expect(plan(waved(moves('skipped', 'waiting'), [1, 2])).kind).to.equal('begin');
  });

  it('begins a move again ten seconds after Vault did not take its value', () => {
    const [move] = moves('waiting');
    const again = { ...(move ?? expect.fail('no move')), attempts: 1 };
    expect(plan([again]).kind).to.equal('wait');
    expect(plan([{ ...again, stateAt: plusMs(NOW, -10_000) }]).kind).to.equal('begin');
  });

  it('asks all tenants without waiting for any of them', () => {
    const asked = waved(moves('begun', 'begun', 'waiting'), [1, 2, 3]);
    expect(plan(asked, { kind: 'renew' })).to.deep.include({ kind: 'begin', moves: [asked[2]] });
  });
});

describe('afterVerb', () => {
  it('lets a campaign be paused, resumed and aborted until it is over', () => {
    expect(afterVerb('running', 'pause')).to.equal('paused');
    expect(afterVerb('halted', 'resume')).to.equal('running');
    expect(afterVerb('preparing', 'pause')).to.equal(null);
    for (const state of KEY_CAMPAIGN_STATES) {
      const isOver = state === 'done' || state === 'aborted';
      expect(afterVerb(state, 'abort'), state).to.equal(isOver ? null : 'aborted');
    }
  });
});

function moves(...states: readonly KeyMoveState[]): KeyMove[] {
  return states.map((state) => ({
    ...{ campaignId: aKeyCampaignId(), instanceId: anInstanceId(), wave: 1 },
    ...{ state, rotationId: null, reason: null, attempts: 0, stateAt: NOW },
  }));
}

function waved(all: readonly KeyMove[], waves: readonly number[]): KeyMove[] {
  return all.map((move, place) => ({ ...move, wave: waves[place] ?? 1 }));
}

function plan(all: readonly KeyMove[], changes: Partial<KeyCampaign> = {}) {
  const campaign = {
    kind: 'replace',
    state: 'running',
    failureBudget: 0,
    failuresAccepted: 0,
  } as const;
  return planKeyCampaign({ ...campaign, ...changes }, all, NOW);
}

function begun(all: readonly KeyMove[], waves: readonly number[] = []): number {
  const planned = plan(waved(all, waves));
  return planned.kind === 'begin' ? planned.moves.length : 0;
}
