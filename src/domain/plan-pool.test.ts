import { expect } from 'chai';
import fc from 'fast-check';
import { NOON, aClaimedInstance, aPool, anInstance } from '../../test/support/builders.js';
import type { Instance, InstanceState } from './instance.js';
import type { PoolPlan, PoolStock, StartLimits } from './plan-pool.js';
import { BREAKER_COOLDOWN_MS, MEMBER_AGE_MAX_MS, planPool } from './plan-pool.js';
import { EARLY_DEATH_MS } from './pool.js';

const later = (ms: number): Date => new Date(NOON.getTime() + ms);

const LIMITS: StartLimits = { inFlightMax: 4, perSecond: 2, burst: 100 };

function stockOf(...states: InstanceState[]): PoolStock {
  return stockWith(states.map((state) => anInstance({ state })));
}

function stockWith(members: readonly Instance[], changes: Partial<PoolStock> = {}): PoolStock {
  return {
    members,
    waiting: [],
    holding: members.length,
    stranded: new Set(),
    successorLacks: null,
    bindingNow: 0,
    startingElsewhere: 0,
    ...changes,
  };
}

function grantedBy(plan: PoolPlan): readonly string[] {
  return plan.actions.flatMap((action) =>
    action.kind === 'grant_start' ? [action.instanceId] : [],
  );
}

function retiredBy(plan: PoolPlan): readonly string[] {
  return plan.actions.flatMap((action) =>
    action.kind === 'retire_member' ? [action.instanceId] : [],
  );
}

function createdBy(plan: PoolPlan): number {
  return plan.actions.reduce(
    (sum, action) => sum + (action.kind === 'create_members' ? action.count : 0),
    0,
  );
}

describe('planPool', () => {
  it('creates what is missing', () => {
    const plan = planPool(aPool({ idleTarget: 2 }), stockOf(), LIMITS, NOON);
    expect(plan.actions).to.deep.equal([{ kind: 'create_members', count: 2 }]);
    expect(plan.hold).to.equal(null);
    expect(plan.startTokens.tokens).to.equal(98);
  });

  it('counts members that are still coming, so that a second look creates nothing', () => {
    const plan = planPool(aPool({ idleTarget: 2 }), stockOf('creating', 'warming'), LIMITS, NOON);
    expect(plan.actions).to.be.empty;
  });

  it('replaces a claimed member after its binding, unless it was the last one', () => {
    const pool = aPool({ idleTarget: 2 });
    const bound = stockOf('idle');
    expect(createdBy(planPool(pool, bound, LIMITS, NOON))).to.equal(1);
    expect(createdBy(planPool(pool, { ...bound, bindingNow: 1 }, LIMITS, NOON))).to.equal(0);
    const last = { ...stockOf('warming'), bindingNow: 1 };
    expect(createdBy(planPool(pool, last, LIMITS, NOON))).to.equal(1);
  });

  it('replaces a suspect at once, for no claim can get it', () => {
    const members = [anInstance(), anInstance({ suspectAt: NOON })];
    const plan = planPool(aPool({ idleTarget: 2 }), stockWith(members), LIMITS, NOON);
    expect(createdBy(plan)).to.equal(1);
  });

  it('never boots more members at once than a machine can bear', () => {
    const plan = planPool(
      aPool({ idleTarget: 10, membersMax: 50 }),
      stockOf('warming'),
      LIMITS,
      NOON,
    );
    expect(createdBy(plan)).to.equal(LIMITS.inFlightMax - 1);
    expect(plan.hold).to.equal('starts_in_flight');
  });

  it('creates nothing past the pool’s limit, claimed instances included', () => {
    const pool = aPool({ idleTarget: 2, membersMax: 5 });
    const plan = planPool(pool, stockWith([anInstance()], { holding: 5 }), LIMITS, NOON);
    expect(createdBy(plan)).to.equal(0);
    expect(plan.hold).to.equal('members_max');
  });

  it('creates nothing while it is paused', () => {
    const plan = planPool(aPool({ pausedAt: NOON }), stockOf(), LIMITS, NOON);
    expect(plan).to.deep.include({ actions: [], hold: 'paused' });
  });

  it('holds back while the breaker is open, then lets one probe through', () => {
    const pool = aPool({ idleTarget: 3, failuresInARow: 3, breakerOpenedAt: NOON });
    expect(createdBy(planPool(pool, stockOf(), LIMITS, later(BREAKER_COOLDOWN_MS - 1)))).to.equal(
      0,
    );
    expect(createdBy(planPool(pool, stockOf(), LIMITS, later(BREAKER_COOLDOWN_MS)))).to.equal(1);
    expect(
      createdBy(planPool(pool, stockOf('warming'), LIMITS, later(BREAKER_COOLDOWN_MS))),
    ).to.equal(0);
    const full = stockWith([], { startingElsewhere: LIMITS.inFlightMax });
    expect(createdBy(planPool(pool, full, LIMITS, later(BREAKER_COOLDOWN_MS)))).to.equal(0);
  });

  it('gives up starting members before idle ones, and young ones before old ones', () => {
    const old = anInstance({ stateAt: NOON });
    const young = anInstance({ stateAt: later(60_000) });
    const coming = anInstance({ state: 'warming' });
    const stock = stockWith([old, young, coming]);

    const plan = planPool(aPool({ idleTarget: 1 }), stock, LIMITS, NOON);

    expect(plan.actions).to.deep.equal([
      { kind: 'retire_member', instanceId: coming.id },
      { kind: 'retire_member', instanceId: young.id },
    ]);
  });

  it('starts whoever is waited for before anything for the stock', () => {
    const ungranted = { state: 'creating', startGrantedAt: null } as const;
    const first = aClaimedInstance({ ...ungranted, createdAt: NOON });
    const second = aClaimedInstance({ ...ungranted, createdAt: later(1) });
    const stock = stockWith([anInstance({ state: 'warming' })], {
      ...{ waiting: [second, first], holding: 3 },
    });
    const pool = aPool({ idleTarget: 3 });

    const one = planPool(pool, stock, { ...LIMITS, inFlightMax: 2 }, NOON);
    expect(grantedBy(one)).to.deep.equal([first.id]);
    expect(createdBy(one)).to.equal(0);
    expect(one.hold).to.equal('starts_in_flight');

    const all = planPool(pool, stock, { ...LIMITS, inFlightMax: 9 }, NOON);
    expect(grantedBy(all)).to.deep.equal([first.id, second.id]);
    expect(createdBy(all)).to.equal(2);
    expect(all.startTokens.tokens).to.equal(96);
  });

  it('paces starts, so that members which die at once cannot become a storm', () => {
    const pool = aPool({ idleTarget: 5, startTokens: { tokens: 1, at: NOON } });
    const limits = { inFlightMax: 100, perSecond: 2, burst: 10 };
    const plan = planPool(pool, stockOf(), limits, NOON);
    expect(createdBy(plan)).to.equal(1);
    expect(plan.hold).to.equal('starts_paced');
    expect(createdBy(planPool(pool, stockOf(), limits, later(1_000)))).to.equal(3);
  });

  it('never probes again once the configuration was refused', () => {
    const pool = aPool({ idleTarget: 3, breakerOpenedAt: NOON, isBreakerFinal: true });
    const plan = planPool(pool, stockOf(), LIMITS, later(100 * BREAKER_COOLDOWN_MS));
    expect(createdBy(plan)).to.equal(0);
    expect(plan.hold).to.equal('breaker_open');
  });

  it('replaces an old member before it goes', () => {
    const old = anInstance();
    const now = later(MEMBER_AGE_MAX_MS + 1);
    const pool = aPool({ idleTarget: 1 });

    const before = planPool(pool, stockWith([old]), LIMITS, now);
    expect(createdBy(before)).to.equal(1);
    expect(retiredBy(before)).to.deep.equal([]);

    const coming = anInstance({ state: 'warming', createdAt: now });
    expect(planPool(pool, stockWith([old, coming]), LIMITS, now).actions).to.deep.equal([]);

    const fresh = anInstance({ createdAt: now });
    const after = planPool(pool, stockWith([old, fresh]), LIMITS, now);
    expect(retiredBy(after)).to.deep.equal([old.id]);
  });

  it('lets a superseded pool run out as its successor fills, and makes nothing for it', () => {
    const members = [anInstance(), anInstance(), anInstance()];
    const pool = aPool({ idleTarget: 0, supersededBy: aPool().id });
    const planAt = (successorLacks: number): PoolPlan =>
      planPool(pool, stockWith(members, { successorLacks }), LIMITS, NOON);

    expect(planAt(5).actions).to.deep.equal([]);
    expect(retiredBy(planAt(1))).to.have.length(2);
    expect(retiredBy(planAt(0))).to.have.length(3);
    expect(createdBy(planPool(pool, stockWith([], { successorLacks: 4 }), LIMITS, NOON))).to.equal(
      0,
    );
  });

  it('keeps a superseded pool at its target while no other serves in its place', () => {
    const pool = aPool({ idleTarget: 2, supersededBy: aPool({ openclawVersion: '9' }).id });
    const stock = stockWith([anInstance()], { successorLacks: null });
    expect(createdBy(planPool(pool, stock, LIMITS, NOON))).to.equal(1);
  });

  it('replaces members on a closed node, and gives them up as their replacements come', () => {
    const [one, two] = [anInstance(), anInstance()];
    const stranded = new Set([one.id, two.id]);
    const pool = aPool({ idleTarget: 2 });

    const closed = planPool(pool, stockWith([one, two], { stranded }), LIMITS, NOON);
    expect(createdBy(closed)).to.equal(2);
    expect(retiredBy(closed)).to.deep.equal([]);

    const replaced = [anInstance(), anInstance({ state: 'warming' })];
    const half = planPool(pool, stockWith([one, two, ...replaced], { stranded }), LIMITS, NOON);
    expect(retiredBy(half)).to.deep.equal([one.id]);
    expect(createdBy(half)).to.equal(0);
  });

  it('takes members back whose node opened again, and gives up what is too much then', () => {
    const back = [anInstance(), anInstance()];
    const coming = anInstance({ state: 'warming' });
    const plan = planPool(aPool({ idleTarget: 2 }), stockWith([...back, coming]), LIMITS, NOON);
    expect(retiredBy(plan)).to.deep.equal([coming.id]);
  });

  it('gives up members on a closed node when they leave no room for their replacements', () => {
    const [one, two] = [anInstance(), anInstance()];
    const stranded = new Set([one.id, two.id]);
    const pool = aPool({ idleTarget: 1, membersMax: 5 });
    const stock = stockWith([one, two], { stranded, holding: 5 });
    const plan = planPool(pool, stock, LIMITS, NOON);
    expect(retiredBy(plan)).to.deep.equal([one.id]);
    expect(createdBy(plan)).to.equal(0);
  });

  it('replaces old members of a full pool one at a time, and never the last idle one', () => {
    const pool = aPool({ idleTarget: 3, membersMax: 3 });
    const old = [anInstance({ createdAt: later(-1) }), anInstance(), anInstance()];
    const now = later(MEMBER_AGE_MAX_MS + 1);
    expect(retiredBy(planPool(pool, stockWith(old), LIMITS, now))).to.deep.equal([old[0]?.id]);

    const coming = anInstance({ state: 'warming', createdAt: now });
    const oneGone = stockWith([...old.slice(1), coming]);
    expect(planPool(pool, oneGone, LIMITS, now).actions).to.deep.equal([]);

    const alone = stockWith(old.slice(0, 1), { holding: 3 });
    expect(retiredBy(planPool(pool, alone, LIMITS, now))).to.deep.equal([]);
    const paused = aPool({ ...pool, pausedAt: NOON });
    expect(retiredBy(planPool(paused, stockWith(old), LIMITS, now))).to.deep.equal([]);
  });

  it('shares the starts of a node with the other pools of its node pool', () => {
    const pool = aPool({ idleTarget: 10, membersMax: 50 });
    const plan = planPool(pool, stockWith([], { startingElsewhere: 3 }), LIMITS, NOON);
    expect(createdBy(plan)).to.equal(LIMITS.inFlightMax - 3);
    expect(plan.hold).to.equal('starts_in_flight');
  });

  it('says that there is no place, in the scheduler’s words, unless something weightier holds it', () => {
    const blockedBy = 'memory exhausted on 1 node';
    const stock = stockWith([anInstance({ state: 'warming', blockedBy })]);
    const held = { hold: 'no_place', holdReason: blockedBy };
    const pool = aPool({ idleTarget: 1 });
    expect(planPool(pool, stock, LIMITS, NOON)).to.include(held);
    const short = aPool({ idleTarget: 3, pausedAt: NOON });
    expect(planPool(short, stock, LIMITS, NOON)).to.include({ hold: 'paused', holdReason: null });
  });

  it('trusts starts again once a member has outlived the last one that died early', () => {
    const pool = aPool({ diedEarlyAt: NOON, breakerOpenedAt: NOON, failuresInARow: 3 });
    const survivor = anInstance({ stateAt: later(1) });
    const closes = (of: typeof pool, member: Instance, ms: number): boolean =>
      planPool(of, stockWith([member, member]), LIMITS, later(ms)).actions.some(
        ({ kind }) => kind === 'close_breaker',
      );
    expect(closes(pool, survivor, EARLY_DEATH_MS)).to.equal(false);
    expect(closes(pool, survivor, EARLY_DEATH_MS + 1)).to.equal(true);
    expect(closes(pool, anInstance({ stateAt: NOON }), 2 * EARLY_DEATH_MS)).to.equal(false);
    const final = { ...pool, isBreakerFinal: true };
    expect(closes(final, survivor, EARLY_DEATH_MS + 1)).to.equal(false);
  });

  it('never exceeds target, room or starts, whatever the pool and its stock', () => {
    const states = fc.constantFrom<InstanceState>('creating', 'warming', 'idle');
    const suspects = fc.constantFrom(null, NOON);
    const member = fc
      .tuple(states, suspects, fc.boolean())
      .map(([state, suspectAt, isStranded]) => {
        return { instance: anInstance({ state, suspectAt }), isStranded };
      });
    const cases = fc.record({
      target: fc.integer({ min: 0, max: 20 }),
      spare: fc.integer({ min: 0, max: 20 }),
      members: fc.array(member, { maxLength: 25 }),
      claimed: fc.integer({ min: 0, max: 20 }),
      startingElsewhere: fc.integer({ min: 0, max: 6 }),
      breakerOpenedAt: fc.constantFrom(null, NOON),
      afterMs: fc.integer({ min: 0, max: 2 * BREAKER_COOLDOWN_MS }),
    });
    fc.assert(
      fc.property(cases, ({ target, spare, members: made, claimed, ...given }) => {
        const { breakerOpenedAt, afterMs, startingElsewhere } = given;
        const pool = aPool({ idleTarget: target, membersMax: target + spare, breakerOpenedAt });
        const members = made.map(({ instance }) => instance);
        const stranded = new Set(
          made.flatMap(({ instance, isStranded }) => (isStranded ? [instance.id] : [])),
        );
        const holding = members.length + claimed;
        const stock = stockWith(members, { holding, stranded, startingElsewhere });
        const plan = planPool(pool, stock, LIMITS, later(afterMs));
        const created = createdBy(plan);
        const isSound = ({ id, suspectAt }: Instance): boolean =>
          suspectAt === null && !stranded.has(id);
        const soundIds = members.filter(isSound).map(({ id }) => id);
        const sound = soundIds.length;
        const retired = retiredBy(plan).filter((id) => soundIds.some((one) => one === id)).length;
        const starting = members.filter(({ state }) => state !== 'idle').length;

        expect(created === 0 || retired === 0).to.equal(true);
        expect(sound + created).to.be.at.most(Math.max(target, sound));
        expect(sound - retired).to.be.at.least(Math.min(target, sound));
        if (created > 0) {
          expect(holding + created).to.be.at.most(
            breakerOpenedAt === null ? pool.membersMax : holding + 1,
          );
          expect(starting + startingElsewhere + created).to.be.at.most(LIMITS.inFlightMax);
        }
      }),
    );
  });
});
