import { expect } from 'chai';
import { anInstanceId } from '../../test/support/builders.js';
import { rotationIdOf } from './ids.js';
import type { Rotation } from './rotation.js';
import {
  PROOF_LIMIT_MS,
  SWITCH_LIMIT_MS,
  WRITING_LIMIT_MS,
  keyField,
  planRotation,
  staleFields,
} from './rotation.js';

const AT = new Date('2026-11-23T12:00:00Z');

describe('planRotation', () => {
  const planAt = (
    changes: Partial<Rotation>,
    {
      revisionApplied = 0,
      revision = changes.revision ?? 0,
      afterMs = 0,
    }: { revisionApplied?: number; revision?: number; afterMs?: number } = {},
  ) => {
    const now = new Date(AT.getTime() + afterMs);
    return planRotation(aRotation(changes), { revision, revisionApplied }, now);
  };

  it('waits for the API to write, and gives up what it never wrote', () => {
    expect(planAt({ state: 'writing' }, { afterMs: WRITING_LIMIT_MS }).kind).to.equal('wait');
    expect(planAt({ state: 'writing' }, { afterMs: WRITING_LIMIT_MS + 1 })).to.deep.equal({
      ...{ kind: 'revert', reason: 'not_written' },
    });
  });

  it('tries the new keys once the gateway has loaded them, however late', () => {
    const state = 'proving';
    expect(planAt({ state, revision: 7 }, { revisionApplied: 6 }).kind).to.equal('wait');
    const late = { revisionApplied: 7, afterMs: PROOF_LIMIT_MS + 1 };
    expect(planAt({ state, revision: 7 }, late).kind).to.equal('prove');
  });

  it('gives up a gateway that never loads them', () => {
    const late = { revisionApplied: 6, afterMs: PROOF_LIMIT_MS + 1 };
    expect(planAt({ state: 'proving', revision: 7 }, late)).to.deep.equal({
      ...{ kind: 'revert', reason: 'no_receipt' },
    });
  });

  it('never turns back once they are proven', () => {
    const never = { afterMs: 1_000 * PROOF_LIMIT_MS };
    expect(planAt({ state: 'proven' }, never).kind).to.equal('retire_old');
    expect(planAt({ state: 'switching', revision: 8 }, never).kind).to.equal('leave_unconfirmed');
    const applied = { ...never, revisionApplied: 8 };
    expect(planAt({ state: 'switching', revision: 8 }, applied).kind).to.equal('finish');
  });

  it('waits a while for a gateway that was told to switch, and then says that it was not seen', () => {
    const switching = { state: 'switching', revision: 8 } as const;
    const soon = { revisionApplied: 7, afterMs: SWITCH_LIMIT_MS };
    expect(planAt(switching, soon).kind).to.equal('wait');
    const late = { revisionApplied: 7, afterMs: SWITCH_LIMIT_MS + 1 };
    expect(planAt(switching, late).kind).to.equal('leave_unconfirmed');
  });

  it('destroys nothing below a version that the gateway was not seen to use', () => {
    const newer = { revisionApplied: 8, revision: 9 };
    expect(planAt({ state: 'switching', revision: 8 }, newer).kind).to.equal('wait');
  });

  it('tells a rotation that was overtaken while it was written so', () => {
    const late = { afterMs: WRITING_LIMIT_MS + 1 };
    expect(planAt({ state: 'writing', reason: 'superseded' }, late)).to.deep.equal({
      ...{ kind: 'revert', reason: 'superseded' },
    });
  });

  it('ends within the two minutes that callers are promised, one trial included', () => {
    const trialMs = 20_000;
    const sumMs = WRITING_LIMIT_MS + PROOF_LIMIT_MS + trialMs + SWITCH_LIMIT_MS;
    expect(sumMs).to.be.at.most(120_000);
  });

  it('removes the new keys of one that was given up, and then has nothing to do', () => {
    expect(planAt({ state: 'reverting' }).kind).to.equal('remove_new');
    expect(planAt({ state: 'reverted' }).kind).to.equal('wait');
    expect(planAt({ state: 'verified' }).kind).to.equal('wait');
  });
});

describe('keyField and staleFields', () => {
  it('keep a new value beside the old one', () => {
    expect([keyField('openai', 0), keyField('openai', 3)]).to.deep.equal(['openai', 'openai@3']);
  });

  it('name every place of the last rotations but the one in use', () => {
    expect(staleFields('openai', 1, 1)).to.deep.equal(['openai']);
    expect(staleFields('openai', 2, 0)).to.deep.equal(['openai@1', 'openai@2']);
    expect(staleFields('openai', 0, 0)).to.deep.equal([]);
    expect(staleFields('openai', 1, null)).to.deep.equal(['openai', 'openai@1']);
    expect(staleFields('openai', 9, 7)).to.deep.equal([
      ...['openai', 'openai@5', 'openai@6', 'openai@8', 'openai@9'],
    ]);
  });
});

function aRotation(changes: Partial<Rotation>): Rotation {
  return {
    ...{ id: rotationIdOf('aaaaaaaaaaaa'), instanceId: anInstanceId(), number: 1 },
    ...{ names: ['openai'], owner: 'tenant', state: 'writing', revision: 0, reason: null },
    ...{ requestedAt: AT, stateAt: AT, provenAt: null },
    ...changes,
  };
}
