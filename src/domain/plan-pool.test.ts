import { expect } from 'chai';
import fc from 'fast-check';
import { NOON, aPool, anInstance } from '../../test/support/builders.js';
import type { Instance, InstanceState } from './instance.js';
import { BREAKER_COOLDOWN_MS, STARTS_IN_FLIGHT_MAX, planPool, type PoolPlan } from './plan-pool.js';

const later = (ms: number): Date => new Date(NOON.getTime() + ms);

function stockOf(...states: InstanceState[]) {
  const members = states.map((state) => anInstance({ state }));
  return { members, holding: members.length };
}

function createdBy(plan: PoolPlan): number {
  return plan.actions.reduce(
    (sum, action) => sum + (action.kind === 'create_members' ? action.count : 0),
    0,
  );
}

describe('planPool', () => {
  it('creates what is missing', () => {
    const plan = planPool(aPool({ idleTarget: 2 }), stockOf(), NOON);
    expect(plan).to.deep.equal({ actions: [{ kind: 'create_members', count: 2 }], hold: null });
  });

  it('counts members that are still coming, so that a second look creates nothing', () => {
    const plan = planPool(aPool({ idleTarget: 2 }), stockOf('creating', 'warming'), NOON);
    expect(plan.actions).to.be.empty;
  });

  it('replaces a suspect at once, for no claim can get it', () => {
    const members = [anInstance(), anInstance({ suspectAt: NOON })];
    const plan = planPool(aPool({ idleTarget: 2 }), { members, holding: 2 }, NOON);
    expect(createdBy(plan)).to.equal(1);
  });

  it('never boots more members at once than a machine can bear', () => {
    const plan = planPool(aPool({ idleTarget: 10, membersMax: 50 }), stockOf('warming'), NOON);
    expect(createdBy(plan)).to.equal(STARTS_IN_FLIGHT_MAX - 1);
    expect(plan.hold).to.equal('starts_in_flight');
  });

  it('creates nothing past the pool’s limit, claimed instances included', () => {
    const pool = aPool({ idleTarget: 2, membersMax: 5 });
    const plan = planPool(pool, { members: [anInstance()], holding: 5 }, NOON);
    expect(createdBy(plan)).to.equal(0);
    expect(plan.hold).to.equal('members_max');
  });

  it('creates nothing while it is paused', () => {
    const plan = planPool(aPool({ pausedAt: NOON }), stockOf(), NOON);
    expect(plan).to.deep.equal({ actions: [], hold: 'paused' });
  });

  it('holds back while the breaker is open, then lets one probe through', () => {
    const pool = aPool({ idleTarget: 3, failuresInARow: 3, breakerOpenedAt: NOON });
    expect(createdBy(planPool(pool, stockOf(), later(BREAKER_COOLDOWN_MS - 1)))).to.equal(0);
    expect(createdBy(planPool(pool, stockOf(), later(BREAKER_COOLDOWN_MS)))).to.equal(1);
    expect(createdBy(planPool(pool, stockOf('warming'), later(BREAKER_COOLDOWN_MS)))).to.equal(0);
  });

  it('gives up starting members before idle ones, and young ones before old ones', () => {
    const old = anInstance({ stateAt: NOON });
    const young = anInstance({ stateAt: later(60_000) });
    const coming = anInstance({ state: 'warming' });
    const stock = { members: [old, young, coming], holding: 3 };

    const plan = planPool(aPool({ idleTarget: 1 }), stock, NOON);

    expect(plan.actions).to.deep.equal([
      { kind: 'retire_member', instanceId: coming.id },
      { kind: 'retire_member', instanceId: young.id },
    ]);
  });

  it('never exceeds target, room or starts, whatever the pool and its stock', () => {
    const states = fc.constantFrom<InstanceState>('creating', 'warming', 'idle');
    const suspects = fc.constantFrom(null, NOON);
    const member = fc
      .tuple(states, suspects)
      .map(([state, suspectAt]): Instance => anInstance({ state, suspectAt }));
    const cases = fc.record({
      target: fc.integer({ min: 0, max: 20 }),
      spare: fc.integer({ min: 0, max: 20 }),
      members: fc.array(member, { maxLength: 25 }),
      claimed: fc.integer({ min: 0, max: 20 }),
      breakerOpenedAt: fc.constantFrom(null, NOON),
      afterMs: fc.integer({ min: 0, max: 2 * BREAKER_COOLDOWN_MS }),
    });
    fc.assert(
      fc.property(cases, ({ target, spare, members, claimed, breakerOpenedAt, afterMs }) => {
        const pool = aPool({ idleTarget: target, membersMax: target + spare, breakerOpenedAt });
        const holding = members.length + claimed;
        const plan = planPool(pool, { members, holding }, later(afterMs));
        const created = createdBy(plan);
        const retired = plan.actions.length - (created > 0 ? 1 : 0);
        const sound = members.filter(({ suspectAt }) => suspectAt === null).length;
        const starting = members.filter(({ state }) => state !== 'idle').length;

        expect(created === 0 || retired === 0).to.equal(true);
        expect(sound + created).to.be.at.most(Math.max(target, sound));
        expect(sound - retired).to.be.at.least(Math.min(target, sound));
        if (created > 0) {
          expect(holding + created).to.be.at.most(
            breakerOpenedAt === null ? pool.membersMax : holding + 1,
          );
          expect(starting + created).to.be.at.most(STARTS_IN_FLIGHT_MAX);
        }
      }),
    );
  });
});
