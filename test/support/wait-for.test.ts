import { expect } from 'chai';
import { waitFor } from './wait-for.js';

describe('waitFor', () => {
  it('returns what the condition gives as soon as it gives something', async () => {
    const answers = [null, undefined, false, 0];
    const seen = await waitFor(() => answers.shift(), {
      withinMs: 5_000,
      describe: 'zero',
      everyMs: 1,
    });
    expect(seen).to.equal(0);
  });

  it('takes a failing condition for one that does not hold yet', async () => {
    let looks = 0;
    const seen = await waitFor(
      () => {
        looks += 1;
        if (looks < 3) throw new Error('refused');
        return looks;
      },
      { withinMs: 5_000, describe: 'the third look', everyMs: 1 },
    );
    expect(seen).to.equal(3);
  });

  it('says what it waited for, and why not, when time is up', async () => {
    const failure = await failureOf(
      waitFor(() => Promise.reject(new Error('refused')), { withinMs: 20, describe: 'Godot' }),
    );
    expect(failure.message).to.equal('gave up waiting for Godot after 20 ms');
    expect(failure.cause).to.have.property('message', 'refused');
  });

  it('gives up on a look that never returns', async () => {
    const failure = await failureOf(
      waitFor(() => new Promise<never>(() => undefined), { withinMs: 20, describe: 'silence' }),
    );
    expect(failure.message).to.include('silence');
  });
});

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as Error,
  );
}
