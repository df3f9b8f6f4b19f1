import { expect } from 'chai';
import type { MemoryApi } from '../api/support/memory-api.js';
import { startMemoryApi } from '../api/support/memory-api.js';
import type { Ran } from './run.js';
import { clawdeploy } from './run.js';

describe('clawdeploy api-keys', () => {
  let api: MemoryApi;

  beforeEach(async () => {
    api = await startMemoryApi();
  });

  afterEach(async () => {
    await api?.stop();
  });

  const keys = (...args: string[]): Promise<Ran> =>
    clawdeploy(api, ['api-keys', ...args], { as: { role: 'operator' } });

  it('prints a new key alone on standard output, and what it is for beside it', async () => {
    const { code, out, err } = await keys('create', 'shop backend', '--days', '30');
    expect(code, err).to.equal(0);
    expect(out).to.match(/^cdk_[a-z2-7]{12}_[a-z2-7]{59}\n$/);
    expect(err)
      .to.match(/role +product\n/)
      .and.include('nobody keeps it but you');
    expect(err).to.not.include(out.trim());
  });

  it('makes keys of one tenant, and of some scopes alone', async () => {
    const scopes = ['--scope', 'instances:read', 'keys:read'];
    const args = ['--role', 'tenant', '--tenant', 'ada', ...scopes, '--json'];
    const { key, ...made } = JSON.parse((await keys('create', 'ada', ...args)).out);
    expect(made).to.deep.include({ tenant: 'ada', scopes: ['instances:read', 'keys:read'] });
    expect(key).to.include(String(made.id).slice('ak-'.length));
    expect((await keys('create', 'x', '--scope', 'everything')).code).to.equal(2);
    expect((await keys('create', 'x', '--days', '400')).code).to.equal(2);
    expect((await keys('create', 'x', '--role', 'tenant')).code).to.not.equal(0);
  });

  it('lists and revokes them', async () => {
    expect((await keys('list')).out).to.equal('There is none yet.\n');
    const { id } = JSON.parse((await keys('create', 'shop', '--json')).out);
    expect((await keys('list')).out).to.match(new RegExp(`${String(id)} +shop +product +until`));
    expect((await keys('revoke', id)).out).to.include('opens nothing any more');
    expect((await keys('list')).out).to.match(/revoked .* never\n/);
    expect((await keys('revoke', 'ak-aaaaaaaaaaaa')).code).to.equal(3);
  });
});
