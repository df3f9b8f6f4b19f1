import { expect } from 'chai';
import { NOON, aClaimedInstance, anInstance } from '../../test/support/builders.js';
import type { Sighting } from './plan-instance.js';
import {
  BINDING_LIMIT_MS,
  START_LIMIT_MS,
  START_RESTARTS_MAX,
  SUSPECT_LIMIT_MS,
  planBinding,
  planIdle,
  planWarming,
} from './plan-instance.js';

const later = (ms: number): Date => new Date(NOON.getTime() + ms);

function aSighting(changes: Partial<Sighting> = {}): Sighting {
  return {
    address: '127.0.0.1:20000',
    allocationId: anInstance().allocationId,
    startup: 'started',
    phase: 'running',
    restarts: 0,
    lastEvent: null,
    ...changes,
  };
}

describe('planWarming', () => {
  const warming = anInstance({ state: 'warming' });

  it('warms a member up once its start-up is settled', () => {
    const plan = planWarming(warming, aSighting(), NOON);
    expect(plan).to.deep.equal({ kind: 'warm_up', address: '127.0.0.1:20000' });
  });

  it('waits while it starts, and while the catalog does not know it', () => {
    const starting = aSighting({ startup: 'starting' });
    const unknown = aSighting({ startup: 'unreachable', address: null, phase: 'pending' });
    expect(planWarming(warming, starting, NOON).kind).to.equal('wait');
    expect(planWarming(warming, unknown, NOON).kind).to.equal('wait');
  });

  it('gives it up after its time, with what was last heard of it', () => {
    const seen = aSighting({ startup: 'starting', lastEvent: 'memory exhausted on 1 node' });
    const plan = planWarming(warming, seen, later(START_LIMIT_MS + 1));
    expect(plan).to.have.property('kind', 'fail');
    expect(JSON.stringify(plan)).to.include('memory exhausted on 1 node');
  });

  it('gives up at once what failed, was lost, or restarts again and again', () => {
    for (const seen of [
      aSighting({ startup: 'unreachable', phase: 'failed' }),
      aSighting({ startup: 'unreachable', phase: 'lost' }),
      aSighting({ startup: 'starting', restarts: START_RESTARTS_MAX + 1 }),
    ]) {
      expect(planWarming(warming, seen, NOON).kind).to.equal('fail');
    }
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
