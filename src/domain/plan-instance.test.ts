import { expect } from 'chai';
import { NOON, aClaimedInstance, anInstance } from '../../test/support/builders.js';
import type { Sighting } from './plan-instance.js';
import {
  BINDING_LIMIT_MS,
  BINDING_LOOK_MS,
  START_LIMIT_MS,
  START_RESTARTS_MAX,
  SUSPECT_LIMIT_MS,
  isBindingSlow,
  planBinding,
  planIdle,
  planLaunch,
  planRestartedBinding,
  planSlowBinding,
  planWarming,
} from './plan-instance.js';

const later = (ms: number): Date => new Date(NOON.getTime() + ms);

function aSighting(changes: Partial<Sighting> = {}): Sighting {
  return {
    address: '127.0.0.1:20000',
    allocationId: anInstance().allocationId,
    startup: 'started',
    phase: 'running',
    startedAt: null,
    restarts: 0,
    exitCode: null,
    placedAt: null,
    blockedBy: null,
    lastEvent: null,
    ...changes,
  };
}

describe('planWarming', () => {
  const warming = anInstance({ state: 'warming' });
  const DEADLINE_MS = 60_000;
  const by = (now: Date) => ({ now, deadlineMs: DEADLINE_MS });

  it('warms a member up once its start-up is settled', () => {
    const plan = planWarming(warming, aSighting(), by(NOON));
    expect(plan).to.deep.equal({ kind: 'warm_up', address: '127.0.0.1:20000' });
  });

  it('waits while it starts, and while the catalog does not know it', () => {
    const starting = aSighting({ startup: 'starting' });
    const unknown = aSighting({ startup: 'unreachable', address: null, phase: 'pending' });
    expect(planWarming(warming, starting, by(NOON)).kind).to.equal('wait');
    expect(planWarming(warming, unknown, by(NOON)).kind).to.equal('wait');
  });

  it('gives it up after its time, with what was last heard of it', () => {
    const seen = aSighting({ startup: 'starting', lastEvent: 'memory exhausted on 1 node' });
    const plan = planWarming(warming, seen, by(later(DEADLINE_MS + 1)));
    expect(plan).to.have.property('kind', 'fail');
    expect(JSON.stringify(plan)).to.include('memory exhausted on 1 node');
  });

  it('gives up at once what failed, was lost, or restarts again and again', () => {
    for (const seen of [
      aSighting({ startup: 'unreachable', phase: 'failed' }),
      aSighting({ startup: 'unreachable', phase: 'lost' }),
      aSighting({ startup: 'starting', restarts: START_RESTARTS_MAX + 1 }),
    ]) {
      expect(planWarming(warming, seen, by(NOON)).kind).to.equal('fail');
    }
  });

  it('leaves a member that finds no place where it is, but not somebody who waits', () => {
    const seen = aSighting({
      ...{ startup: 'unreachable', address: null, phase: 'absent' },
      blockedBy: 'memory exhausted on 1 node',
    });
    const late = by(later(DEADLINE_MS + 1));
    expect(planWarming(warming, seen, late)).to.deep.equal({
      ...{ kind: 'blocked', by: 'memory exhausted on 1 node' },
    });
    const owned = aClaimedInstance({ state: 'warming' });
    expect(planWarming(owned, seen, late).kind).to.equal('fail');
  });

  it('gives a member that waited for room its whole time from when it got some', () => {
    const seen = aSighting({ startup: 'starting', placedAt: later(DEADLINE_MS) });
    expect(planWarming(warming, seen, by(later(2 * DEADLINE_MS))).kind).to.equal('wait');
    expect(planWarming(warming, seen, by(later(2 * DEADLINE_MS + 1))).kind).to.equal('fail');
  });

  it('tells a refused configuration from other ends, for no restart mends it', () => {
    const seen = aSighting({ startup: 'unreachable', phase: 'pending', exitCode: 78 });
    expect(planWarming(warming, seen, by(NOON))).to.have.nested.property(
      'failure.code',
      'config_refused',
    );
  });
});

describe('planIdle', () => {
  const idle = anInstance();
  const suspect = anInstance({ suspectAt: NOON });
  const silent = aSighting({ startup: 'unreachable' });

  it('keeps a member that answers', () => {
    expect(planIdle(idle, aSighting(), NOON).kind).to.equal('keep');
  });

  it('makes a silent member a suspect before it gives it up', () => {
    expect(planIdle(idle, silent, NOON).kind).to.equal('suspect');
    expect(planIdle(suspect, silent, later(SUSPECT_LIMIT_MS - 1)).kind).to.equal('wait');
    expect(planIdle(suspect, silent, later(SUSPECT_LIMIT_MS)).kind).to.equal('fail');
  });

  it('warms a member up again whose gateway was restarted, for it is cold but nobody’s', () => {
    expect(planIdle(suspect, aSighting({ restarts: 1 }), later(1_000)).kind).to.equal('rewarm');
    const starting = aSighting({ startup: 'starting', restarts: 1 });
    expect(planIdle(suspect, starting, later(1_000)).kind).to.equal('rewarm');
  });

  it('warms a member up again that its machine started anew, though no restart was counted', () => {
    const again = { startedAt: later(1) };
    const starting = aSighting({ startup: 'starting', ...again });
    expect(planIdle(suspect, aSighting(again), later(60_000)).kind).to.equal('rewarm');
    expect(planIdle(suspect, starting, later(60_000)).kind).to.equal('rewarm');
    // Even one that came back before anybody saw it gone.
    expect(planIdle(idle, aSighting(again), later(60_000)).kind).to.equal('rewarm');
  });

  it('gives up none that is about to be started anew, however long that takes', () => {
    const pending = aSighting({ startup: 'unreachable', phase: 'pending' });
    expect(planIdle(suspect, pending, later(SUSPECT_LIMIT_MS)).kind).to.equal('rewarm');
  });

  it('clears a suspect that was started anew before it was last warmed up', () => {
    const seen = aSighting({ restarts: 1, startedAt: later(-20_000) });
    expect(planIdle(suspect, seen, later(1_000)).kind).to.equal('clear');
  });

  it('gives up a member that restarts again and again', () => {
    const restless = aSighting({ restarts: START_RESTARTS_MAX + 1 });
    expect(planIdle(suspect, restless, later(1_000)).kind).to.equal('fail');
  });

  it('clears a suspect that answers again soon', () => {
    expect(planIdle(suspect, aSighting(), later(1_000)).kind).to.equal('clear');
  });

  it('gives up a member whose allocation was replaced, for the new one is cold', () => {
    const moved = aSighting({ allocationId: '00000000-0000-4000-8000-00000000beef' });
    expect(planIdle(idle, moved, NOON).kind).to.equal('fail');
  });
});

describe('planBinding', () => {
  it('takes the steps in order, from wherever the row stands', () => {
    const kinds = (['claimed', 'secrets_written', 'announced', 'acknowledged'] as const).map(
      (bindingStep) => planBinding(aClaimedInstance({ bindingStep }), NOON).kind,
    );
    expect(kinds).to.deep.equal(['write_secrets', 'announce', 'acknowledge', 'prove']);
  });

  it('ends in a failure that names the step when it takes too long', () => {
    const stuck = aClaimedInstance({ bindingStep: 'announced' });
    const plan = planBinding(stuck, later(BINDING_LIMIT_MS + 1));
    expect(plan).to.have.property('kind', 'fail');
    expect(JSON.stringify(plan)).to.include('announced');
  });
});

describe('planLaunch', () => {
  const creating = anInstance({ state: 'creating', startGrantedAt: null });

  it('waits until the start is granted', () => {
    expect(planLaunch(creating, NOON).kind).to.equal('wait');
    expect(planLaunch({ ...creating, startGrantedAt: NOON }, NOON).kind).to.equal('launch');
  });

  it('gives up what nobody could start in time, granted or not', () => {
    const late = later(START_LIMIT_MS + 1);
    expect(planLaunch(creating, late).kind).to.equal('fail');
    expect(planLaunch({ ...creating, startGrantedAt: NOON }, late).kind).to.equal('fail');
  });
});

describe('a slow binding', () => {
  const late = later(BINDING_LOOK_MS + 1);

  it('is looked at after some time, unless keys would be lost with the instance', () => {
    expect(isBindingSlow(aClaimedInstance(), NOON)).to.equal(false);
    expect(isBindingSlow(aClaimedInstance(), late)).to.equal(true);
    expect(isBindingSlow(aClaimedInstance({ keyVersion: 1 }), late)).to.equal(false);
  });

  it('is given up when nothing answers, and goes on while something does', () => {
    const gone = planSlowBinding(aSighting({ startup: 'unreachable', lastEvent: 'Killed' }));
    expect(gone?.code).to.equal('found_dead');
    expect(gone?.sentence).to.include('Killed');
    expect(planSlowBinding(aSighting({ startup: 'starting' }))).to.equal(null);
    expect(planSlowBinding(aSighting())).to.equal(null);
  });
});

describe('a claimed member that cannot be told of its owner', () => {
  const claimed = aClaimedInstance();
  const silent = aSighting({ startup: 'unreachable' });

  it('is left at once when its gateway is being started anew', () => {
    for (const seen of [
      aSighting({ startup: 'starting' }),
      { ...silent, phase: 'pending' as const },
      { ...silent, startedAt: later(1) },
    ]) {
      expect(planRestartedBinding(claimed, seen)?.code).to.equal('found_dead');
    }
  });

  it('is asked again when it is only slow, has started after all, or holds keys', () => {
    expect(planRestartedBinding(claimed, silent)).to.equal(null);
    expect(planRestartedBinding(claimed, aSighting({ startedAt: later(1) }))).to.equal(null);
    const withKeys = aClaimedInstance({ keyVersion: 1 });
    expect(planRestartedBinding(withKeys, aSighting({ startup: 'starting' }))).to.equal(null);
  });
});
