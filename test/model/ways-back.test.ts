import { expectBroken, expectKeptAsTold } from './expect-kept.js';
import type { WaysBackGuards, WaysBackScenario } from './ways-back-model.js';
import { ALL_WAYS_BACK_GUARDS, IN_AND_OUT, WAYS_BACK, waysBackModel } from './ways-back-model.js';

const ENDS_ONE = 'a restart ends one process';
const LETS_IN = 'who is ready lets its owner in';

describe('the model of ways back to ready', function () {
  this.timeout(120_000);

  it('keeps every promise in every state of WAYS_BACK', () => {
    expectKeptAsTold('WAYS_BACK', waysBackModel(ALL_WAYS_BACK_GUARDS));
  });

  it('keeps every promise in every state of IN_AND_OUT, without a lease', () => {
    expectKeptAsTold('IN_AND_OUT', waysBackModel(without('holdsLease'), IN_AND_OUT));
  });

  it('needs to write down which process is to end before it is told to', () => {
    expectTwin(WAYS_BACK, ENDS_ONE, 'marksFirst');
  });

  it('needs to ask the scheduler whether it has the order already', () => {
    expectTwin(WAYS_BACK, ENDS_ONE, 'asksForOrders');
  });

  it('needs the lease: an order that comes late ends the process that took the place', () => {
    expectTwin(WAYS_BACK, ENDS_ONE, 'holdsLease');
  });

  it('needs to wait for the revision before the proof', () => {
    expectTwin(WAYS_BACK, LETS_IN, 'awaitsRevision');
  });

  it('needs to prove what the row still says, where a lease was lost', () => {
    expectTwin(IN_AND_OUT, LETS_IN, 'holdsLease', 'provesWhatItSaw');
  });
});

function expectTwin(
  scenario: WaysBackScenario,
  promise: string,
  ...taken: readonly (keyof WaysBackGuards)[]
): void {
  expectBroken(waysBackModel(without(...taken), scenario), promise);
}

function without(...taken: readonly (keyof WaysBackGuards)[]): WaysBackGuards {
  const switched = Object.fromEntries(taken.map((guard) => [guard, false]));
  return { ...ALL_WAYS_BACK_GUARDS, ...switched };
}
