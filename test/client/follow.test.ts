import { expect } from 'chai';
import { ApiClient } from '../../src/client/api-client.js';
import { ApiFailure } from '../../src/client/api-failure.js';
import type { Instance } from '../../src/client/operation.js';
import { Fault } from '../../src/errors/index.js';
import type { MemoryApi } from '../api/support/memory-api.js';
import { startMemoryApi } from '../api/support/memory-api.js';
import { anInstanceId } from '../support/builders.js';

describe('following an instance from outside', () => {
  let api: MemoryApi;
  let client: ApiClient;
  let seen: string[];

  beforeEach(async () => {
    api = await startMemoryApi();
    client = new ApiClient({ apiUrl: api.url, token: await api.token() });
    seen = [];
  });

  afterEach(async () => {
    client?.close();
    await api?.stop();
  });

  function follow(id: string, withinMs = 10_000): Promise<Instance> {
    return client.follow(id, {
      until: ({ state }) => state === 'ready',
      withinMs,
      onLook: ({ state, progress }) => seen.push(`${state} ${progress?.step ?? ''}`.trim()),
      signal: new AbortController().signal,
    });
  }

  function aStart(): string {
    return api.fleet.addClaimed('ada', { state: 'creating', startGrantedAt: null }).id;
  }

  const ALL = [
    'creating 1',
    'warming 2',
    'binding 3',
    'binding 4',
    'binding 5',
    'binding 6',
    'ready',
  ];

  it('sees each step in one request', async () => {
    expect((await follow(aStart())).state).to.equal('ready');
    expect(seen).to.deep.equal(ALL);
    expect(api.measured).to.deep.equal(['GET /v1/instances/:id/events 200']);
  });

  it('looks at it instead where no stream is to be had', async () => {
    const trouble = new Fault('streams_limit_reached', 'Too many event streams are open.');
    api.fleet.troubleAfterLooks = { looks: 0, trouble };
    expect((await follow(aStart())).state).to.equal('ready');
    expect(seen).to.deep.equal(ALL);
    expect(api.measured).to.include('GET /v1/instances/:id/events 503');
  });

  it('comes back when a stream breaks', async () => {
    api.fleet.troubleAfterLooks = { looks: 2, trouble: new Error('it broke') };
    expect((await follow(aStart())).state).to.equal('ready');
    expect(seen).to.deep.equal(ALL);
  });

  it('says how far it is when time is up', async () => {
    api.fleet.isStuck = true;
    const { id } = api.fleet.addClaimed('ada', { state: 'binding', bindingStep: 'claimed' });
    expect((await follow(id, 50)).state).to.equal('binding');
  });

  it('fails when there is nothing to follow', async () => {
    const failure: unknown = await follow(anInstanceId()).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(ApiFailure);
    expect(failure).to.include({ code: 'instance_unknown', status: 404 });
  });
});
