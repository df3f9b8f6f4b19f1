import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exploration, Model } from './explore.js';
import { describeViolation, explore } from './explore.js';

const PAGE = join(import.meta.dirname, '..', '..', 'docs', 'model.md');

/** Fails with the way to the first broken promise, if there is one. */
export function expectKept<State>(model: Model<State>): Exploration {
  const found = explore(model);
  if (found.violation !== null) throw new Error(describeViolation(found.violation));
  return found;
}

/** The same, and docs/model.md tells the figures of this very exploration. */
export function expectKeptAsTold<State>(scenario: string, model: Model<State>): void {
  const { states, transitions, deepest } = expectKept(model);
  const told = readFileSync(PAGE, 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .find((cells) => cells.includes(`\`${scenario}\``));
  expect(told?.slice(-4, -1), `the figures of ${scenario} in docs/model.md`).to.deep.equal(
    [states, transitions, deepest].map(String),
  );
}

/**
 * The other half of a proof: without a guard the same model breaks this very promise. A model that
 * finds nothing either way would prove nothing.
 */
export function expectBroken<State>(model: Model<State>, promise: string): void {
  const { violation } = explore(model);
  expect(violation?.promise, 'the promise that is broken without the guard').to.contain(promise);
}
