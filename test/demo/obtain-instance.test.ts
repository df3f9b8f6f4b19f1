import { expect } from 'chai';
import { ApiClient } from '../../src/client/api-client.js';
import type { Instance } from '../../src/domain/instance.js';
import type { Claimed } from '../../tools/demo/obtain-instance.js';
import { obtainInstance } from '../../tools/demo/obtain-instance.js';
import type { MemoryApi } from '../api/support/memory-api.js';
import { startMemoryApi } from '../api/support/memory-api.js';
import { anInstance } from '../support/builders.js';

describe('the demo’s own instance', () => {
  let api: MemoryApi;
  let client: ApiClient;

  beforeEach(async () => {
    api = await startMemoryApi();
    client = new ApiClient({ apiUrl: api.url, token: await api.token() });
  });

  afterEach(async () => {
    client?.close();
    await api?.stop();
  });

  function obtain(): Promise<Claimed> {
    return obtainInstance({ client, say: () => undefined, signal: new AbortController().signal });
  }

  function addMine(changes: Partial<Instance>): string {
    return api.fleet.addClaimed('demo', { name: 'demo', ...changes }).id;
  }

  it('is an idle member, and the times of the claim are told', async () => {
    api.fleet.addIdle();
    const { instance, claimMs, readyMs } = await obtain();
    expect(instance).to.include({ state: 'ready', tenant: 'demo', name: 'demo' });
    expect(claimMs).to.be.greaterThan(0);
    expect(readyMs).to.be.at.least(claimMs ?? Infinity);
  });

  it('is a member that still starts, when none is idle', async () => {
    const coming = anInstance({ state: 'warming' });
    api.fleet.add(coming);
    const { instance } = await obtain();
    expect(instance).to.include({ id: coming.id, state: 'ready' });
  });

  it('is one that has to be made, when none even starts', async () => {
    api.fleet.canStart = true;
    expect((await obtain()).instance.state).to.equal('ready');
  });

  for (const state of ['creating', 'warming', 'binding', 'ready'] as const) {
    it(`is the one of an earlier run that is ${state}`, async () => {
      const id = addMine({ state, bindingStep: state === 'binding' ? 'claimed' : null });
      const { instance, claimMs } = await obtain();
      expect(instance).to.include({ id, state: 'ready' });
      expect(claimMs).to.equal(null);
    });
  }

  it('takes the place of a failed one, which keeps the name until it is deleted', async () => {
    const failed = addMine({ state: 'failed' });
    api.fleet.addIdle();
    expect((await obtain()).instance.id).to.not.equal(failed);
  });
});
