import { bindingModel } from './binding-model.js';
import type { BindingGuards, BindingScenario } from './binding-state.js';
import { ALL_BINDING_GUARDS, REUSED_PORT, TOO_LATE, TWO_OWNERS } from './binding-state.js';
import { expectBroken, expectKeptAsTold } from './expect-kept.js';

const ONE_OWNER: BindingScenario = { ...TWO_OWNERS, tenants: ['A'] };

describe('the model of bindings, with controllers that hold no lease', function () {
  this.timeout(300_000);

  for (const [name, scenario] of Object.entries({ TWO_OWNERS, TOO_LATE, REUSED_PORT })) {
    it(`keeps every promise in every state of ${name}`, () => {
      expectKeptAsTold(name, bindingModel(ALL_BINDING_GUARDS, scenario));
    });
  }

  it('needs the state in every move', () => {
    expectTwin(TOO_LATE, 'checksState', 'an instance that was ready stays so');
  });

  it('needs the fence in every move, for an owner can come while the state stays', () => {
    const promise = 'a claim has an instance of its own, or its tenant was told why not';
    expectTwin(TWO_OWNERS, 'checksFence', promise);
  });

  it('needs announcements that never go back', () => {
    const promise = "a ready gateway lets its owner's token in and no older one";
    expectTwin(TOO_LATE, 'announcesForward', promise);
  });

  it('needs a job that is registered only once', () => {
    const promise = "a ready gateway lets its owner's token in and no older one";
    expectTwin(ONE_OWNER, 'startsOnce', promise);
  });

  it('needs the proof, for another gateway may answer at the old address', () => {
    const promise = "no instance is ready before its gateway has used its owner's token";
    expectTwin(REUSED_PORT, 'proves', promise);
  });

  it('needs to destroy what was used', () => {
    expectTwin(TWO_OWNERS, 'destroysUsed', 'no instance ever has a second owner');
  });

  it('needs the sweeper for what a late controller brings back', () => {
    expectTwin(ONE_OWNER, 'sweeps', 'nothing is left over');
  });
});

function expectTwin(
  scenario: BindingScenario,
  without: keyof BindingGuards,
  promise: string,
): void {
  expectBroken(bindingModel({ ...ALL_BINDING_GUARDS, [without]: false }, scenario), promise);
}
