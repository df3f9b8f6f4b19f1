import { expect } from 'chai';
import { NOON, aClaimedInstance } from '../../test/support/builders.js';
import { plusMs } from '../lib/clock.js';
import type { ResumeStep } from './instance.js';
import type { SeenTask } from './plan-resume.js';
import { RESUME_LIMIT_MS, planResume } from './plan-resume.js';

const STARTED = plusMs(NOON, -60_000);
const RUNNING: SeenTask = { phase: 'running', startedAt: STARTED, isRestarting: false };

describe('planResume', () => {
  function planned(resumeStep: ResumeStep, task: SeenTask | null, restartFrom = STARTED): string {
    const instance = aClaimedInstance({ state: 'resuming', resumeStep, restartFrom });
    return planResume(instance, task, plusMs(NOON, 1_000)).kind;
  }

  it('writes down which process is to end before it has it ended', () => {
    const instance = aClaimedInstance({ state: 'resuming', resumeStep: 'restart_wanted' });
    expect(planResume(instance, RUNNING, NOON)).to.deep.equal({ kind: 'mark', from: STARTED });
    expect(planned('restart_marked', RUNNING)).to.equal('restart');
  });

  it('ends no process that took the place of the one that was to end', () => {
    const young = { ...RUNNING, startedAt: plusMs(NOON, 500) };
    expect(planned('restart_marked', young)).to.equal('await');
  });

  it('gives no order that the scheduler has already', () => {
    expect(planned('restart_marked', { ...RUNNING, isRestarting: true })).to.equal('wait');
    expect(planned('restart_marked', { ...RUNNING, phase: 'pending' })).to.equal('wait');
  });

  it('ends nothing where nothing runs', () => {
    expect(planned('restart_wanted', null)).to.equal('await');
    expect(planned('restart_wanted', { ...RUNNING, phase: 'pending' })).to.equal('await');
  });

  it('goes to the proof once the gateway is awaited, and gives up after ten minutes', () => {
    expect(planned('awaited', null)).to.equal('prove');
    const instance = aClaimedInstance({ state: 'resuming', resumeStep: 'awaited' });
    const late = planResume(instance, null, plusMs(NOON, RESUME_LIMIT_MS + 1));
    expect(late).to.have.nested.property('failure.code', 'resume_deadline');
  });
});
