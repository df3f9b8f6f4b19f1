import { expect } from 'chai';
import type { Model } from './explore.js';
import { describeViolation, explore, fault, step } from './explore.js';

interface Counters {
  left: number;
  right: number;
}

/** Two counters that go up to three, each by itself. */
function counters(changes: Partial<Model<Counters>> = {}): Model<Counters> {
  return {
    initial: { left: 0, right: 0 },
    actions: [
      step(
        'left goes up',
        ({ left }) => left < 3,
        (draft) => {
          draft.left += 1;
        },
      ),
      step(
        'right goes up',
        ({ right }) => right < 3,
        (draft) => {
          draft.right += 1;
        },
      ),
    ],
    invariants: {},
    statesMax: 100,
    ...changes,
  };
}

describe('the explorer', () => {
  it('visits every state once and counts every step', () => {
    const { states, transitions, deepest, violation } = explore(counters());
    expect({ states, transitions, deepest }).to.deep.equal({
      states: 16,
      transitions: 24,
      deepest: 6,
    });
    expect(violation).to.equal(null);
  });

  it('finds a shortest way to a broken promise and shows what each step changed', () => {
    const invariants = { 'the sum stays small': ({ left, right }: Counters) => left + right < 2 };
    const { violation } = explore(counters({ invariants }));
    expect(violation && describeViolation(violation)).to.equal(
      [
        'not kept: the sum stays small',
        '  1. left goes up',
        '       left: 0 → 1',
        '  2. left goes up',
        '       left: 1 → 2',
      ].join('\n'),
    );
  });

  it('sees a broken promise in the first state', () => {
    const { violation } = explore(counters({ invariants: { never: () => false } }));
    expect(violation).to.deep.equal({ promise: 'never', steps: [] });
  });

  it('finds the state from which the goal is out of reach', () => {
    const goal = { name: 'left is even', holds: ({ left }: Counters) => left % 2 === 0 };
    const { violation } = explore(counters({ goal }));
    expect(violation?.promise).to.contain('left is even');
    expect(violation?.steps).to.have.length(3);
  });

  it('does not count on a fault to get to the goal', () => {
    const goal = { name: 'left is 3', holds: ({ left }: Counters) => left === 3 };
    const [up] = counters().actions;
    if (up === undefined) throw new Error('The counters have an action.');
    expect(explore(counters({ goal })).violation).to.equal(null);
    const actions = [fault(up.name, up.when, up.then)];
    expect(explore(counters({ goal, actions })).violation?.steps).to.deep.equal([]);
  });

  it('treats states of one key as one', () => {
    const key = ({ left, right }: Counters): string => [left, right].sort().join();
    expect(explore(counters({ key })).states).to.equal(10);
  });

  it('refuses to call a model proven that is larger than its bound', () => {
    expect(() => explore(counters({ statesMax: 15 }))).to.throw('More than 15 states');
  });
});
