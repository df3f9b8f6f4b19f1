import { expect } from 'chai';
import { aClaimedInstance, anInstance } from '../support/builders.js';
import { call, expectProblem } from './support/call.js';
import type { MemoryApi } from './support/memory-api.js';
import { startMemoryApi } from './support/memory-api.js';

describe('a claim by the API', () => {
  let api: MemoryApi;

  beforeEach(async () => {
    api = await startMemoryApi();
  });

  afterEach(async () => {
    await api?.stop();
  });

  function claim(body: object, headers: Record<string, string> = {}): ReturnType<typeof call> {
    return call(api, { method: 'POST', path: '/v1/instances', body, headers });
  }

  it('says how it was served: by an idle member, by one that starts, by one made for it', async () => {
    api.fleet.canStart = true;
    api.fleet.add(anInstance({ state: 'idle' }));
    api.fleet.add(anInstance({ state: 'warming' }));
    for (const [tenant, outcome, state, step] of [
      ['ada', 'warm', 'binding', 3],
      ['bea', 'queued', 'warming', 2],
      ['cai', 'cold', 'creating', 1],
    ] as const) {
      const { status, data } = await claim({ tenant });
      expect(status, outcome).to.equal(202);
      expect(data).to.deep.include({ claim: { outcome }, state });
      expect(data.progress, outcome).to.include({ step, of: 6 });
      expect(data.progress.what, outcome).to.match(/^waiting for /);
    }
  });

  it('counts its steps upwards and to the end, however it was served', async () => {
    api.fleet.canStart = true;
    const { data } = await claim({ tenant: 'ada' });
    const steps: (number | null)[] = [];
    while (steps.at(-1) !== null) {
      const { progress } = (await call(api, { path: data.links.self })).data;
      steps.push(progress === null ? null : progress.step);
    }
    expect(steps).to.deep.equal([1, 2, 3, 4, 5, 6, null]);
  });

  it('shows no progress of members that start for nobody', async () => {
    const member = anInstance({ state: 'warming' });
    api.fleet.add(member);
    const path = `/v1/instances/${member.id}`;
    const { data } = await call(api, { path, as: { role: 'operator' } });
    expect(data.progress).to.equal(null);
  });

  it('is held until it is ready when that is preferred, also if it has to be started', async () => {
    api.fleet.canStart = true;
    const held = await claim({ tenant: 'ada' }, { prefer: 'respond-async, Wait=7' });
    expect(held.status).to.equal(201);
    expect(held.data).to.deep.include({ state: 'ready', claim: { outcome: 'cold' } });
    expect(held.headers['preference-applied']).to.equal('wait=7');
    const plain = await claim({ tenant: 'bea' });
    expect(plain.headers).to.not.have.property('preference-applied');
  });

  it('whose time is up answers 202 with how far it is', async () => {
    api.fleet.addIdle();
    api.fleet.isStuck = true;
    const { status, data, headers } = await claim({ tenant: 'ada' }, { prefer: 'wait=1' });
    expect(status).to.equal(202);
    expect(data).to.include({ state: 'binding' });
    expect(headers['preference-applied']).to.equal('wait=1');
  });

  it('points at the instance that its owner was moved to while it was held', async () => {
    api.fleet.addIdle();
    const moved = aClaimedInstance({ state: 'ready', bindingStep: null });
    api.fleet.movesTo = moved;
    const { data, headers } = await claim({ tenant: 'ada' }, { prefer: 'wait=1' });
    expect(data.id).to.equal(moved.id);
    expect(headers['location']).to.equal(`/v1/instances/${moved.id}`);
  });

  it('that finds nothing is 429 with a pause, so that no proxy takes the API for broken', async () => {
    const refused = await claim({ tenant: 'ada' });
    expectProblem(refused, 429, 'pool_empty');
    expect(Number(refused.headers['retry-after'])).to.equal(20);
  });

  it('names the class or the region that it cannot have', async () => {
    api.fleet.addIdle();
    for (const body of [{ sizeClass: 'l' }, { region: 'mars' }]) {
      const refused = await claim({ tenant: 'ada', ...body });
      expectProblem(refused, 400, 'size_class_unoffered');
      expect(refused.data.detail).to.include('s@default');
    }
    for (const body of [{ sizeClass: 'xxl' }, { region: 'Not a region' }, { region: 7 }]) {
      const refused = await claim({ tenant: 'ada', ...body });
      expectProblem(refused, 400, 'request_invalid');
      expect(refused.data.errors[0].pointer).to.equal(`/${Object.keys(body)[0]}`);
    }
  });

  it('of a suspended tenant is forbidden, and of a body too large not even read', async () => {
    api.fleet.addIdle();
    api.fleet.suspended.add('ada');
    expectProblem(await claim({ tenant: 'ada' }), 403, 'tenant_suspended');
    const large = await claim({ tenant: 'ada', name: 'x'.repeat(70_000) });
    expectProblem(large, 413, 'request_too_large');
    expect([...api.fleet.views.values()][0]?.instance.state).to.equal('idle');
  });
});
