import { expect } from 'chai';
import type { DeliveryId } from '../../src/domain/ids.js';
import type { MemoryApi } from '../api/support/memory-api.js';
import { startMemoryApi } from '../api/support/memory-api.js';
import type { Ran } from './run.js';
import { clawdeploy } from './run.js';

const URL = 'https://hooks.example.com/clawdeploy';

describe('clawdeploy webhooks', () => {
  let api: MemoryApi;

  beforeEach(async () => {
    api = await startMemoryApi();
  });

  afterEach(async () => {
    await api?.stop();
  });

  const webhooks = (...args: string[]): Promise<Ran> =>
    clawdeploy(api, ['webhooks', ...args], { as: { role: 'operator' } });

  async function made(): Promise<string> {
    return JSON.parse((await webhooks('create', URL, '--json')).out).id;
  }

  it('prints the secret alone on standard output, when it is made and when it is renewed', async () => {
    const created = await webhooks('create', URL, '--event', 'instance.ready', 'instance.failed');
    expect(created.code, created.err).to.equal(0);
    expect(created.out).to.match(/^whsec_\S+\n$/);
    expect(created.err)
      .to.match(/events +instance\.ready instance\.failed\n/)
      .and.not.include(created.out.trim());
    const [id = ''] = created.err.split('\n');
    const renewed = await webhooks('rotate-secret', id, '--overlap', '60');
    expect(renewed.out)
      .to.match(/^whsec_\S+\n$/)
      .and.not.equal(created.out);
    expect(renewed.err).to.include('old secret until');
  });

  it('lists, shows, changes and deletes them', async () => {
    expect((await webhooks('list')).out).to.equal('There is none yet.\n');
    const id = await made();
    expect((await webhooks('list')).out).to.match(
      new RegExp(`${id} +${URL} +operator +all +enabled`),
    );
    expect((await webhooks('update', id, '--disable')).out).to.include('disabled (asked)');
    expect((await webhooks('update', id)).code).to.equal(2);
    expect((await webhooks('update', id, '--enable', '--description', 'shop')).out).to.match(
      /description +shop\n/,
    );
    expect((await webhooks('delete', id)).out).to.include('told nothing any more');
    expect((await webhooks('show', id)).code).to.equal(3);
  });

  it('tests one, lists its deliveries, and sends them again', async () => {
    const id = await made();
    const { id: delivery } = JSON.parse((await webhooks('test', id, '--json')).out);
    expect((await webhooks('deliveries', id)).out).to.match(
      new RegExp(`${String(delivery)} +webhook\\.test +\\S+ +pending`),
    );
    api.webhooks.giveUp(delivery as DeliveryId);
    expect((await webhooks('deliveries', id, '--state', 'failed')).out).to.match(/failed +9 +500/);
    expect((await webhooks('replay', id, delivery)).out).to.include('is sent again');
    api.webhooks.giveUp(delivery as DeliveryId);
    const since = await webhooks('replay', id, '--since', '2020-01-01T00:00:00+02:00');
    expect(since.out).to.equal('1 deliveries are sent again.\n');
    expect((await webhooks('replay', id)).code).to.equal(2);
    expect((await webhooks('replay', id, '--since', 'yesterday')).code).to.equal(2);
  });
});
