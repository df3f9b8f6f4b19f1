import { expect } from 'chai';
import * as fc from 'fast-check';
import { FairQueue } from './fair-queue.js';

describe('a fair queue', () => {
  function queueOf(keys: string, bounds = { perKeyMax: 1_000, max: 1_000 }): FairQueue<string> {
    const queue = new FairQueue<string>(bounds);
    Array.from(keys).forEach((key, place) => queue.offer(key, `${key}${place}`));
    return queue;
  }

  function served(queue: FairQueue<string>): string[] {
    const all: string[] = [];
    for (let item = queue.next(); item !== undefined; item = queue.next()) all.push(item);
    return all;
  }

  it('serves keys in turn and each key’s items in their order', () => {
    expect(served(queueOf('aaabbc'))).to.deep.equal(['a0', 'b3', 'c5', 'a1', 'b4', 'a2']);
  });

  it('lets a newcomer wait for one item of each other key, however many those have', () => {
    const queue = queueOf('a'.repeat(500));
    expect(queue.next()).to.equal('a0');
    queue.offer('b', 'single sign-up');
    expect([queue.next(), queue.next()]).to.deep.equal(['a1', 'single sign-up']);
  });

  it('refuses what is more than one key may have waiting', () => {
    const queue = queueOf('aab', { perKeyMax: 2, max: 10 });
    expect(queue.offer('a', 'third')).to.deep.equal({ kind: 'refused' });
    expect(queue.offer('b', 'second')).to.deep.equal({ kind: 'queued' });
  });

  it('when full takes the last place of the longest line for a newcomer', () => {
    const queue = queueOf('aaaab', { perKeyMax: 10, max: 5 });
    expect(queue.offer('a', 'more')).to.deep.equal({ kind: 'refused' });
    expect(queue.offer('c', 'newcomer')).to.deep.equal({ kind: 'queued_instead', of: 'a3' });
    expect(served(queue)).to.deep.equal(['a0', 'b4', 'newcomer', 'a1', 'a2']);
  });

  it('when full of single items refuses, for nobody has more than the newcomer would', () => {
    const queue = queueOf('abc', { perKeyMax: 10, max: 3 });
    expect(queue.offer('d', 'newcomer')).to.deep.equal({ kind: 'refused' });
  });

  it('forgets what was taken out', () => {
    const queue = queueOf('aab');
    expect([queue.remove('a', 'a0'), queue.remove('a', 'a0')]).to.deep.equal([true, false]);
    expect(queue.remove('b', 'b2')).to.equal(true);
    expect(served(queue)).to.deep.equal(['a1']);
  });

  it('never serves one key twice while another one waits, and loses nothing', () => {
    const keys = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd'), maxLength: 60 });
    fc.assert(
      fc.property(keys, (text) => {
        const waiting = new Map<string, number>();
        for (const key of text) waiting.set(key, (waiting.get(key) ?? 0) + 1);
        const items = served(queueOf(text));
        expect(items).to.have.length(text.length);
        let last = '';
        for (const item of items) {
          const key = item.charAt(0);
          const others = [...waiting].some(([other, left]) => other !== last && left > 0);
          expect(key === last && others).to.equal(false);
          waiting.set(key, (waiting.get(key) ?? 0) - 1);
          last = key;
        }
      }),
    );
  });

  it('never holds more than it may, whoever comes', () => {
    const keys = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'e'), maxLength: 60 });
    fc.assert(
      fc.property(
        keys,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        (text, perKeyMax, max) => {
          const queue = queueOf(text, { perKeyMax, max });
          expect(queue.size).to.be.at.most(max);
          expect(served(queue)).to.have.length.at.most(max);
          expect(queue.size).to.equal(0);
        },
      ),
    );
  });
});
