import { expect } from 'chai';
import type { AuditRecord } from './audit-entry.js';
import { CHAIN_START, contentOf, sealAll } from './chain.js';
import type { ChainBreak, ChainLine } from './check-chain.js';
import { checkAfter, checkEnd, checkLine } from './check-chain.js';

const NOON = new Date('2026-11-23T12:00:00.000Z');
const LENGTH = 6;

const records = Array.from({ length: LENGTH }, (_, index): AuditRecord => {
  return {
    ...{ id: 10 + index, at: NOON, actor: `product:${String(index)}`, from: null },
    ...{ action: 'instance.claim', target: 'oc-aaaaaaaaaaaa', outcome: 'done' },
    ...{ requestId: null, details: { name: 'default', n: index } },
  };
});

function chainOf(of: readonly AuditRecord[]): readonly ChainLine[] {
  return sealAll(CHAIN_START, of, NOON).map((seal, index) => {
    const record = of[index];
    if (record === undefined) throw new Error('a seal without a record');
    return { ...contentOf(record, seal), hash: seal.hash };
  });
}

const lines = chainOf(records);

describe('a check of the chain', () => {
  function brokenAt(
    given: readonly ChainLine[],
    { after = 0, anchors = [] as readonly ChainLine[] } = {},
  ): ChainBreak | null {
    let check = checkAfter(after, anchors);
    for (const line of given) check = checkLine(check, line, anchors);
    return checkEnd(check, anchors).broken;
  }

  it('finds nothing wrong with what was sealed, whole or from any line on', () => {
    for (let after = 0; after <= LENGTH; after += 1) {
      expect(brokenAt(lines.slice(after), { after, anchors: lines })).to.equal(null);
    }
  });

  it('holds whatever order the members of a line are in, and names that it does not know', () => {
    const turned = lines.map((line) => Object.fromEntries(Object.entries(line).reverse()));
    expect(brokenAt(turned as unknown as readonly ChainLine[])).to.equal(null);
  });

  it('names the line of every single change of any member', () => {
    for (const [index, line] of lines.entries()) {
      for (const name of Object.keys(line).filter((each) => each !== 'number')) {
        const forged = lines.map((each) => (each === line ? { ...line, [name]: 'x' } : each));
        expect(brokenAt(forged)?.number, name).to.equal(index + 1);
      }
      const added = lines.map((each) => (each === line ? { ...line, surprise: null } : each));
      expect(brokenAt(added)).to.deep.equal({ number: index + 1, flaw: 'changed' });
    }
  });

  it('names the place of every line that is gone, doubled or put in', () => {
    for (const [index, line] of lines.entries()) {
      const number = index + 1;
      const gone = lines.filter((each) => each !== line);
      expect(brokenAt(gone, { anchors: lines })).to.deep.equal({ number, flaw: 'missing' });
      const doubled = lines.flatMap((each) => (each === line ? [line, line] : [each]));
      expect(brokenAt(doubled)).to.deep.equal({ number, flaw: 'misplaced' });
      const renumbered = gone.map((each, place) => ({ ...each, number: place + 1 }));
      const last = { number: LENGTH, flaw: 'missing' };
      const expected = number === LENGTH ? last : { number, flaw: 'unlinked' };
      expect(brokenAt(renumbered, { anchors: lines.slice(-1) })).to.deep.equal(expected);
    }
  });

  it('names the first of any two lines that changed places', () => {
    for (let one = 0; one < LENGTH; one += 1) {
      for (let other = one + 1; other < LENGTH; other += 1) {
        const swapped = [...lines];
        [swapped[one], swapped[other]] = [lines[other], lines[one]] as [ChainLine, ChainLine];
        expect(brokenAt(swapped)).to.deep.equal({ number: one + 1, flaw: 'missing' });
      }
    }
  });

  it('tells a chain that was made anew by an anchor, and by nothing else', () => {
    const forged = chainOf(
      records.map((record) => (record.id === 12 ? { ...record, actor: 'x' } : record)),
    );
    expect(brokenAt(forged)).to.equal(null);
    const [early, late] = [lines.slice(1, 2), lines.slice(-1)];
    expect(brokenAt(forged, { anchors: early })).to.equal(null);
    expect(brokenAt(forged, { anchors: late })).to.deep.equal({ number: 6, flaw: 'rewritten' });
    const tail = forged.slice(3);
    expect(brokenAt(tail, { after: 3, anchors: lines.slice(2, 3) })?.flaw).to.equal('unlinked');
  });
});
