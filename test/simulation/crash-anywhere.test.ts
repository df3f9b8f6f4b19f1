import { expect } from 'chai';
import { TROUBLES } from './core/fault-plan.js';
import { runSeed } from './run-seed.js';
import { tell } from './shrink.js';

const IS_NIGHTLY = process.env['CLAWDEPLOY_NIGHTLY'] === '1';
/** A world in which claims come at once, wait, set keys and delete. */
const SEED = 1;
/** Steps between two that a process is killed before; each single one at night. */
const STRIDE = IS_NIGHTLY ? 1 : 151;

/**
 * The same quiet world again and again, each time with one process killed one step later: between
 * any two things that an API or a controller does, it may end, and every promise is kept.
 */
describe('a crash at any await', function () {
  this.timeout(0);

  it('loses nothing and doubles nothing', async () => {
    const quiet = { seed: SEED, without: new Set(TROUBLES) };
    const calm = await runSeed(quiet);
    expect(calm.broken, tell(calm)).to.equal(null);
    expect(calm.claims).to.be.greaterThan(1);
    for (let crashAtStep = 1; crashAtStep <= calm.mortalSteps; crashAtStep += STRIDE) {
      const outcome = await runSeed({ ...quiet, crashAtStep });
      if (outcome.broken === null) continue;
      expect.fail(`killed at step ${crashAtStep}: ${tell(outcome)}`);
    }
  });
});
