import { expect } from 'chai';
import type { FaultCode } from '../../src/errors/index.js';
import { Fault } from '../../src/errors/index.js';

/** Waits for `call` to fail with the fault `code` and returns it; anything else fails the test. */
export async function expectFault(code: FaultCode, call: Promise<unknown>): Promise<Fault> {
  const outcome: unknown = await call.then(
    (value) => value,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Fault)) {
    throw new Error(`expected the fault ${code}, got ${String(outcome)}`, { cause: outcome });
  }
  expect(outcome.code, outcome.message).to.equal(code);
  return outcome;
}
