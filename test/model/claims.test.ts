import { claimsModel } from './claims-model.js';
import type { ClaimGuards, ClaimScenario } from './claims-state.js';
import { ALL_CLAIM_GUARDS, RACE, SECOND_THOUGHTS, UNREST } from './claims-state.js';
import { expectBroken, expectKeptAsTold } from './expect-kept.js';

describe('the model of claims', function () {
  this.timeout(300_000);

  for (const [name, scenario] of Object.entries({ RACE, UNREST, SECOND_THOUGHTS })) {
    it(`keeps every promise in every state of ${name}`, () => {
      expectKeptAsTold(name, claimsModel(ALL_CLAIM_GUARDS, scenario));
    });
  }

  it('needs the unique index on live claims', () => {
    expectTwin(RACE, 'oneLiveClaimPerName', 'a tenant has one live claim per name');
  });

  it('needs the row of the idempotency key', () => {
    expectTwin(RACE, 'idempotencyRow', 'a repeated request is not refused for its own claim');
  });

  it('needs to find, lock and take a member in one statement', () => {
    const claimsOnly = { ...RACE, others: [] };
    expectTwin(claimsOnly, 'takesUnderLock', 'no instance ever has a second owner');
  });

  it('needs to keep suspects from claims', () => {
    expectTwin(UNREST, 'sparesSuspects', 'no suspect is given away');
  });

  it('needs a pool that looks for an owner before it retires', () => {
    const promise = 'a live claim has an instance of its own tenant';
    expectTwin(UNREST, 'retiresOnlyUnowned', promise);
  });

  it('needs the state and the fence in every move', () => {
    const promise = 'a live claim has an instance of its own tenant';
    expectTwin(UNREST, 'movesCheckFence', promise);
  });

  it('needs a repetition that follows its claim', () => {
    const promise = 'a repeated request finds the instance that its claim has';
    expectTwin(UNREST, 'replayFollowsMove', promise);
  });

  it('needs a delete that follows its claim', () => {
    expectTwin(SECOND_THOUGHTS, 'deleteFollowsMove', 'an answered delete leaves no claim alive');
  });

  it('needs a move that looks for keys at the row it holds', () => {
    expectTwin(SECOND_THOUGHTS, 'moveSeesKeys', 'no accepted key is lost without a word');
  });
});

function expectTwin(scenario: ClaimScenario, without: keyof ClaimGuards, promise: string): void {
  expectBroken(claimsModel({ ...ALL_CLAIM_GUARDS, [without]: false }, scenario), promise);
}
