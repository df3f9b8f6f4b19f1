import { expect } from 'chai';
import type { Refusal } from './refusal-tally.js';
import { RefusalTally, TALLY_LIMITS } from './refusal-tally.js';

const NOON = new Date('2026-11-23T12:00:00.000Z');
const CODES = ['unauthenticated', 'forbidden', 'instance_unknown', 'pool_empty'] as const;

function aRefusal(changes: Partial<Refusal> = {}): Refusal {
  return {
    ...{ actor: 'product:shop', from: '192.0.2.7', action: 'claimInstance', target: null },
    ...{ code: 'forbidden', requestId: 'req-1' },
    ...changes,
  };
}

describe('a tally of refusals', () => {
  function entriesOf(refusals: readonly Refusal[]) {
    const tally = new RefusalTally();
    for (const refusal of refusals) tally.add(refusal);
    return tally.entries(NOON);
  }

  it('keeps a single one as it was', () => {
    expect(entriesOf([aRefusal({ target: 'oc-aaaaaaaaaaaa' })])).to.deep.equal([
      {
        ...{ at: NOON, actor: 'product:shop', from: '192.0.2.7', action: 'claimInstance' },
        ...{ target: 'oc-aaaaaaaaaaaa', outcome: 'refused', requestId: 'req-1' },
        details: { code: 'forbidden', count: 1 },
      },
    ]);
  });

  it('counts what is alike in one line, which then names no request', () => {
    const [entry, ...others] = entriesOf([aRefusal(), aRefusal({ requestId: 'req-2' })]);
    expect(entry).to.deep.include({ requestId: null, details: { code: 'forbidden', count: 2 } });
    expect(others).to.deep.equal([]);
  });

  it('sums up one address that tries many things, and leaves room for others', () => {
    const many = Array.from({ length: 50 }, (_, n) => aRefusal({ action: `act${String(n)}` }));
    const entries = entriesOf([...many, aRefusal({ from: '192.0.2.8' })]);

    expect(entries.filter(({ from }) => from === '192.0.2.7')).to.have.length(11);
    const summed = entries.find(({ action }) => action === 'various');
    expect(summed).to.deep.include({ from: '192.0.2.7', actor: 'various', target: 'various' });
    expect(summed?.details).to.deep.equal({ code: 'forbidden', count: 40 });
    expect(entries.filter(({ from }) => from === '192.0.2.8')).to.have.length(1);
  });

  it('sums up by code what comes from too many addresses', () => {
    const many = Array.from({ length: 1_000 }, (_, n) => aRefusal({ from: `10.0.0.${String(n)}` }));
    const entries = entriesOf(many);

    expect(entries).to.have.length(30 + 15 + 1);
    expect(entries.at(-1)).to.deep.include({ from: null, actor: 'various' });
    expect(entries.at(-1)?.details).to.deep.equal({ code: 'forbidden', count: 955 });
  });

  it('loses none and stays bounded, whatever comes in whatever order', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const next = numbersFrom(seed);
      const refusals = Array.from({ length: next(400) }, () =>
        aRefusal({
          from: next(10) === 0 ? null : `10.0.0.${String(next(40))}`,
          action: `act${String(next(8))}`,
          target: `oc-${String(next(5))}`,
          code: CODES[next(CODES.length)] ?? 'forbidden',
        }),
      );
      const entries = entriesOf(refusals);
      const counted = entries.reduce((sum, { details }) => sum + Number(details['count']), 0);

      expect(counted, `seed ${String(seed)}`).to.equal(refusals.length);
      const { preciseMax, addressesMax } = TALLY_LIMITS;
      expect(entries.length).to.be.at.most(preciseMax + addressesMax + CODES.length);
      for (const code of CODES) {
        const of = entries.filter(({ details }) => details['code'] === code);
        const sum = of.reduce((total, { details }) => total + Number(details['count']), 0);
        expect(sum).to.equal(refusals.filter((each) => each.code === code).length);
      }
    }
  });
});

/** Whole numbers below a bound, the same ones for the same seed. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}
