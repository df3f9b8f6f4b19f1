import { expect } from 'chai';
import fc from 'fast-check';
import { NOON } from '../../../test/support/builders.js';
import type { Demand } from './demand.js';
import { dispersion, largestBurst, ratePerSecond } from './demand.js';
import { membersFor, stockOutShare } from './stock-out.js';
import { memberDeadlineMs } from './member-deadline.js';
import type { PoolOverride } from './schedule.js';
import { activeFloor, checkOverride } from './schedule.js';
import type { SizingInput } from './size-pool.js';
import { HOLD_MS, LOWER_EVERY_MS, sizePool } from './size-pool.js';

const later = (ms: number): Date => new Date(NOON.getTime() + ms);

function demandOf(perBucket: (bucket: number) => number): Demand {
  const arrivals = Array.from({ length: 360 }, (_, bucket) => perBucket(bucket));
  return { bucketMs: 10_000, arrivals, lastBucketAgeMs: 10_000 };
}

const QUIET = demandOf(() => 0);

describe('stockOutShare', () => {
  it('gives the values of the Poisson tables', () => {
    expect(stockOutShare(1, 1)).to.be.closeTo(0.632_120_559, 1e-9);
    expect(stockOutShare(5, 1)).to.be.closeTo(0.003_659_847, 1e-9);
    expect(stockOutShare(10, 5)).to.be.closeTo(0.031_828_057, 1e-9);
    expect(stockOutShare(5, 10)).to.be.closeTo(0.970_747_312, 1e-9);
    expect(stockOutShare(0, 3)).to.equal(1);
    expect(stockOutShare(3, 0)).to.equal(0);
  });

  it('falls with each member and rises with the load, up to a thousand of each', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0.01, max: 1_000, noNaN: true }),
        (members, load) => {
          const share = stockOutShare(members, load);
          expect(share).to.be.within(0, 1 + 1e-9);
          expect(stockOutShare(members + 1, load)).to.be.at.most(share + 1e-9);
          expect(stockOutShare(members, load * 1.1)).to.be.at.least(share - 1e-9);
        },
      ),
    );
  });

  it('is met by the smallest pool that can', () => {
    for (const load of [0.5, 1, 7.5, 22.5, 90, 300]) {
      const members = membersFor(load, 0.001, 1_000);
      expect(stockOutShare(members, load)).to.be.at.most(0.001);
      expect(stockOutShare(members - 1, load)).to.be.greaterThan(0.001);
    }
    expect(membersFor(300, 0.001, 50)).to.equal(50);
    expect(membersFor(0, 0.001, 50)).to.equal(0);
  });
});

describe('demand', () => {
  it('rises within two minutes and is believed to fall after fifteen', () => {
    const rising = demandOf((bucket) => (bucket >= 348 ? 10 : 0));
    const fallen = demandOf((bucket) => (bucket >= 270 && bucket < 348 ? 10 : 0));
    expect(ratePerSecond(rising)).to.be.closeTo(1, 1e-9);
    expect(ratePerSecond(fallen)).to.be.greaterThan(0.8);
    expect(ratePerSecond(QUIET)).to.equal(0);
  });

  it('takes a single claim after a silence for what it is', () => {
    const single = demandOf((bucket) => (bucket === 359 ? 1 : 0));
    expect(ratePerSecond(single)).to.be.at.most(1 / 60);
    expect(largestBurst(single)).to.equal(1);
  });

  it('sees a group of claims, and none in ordinary Poisson arrivals', () => {
    expect(largestBurst(demandOf((bucket) => (bucket === 100 ? 40 : 0)))).to.be.within(38, 40);
    expect(largestBurst(demandOf(() => 10))).to.equal(0);
    expect(largestBurst({ bucketMs: 10_000, arrivals: [], lastBucketAgeMs: 0 })).to.equal(0);
  });
});

describe('dispersion', () => {
  it('is the size of the groups that claims come in', () => {
    expect(dispersion(QUIET)).to.equal(1);
    expect(dispersion(demandOf(() => 3))).to.equal(1);
    expect(dispersion(demandOf((bucket) => (bucket % 36 === 0 ? 12 : 0)))).to.be.closeTo(11.7, 0.1);
  });
});

describe('memberDeadlineMs', () => {
  it('follows the slowest boots that were measured, within bounds', () => {
    expect(memberDeadlineMs([])).to.equal(240_000);
    expect(memberDeadlineMs([10, 10, 10, 10])).to.equal(240_000);
    expect(memberDeadlineMs([9_000, 9_000, 9_000, 9_000, 9_000])).to.equal(60_000);
    expect(memberDeadlineMs([10_000, 12_000, 30_000, 11_000, 9_000])).to.equal(90_000);
    expect(memberDeadlineMs([1, 1, 1, 1, 200_000])).to.equal(240_000);
  });
});

describe('an override', () => {
  const morning: PoolOverride = {
    ...{ cron: '0 8 * * 1-5', timeZone: 'Europe/Paris', forMinutes: 120, idleFloor: 9 },
  };
  const at = (instant: string): number => activeFloor([morning], new Date(instant));

  it('is in force from its beginning for so many minutes, on its days', () => {
    expect(at('2026-11-23T06:59:59Z')).to.equal(0);
    expect(at('2026-11-23T07:00:00Z')).to.equal(9);
    expect(at('2026-11-23T08:59:59Z')).to.equal(9);
    expect(at('2026-11-23T09:00:00Z')).to.equal(0);
    expect(at('2026-11-22T07:30:00Z')).to.equal(0);
  });

  it('follows daylight saving', () => {
    expect(at('2026-07-01T06:30:00Z')).to.equal(9);
    expect(at('2026-07-01T08:30:00Z')).to.equal(0);
  });

  it('yields to a higher one that is in force too', () => {
    const always = { ...morning, cron: '* * * * *', forMinutes: 5, idleFloor: 12 };
    expect(activeFloor([morning, always], new Date('2026-11-23T07:30:00Z'))).to.equal(12);
  });

  it('is told what is wrong with it', () => {
    expect(checkOverride(morning)).to.equal(null);
    expect(checkOverride({ ...morning, cron: 'every day' })).to.include('five cron fields');
    expect(checkOverride({ ...morning, cron: '0 0 8 * * 1-5' })).to.include('five cron fields');
    expect(checkOverride({ ...morning, timeZone: 'Mars/Base' })).to.include('not a time zone');
    expect(checkOverride({ ...morning, forMinutes: 0 })).to.include('forMinutes');
    expect(checkOverride({ ...morning, idleFloor: -1 })).to.include('idleFloor');
  });
});

describe('sizePool', () => {
  function size(changes: Partial<SizingInput> = {}, now = NOON) {
    return sizePool(
      {
        demand: QUIET,
        refillMs: 20_000,
        bounds: { idleFloor: 2, idleCeiling: 100 },
        overrides: [],
        stockOutGoal: 0.001,
        current: { idleTarget: 2, raisedAt: null },
        ...changes,
      },
      now,
    );
  }

  it('keeps the floor while nobody asks, and never leaves its bounds', () => {
    expect(size().idleTarget).to.equal(2);
    const busy = { demand: demandOf(() => 400) };
    expect(size(busy)).to.include({ idleTarget: 100, isCapped: true });
    const fixed = { ...busy, bounds: { idleFloor: 2, idleCeiling: 2 } };
    expect(size(fixed).idleTarget).to.equal(2);
  });

  it('rises at once to what the load asks for, and says what it predicts', () => {
    const plan = size({ demand: demandOf(() => 5) });
    expect(plan).to.include({ idleTarget: 22, offeredLoad: 10, startsWanted: 15 });
    expect(plan.predictedStockOut).to.be.at.most(0.001);
    expect(plan.raisedAt).to.deep.equal(NOON);
  });

  it('provides for groups that come often', () => {
    const grouped = demandOf((bucket) => (bucket % 10 === 0 ? 20 : 0));
    expect(size({ demand: grouped }).idleTarget).to.be.greaterThan(
      size({ demand: demandOf(() => 2) }).idleTarget + 20,
    );
  });

  it('falls only after a while, and then by a quarter a minute', () => {
    const current = { idleTarget: 40, raisedAt: NOON };
    expect(size({ current }, later(HOLD_MS - 1)).idleTarget).to.equal(40);

    const first = size({ current }, later(HOLD_MS));
    expect(first.idleTarget).to.equal(30);
    const { idleTarget, raisedAt } = first;
    const soon = { current: { idleTarget, raisedAt } };
    expect(size(soon, later(HOLD_MS + LOWER_EVERY_MS - 1)).idleTarget).to.equal(30);
    expect(size(soon, later(HOLD_MS + LOWER_EVERY_MS)).idleTarget).to.equal(23);
  });

  it('asks for the higher floor while an override is in force', () => {
    const overrides = [{ cron: '* * * * *', timeZone: 'UTC', forMinutes: 5, idleFloor: 7 }];
    expect(size({ overrides }).idleTarget).to.equal(7);
  });
});
