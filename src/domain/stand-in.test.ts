import { expect } from 'chai';
import { NOON, aPool } from '../../test/support/builders.js';
import type { InstanceState } from './instance.js';
import type { Pool } from './pool.js';
import { standInFor } from './stand-in.js';

const NONE: ReadonlyMap<InstanceState, number> = new Map();
const ONE_IDLE: ReadonlyMap<InstanceState, number> = new Map([['idle', 1]]);
const offered = aPool({ openclawVersion: '3' });
const former = (version: string, days: number, changes: Partial<Pool> = {}): Pool =>
  aPool({
    openclawVersion: version,
    supersededBy: offered.id,
    supersededAt: new Date(NOON.getTime() + days * 24 * 3600 * 1000),
    ...changes,
  });

describe('standInFor', () => {
  it('needs nobody once a member of the new version has come up', () => {
    expect(standInFor(offered, ONE_IDLE, [offered, former('2', 2)])).to.equal(null);
    expect(standInFor(offered, new Map([['ready', 1]]), [former('2', 2)])).to.equal(null);
  });

  it('names the version that was superseded last until then', () => {
    const last = former('2', 2);
    expect(standInFor(offered, NONE, [former('1', 1), last, offered])).to.equal(last);
    const coming = new Map<InstanceState, number>([['warming', 2]]);
    expect(standInFor(offered, coming, [last])).to.equal(last);
  });

  it('names it again when the breaker opens later, or when somebody pauses the new version', () => {
    const last = former('2', 2);
    const broken = { ...offered, breakerOpenedAt: NOON };
    expect(standInFor(broken, ONE_IDLE, [broken, last])).to.equal(last);
    expect(standInFor({ ...offered, pausedAt: NOON }, ONE_IDLE, [last])).to.equal(last);
  });

  it('passes over versions whose own starts are stopped, and over other offers', () => {
    const good = former('1', 1);
    const bad = former('2', 2, { breakerOpenedAt: NOON });
    const other = aPool({ sizeClass: 'm', supersededBy: aPool({ sizeClass: 'm' }).id });
    expect(standInFor(offered, NONE, [good, bad, other, aPool()])).to.equal(good);
    expect(standInFor(offered, NONE, [bad, other])).to.equal(null);
  });

  it('prefers a version that starts to a later one that never did', () => {
    const good = former('1', 1);
    const failing = former('2', 2, { failuresInARow: 1 });
    expect(standInFor(offered, NONE, [failing, good])).to.equal(good);
  });

  it('names one whose breaker may close again when nothing else is left to serve', () => {
    const broken = { ...offered, breakerOpenedAt: NOON };
    const last = former('2', 2, { breakerOpenedAt: NOON });
    const hopeless = former('3', 3, { breakerOpenedAt: NOON, isBreakerFinal: true });
    const paused = former('4', 4, { pausedAt: NOON });
    expect(standInFor(broken, NONE, [hopeless, paused, last])).to.equal(last);
    expect(standInFor(broken, NONE, [hopeless, paused])).to.equal(null);
  });

  it('needs nobody for a version that keeps no stock, for only a claim would start it', () => {
    const onDemand = { ...offered, idleTarget: 0 };
    expect(standInFor(onDemand, NONE, [onDemand, former('2', 2)])).to.equal(null);
  });
});
