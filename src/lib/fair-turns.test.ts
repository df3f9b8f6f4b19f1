import { expect } from 'chai';
import { FairTurns } from './fair-turns.js';

const NEVER_MS = 60_000;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

describe('fair turns', () => {
  /** Work that ends when the test says so. */
  function jobs() {
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const work = (name: string) => (): Promise<string> => {
      begun.push(name);
      return new Promise((resolve) => {
        ends.set(name, () => {
          resolve(name);
        });
      });
    };
    /** Ends a job and lets everything follow that follows from it. */
    const end = async (name: string): Promise<void> => {
      ends.get(name)?.();
      await settled();
    };
    return { begun, work, end };
  }

  /** Everything that waits for nothing but other promises has happened. */
  function settled(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  function turns(changes: Partial<ConstructorParameters<typeof FairTurns>[0]> = {}): FairTurns {
    return new FairTurns({
      ...{ atOnce: 2, waitingPerKeyMax: 100, waitingMax: 1_000, waitMaxMs: NEVER_MS },
      refusal: () => new Error('no place'),
      ...changes,
    });
  }

  it('does so much at once and no more', async () => {
    const { begun, work, end } = jobs();
    const fair = turns();
    const all = ['a1', 'a2', 'a3'].map((name) => fair.run('a', work(name)));
    await settled();
    expect(begun).to.deep.equal(['a1', 'a2']);
    await end('a1');
    expect(begun).to.deep.equal(['a1', 'a2', 'a3']);
    await end('a2');
    await end('a3');
    expect(await Promise.all(all)).to.deep.equal(['a1', 'a2', 'a3']);
  });

  it('does one product’s single sign-up next, in the middle of another’s mass create', async () => {
    const { begun, work, end } = jobs();
    const fair = turns();
    for (let made = 1; made <= 90; made += 1) void fair.run('mass', work(`mass ${made}`));
    void fair.run('shop', work('sign-up'));
    await settled();
    expect(begun).to.deep.equal(['mass 1', 'mass 2']);
    await end('mass 1');
    await end('mass 2');
    expect(begun.slice(2)).to.deep.equal(['mass 3', 'sign-up']);
  });

  it('refuses the mass at its own bound, and the single one not', async () => {
    const { work, end, begun } = jobs();
    const fair = turns({ atOnce: 1, waitingPerKeyMax: 2 });
    const outcomes = ['1', '2', '3', '4', '5'].map((name) =>
      fair.run('mass', work(name)).then(() => 'done', messageOf),
    );
    void fair.run('shop', work('sign-up'));
    for (const name of ['1', '2', 'sign-up', '3']) await end(name);
    expect(begun).to.deep.equal(['1', '2', 'sign-up', '3']);
    expect(await Promise.all(outcomes)).to.deep.equal([
      ...['done', 'done', 'done', 'no place', 'no place'],
    ]);
  });

  it('gives up the longest line’s last one for a newcomer when all places are taken', async () => {
    const { work } = jobs();
    const fair = turns({ atOnce: 1, waitingMax: 2 });
    void fair.run('mass', work('1'));
    void fair.run('mass', work('2'));
    const last = fair.run('mass', work('3')).catch(messageOf);
    void fair.run('shop', work('sign-up'));
    expect(await last).to.equal('no place');
  });

  it('gives up who waited for too long, and goes on with the others', async () => {
    const { begun, work, end } = jobs();
    const fair = turns({ atOnce: 1, waitMaxMs: 5 });
    void fair.run('a', work('a1'));
    const late = await fair.run('b', work('b1')).catch(messageOf);
    expect(late).to.equal('no place');
    await end('a1');
    void fair.run('c', work('c1'));
    await settled();
    expect(begun).to.deep.equal(['a1', 'c1']);
  });

  it('goes on after work that failed, and tells how much runs and waits', async () => {
    const told: string[] = [];
    const fair = turns({
      atOnce: 1,
      onChange: (running, waiting) => told.push(`${running}/${waiting}`),
    });
    const failed = fair.run('a', () => Promise.reject(new Error('broken'))).catch(String);
    const next = fair.run('b', () => Promise.resolve('done'));
    expect([await failed, await next]).to.deep.equal(['Error: broken', 'done']);
    expect(told).to.include('1/1');
    expect(told.at(-1)).to.equal('0/0');
  });
});
