import { expect } from 'chai';
import type { SeedOutcome } from './run-seed.js';
import { runSeed } from './run-seed.js';
import { shrink, tell } from './shrink.js';
import type { Flaws } from './store/database.js';

const IS_NIGHTLY = process.env['CLAWDEPLOY_NIGHTLY'] === '1';
const SEEDS = IS_NIGHTLY ? 10_000 : 150;
const ONLY_SEED = process.env['CLAWDEPLOY_SEED'];
/** Seeds that one test runs, so that a failure is near what is said of it. */
const SEEDS_PER_TEST = IS_NIGHTLY ? 500 : 50;
/** Within so many seeds a guard that is missing must be missed. */
const FLAW_SEEDS = 150;

/** Each guard that is taken away, and what then must be seen to break. */
const FLAWS: readonly { readonly title: string; readonly flaws: Flaws; readonly breaks: RegExp }[] =
  [
    {
      title: 'an idle member is taken without a lock',
      flaws: { takesWithoutLock: true },
      breaks: /second owner|fence grows|claims_one_per_instance/,
    },
    {
      title: 'live names are not unique',
      flaws: { forgetsLiveNames: true },
      breaks: /one live claim per tenant and name/,
    },
    {
      title: 'idempotency keys are not held',
      flaws: { forgetsKeys: true },
      // Whoever does not get the answer of a campaign that is their own waits for its end in vain, and
      // whoever asks how their rotation stands begins another one each time.
      breaks: /stands for two|everybody got an answer|a rotation ends/,
    },
    {
      title: 'planners have neither lease nor lock',
      flaws: { plansWithoutLock: true, grantsToAll: true },
      breaks: /no more members are made/,
    },
    {
      title: 'a pool counts its own starts alone',
      flaws: { countsOwnStartsAlone: true },
      breaks: /no more members boot than the nodes can bear/,
    },
  ];

describe('the simulator', function () {
  this.timeout(0);

  if (ONLY_SEED !== undefined) {
    it(`replays seed ${ONLY_SEED}`, async () => {
      const outcome = await runSeed({ seed: Number(ONLY_SEED) });
      process.stdout.write(`${outcome.trace.join('\n')}\n`);
      await expectKept(outcome);
    });
    return;
  }

  for (let first = 1; first <= SEEDS; first += SEEDS_PER_TEST) {
    const last = first + SEEDS_PER_TEST - 1;
    it(`keeps every promise in the worlds ${first} to ${last}`, async () => {
      for (let seed = first; seed <= last; seed += 1) await expectKept(await runSeed({ seed }));
    });
  }

  it('gives the same run for the same seed', async () => {
    const [once, again] = [await runSeed({ seed: 7 }), await runSeed({ seed: 7 })];
    expect(again.trace).to.deep.equal(once.trace);
    expect(again.steps).to.equal(once.steps);
    expect((await runSeed({ seed: 8 })).trace).to.not.deep.equal(once.trace);
  });

  for (const { title, flaws, breaks } of FLAWS) {
    it(`sees what breaks when ${title}`, async () => {
      for (let seed = 1; seed <= FLAW_SEEDS; seed += 1) {
        const { broken } = await runSeed({ seed, flaws });
        if (broken === null) continue;
        expect(broken.message).to.match(breaks);
        return;
      }
      expect.fail(`${FLAW_SEEDS} worlds showed nothing`);
    });
  }
});

/** Fails with the smallest telling of what went wrong. */
async function expectKept(outcome: SeedOutcome): Promise<void> {
  if (outcome.broken === null) return;
  expect.fail(tell(await shrink({ seed: outcome.seed }, outcome)));
}
