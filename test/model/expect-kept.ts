import { expect } from 'chai';
import type { Exploration, Model } from './explore.js';
import { describeViolation, explore } from './explore.js';

/** Fails with the way to the first broken promise, if there is one. */
export function expectKept<State>(model: Model<State>): Exploration {
  const found = explore(model);
  if (found.violation !== null) throw new Error(describeViolation(found.violation));
  return found;
}

/**
 * The other half of a proof: without a guard the same model breaks this very promise. A model that
 * finds nothing either way would prove nothing.
 */
export function expectBroken<State>(model: Model<State>, promise: string): void {
  const { violation } = explore(model);
  expect(violation?.promise, 'the promise that is broken without the guard').to.contain(promise);
}
