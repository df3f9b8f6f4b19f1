import { expectBroken, expectKept, expectKeptAsTold } from './expect-kept.js';
import { refillModel } from './refill-model.js';
import type { RefillGuards, RefillScenario } from './refill-state.js';
import { ALL_REFILL_GUARDS, DEMAND, LEFT_OVERS, PURGED } from './refill-state.js';

const SWEEPS_RIGHT = 'the sweeper does nothing that it must not do';
const CREATES_RIGHT = 'no more is created than the target and what left the stock';

describe('the model of refilling and sweeping', function () {
  this.timeout(300_000);

  for (const [name, scenario] of Object.entries({ DEMAND, LEFT_OVERS, PURGED })) {
    it(`keeps every promise in every state of ${name}`, () => {
      expectKeptAsTold(name, refillModel(ALL_REFILL_GUARDS, scenario));
    });
  }

  it("needs the lock of the pool's row in planning", () => {
    expectTwin(DEMAND, ['plansUnderLock'], CREATES_RIGHT);
  });

  it("needs to count rows, for Nomad's list lags", () => {
    expectTwin(DEMAND, ['countsRows'], CREATES_RIGHT);
  });

  it('needs the grace before the sweeper acts', () => {
    expectTwin(LEFT_OVERS, ['waitsForGrace'], SWEEPS_RIGHT);
  });

  it("needs a grace that is longer than the lag of Nomad's list", () => {
    expectTwin(LEFT_OVERS, ['listLagsLessThanGrace'], SWEEPS_RIGHT);
  });

  it('keeps its promises by the grace alone, in whatever order the sweeper looks', () => {
    expectKept(refillModel(without(['looksOutsideFirst', 'looksAgain']), LEFT_OVERS));
  });

  it('needs the mark on a job, and the name of our installation', () => {
    const promise = "no stranger's job is ever stopped";
    expectTwin(LEFT_OVERS, ['asksForMark'], promise);
    expectTwin(LEFT_OVERS, ['asksForInstallation'], promise);
  });

  it('needs a sweeper that clears away what no row accounts for', () => {
    const starts = { ...LEFT_OVERS, hasStrangers: false };
    expectTwin(starts, ['clearsLeftOvers'], 'the stock is full and alive');
  });

  it('needs a sweeper that fails rows whose job is gone', () => {
    expectTwin(PURGED, ['failsLost'], 'the stock is full and alive');
  });
});

function expectTwin(
  scenario: RefillScenario,
  taken: readonly (keyof RefillGuards)[],
  promise: string,
): void {
  expectBroken(refillModel(without(taken), scenario), promise);
}

function without(taken: readonly (keyof RefillGuards)[]): RefillGuards {
  return { ...ALL_REFILL_GUARDS, ...Object.fromEntries(taken.map((guard) => [guard, false])) };
}
