import { expect } from 'chai';
import type { ApiKeyWish } from '../../src/commands/create-api-key.js';
import { CreateApiKey } from '../../src/commands/create-api-key.js';
import { ListApiKeys } from '../../src/commands/list-api-keys.js';
import { RevokeApiKey } from '../../src/commands/revoke-api-key.js';
import { VerifyApiKey } from '../../src/commands/verify-api-key.js';
import type { ApiKey } from '../../src/domain/api-key.js';
import { apiKeyIdOf } from '../../src/domain/ids.js';
import type { Caller } from '../../src/domain/principal.js';
import { SCOPES } from '../../src/domain/scopes.js';
import { plusMs } from '../../src/lib/clock.js';
import type { Store, StoredApiKey } from '../../src/ports/index.js';
import { NOON } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { expectFault } from '../support/expect-fault.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const WISH: ApiKeyWish = {
  ...{ name: 'shop backend', role: 'product', tenantRef: null, scopes: null, expiresInDays: 30 },
};

describe('API keys in the database', function () {
  this.timeout(60_000);

  const caller: Caller = {
    principal: { subject: 'olga', role: 'operator', tenantRef: null },
    requestId: 'req-api-keys',
    from: '192.0.2.7',
  };
  const granted = new Set(SCOPES);
  let database: TestDatabase;
  let store: Store;
  let now: Date;
  const clock = { now: () => now };

  before(async () => {
    database = await startTestDatabase();
  });

  after(async () => {
    await database?.stop();
  });

  beforeEach(async () => {
    now = NOON;
    store = await database.emptyStore();
  });

  function create(wish: Partial<ApiKeyWish> = {}, idempotencyKey: string | null = null) {
    const request = { caller, granted, wish: { ...WISH, ...wish }, idempotencyKey };
    return new CreateApiKey(store, clock).execute(request);
  }

  it('are not made twice when the answer was lost: the second request is told of the first key', async () => {
    const { key } = await create({}, 'deploy-7');
    const fault = await expectFault('api_key_shown_once', create({}, 'deploy-7'));
    expect(fault.message).to.include(key.id);
    await expectFault('idempotency_key_reused', create({ name: 'another' }, 'deploy-7'));
    expect((await store.apiKeys.list({ limit: 10, cursor: null })).rows).to.have.length(1);
  });

  it('open for their role on every replica, and on none from the moment they are revoked', async () => {
    const { key, text } = await create({ scopes: ['instances:read'] });
    const replicas = [new VerifyApiKey(store, clock), new VerifyApiKey(store, clock)];
    for (const replica of replicas) {
      const identity = await replica.execute(text);
      expect(identity?.principal).to.deep.equal({
        ...{ subject: key.id, role: 'product', tenantRef: null },
      });
      expect([...(identity?.scopes ?? [])]).to.deep.equal(['instances:read']);
    }
    await new RevokeApiKey(store, clock).execute({ caller, id: key.id });
    for (const replica of replicas) expect(await replica.execute(text)).to.equal(null);
  });

  it('that are revoked by two at once are revoked once', async () => {
    const { key } = await create();
    const revoke = new RevokeApiKey(store, clock);
    const first = revoke.execute({ caller, id: key.id });
    const second = revoke.execute({ caller, id: key.id });
    expect((await first).revokedAt).to.deep.equal((await second).revokedAt);
    const unknown = revoke.execute({ caller, id: apiKeyIdOf('aaaaaaaaaaaa') });
    await expectFault('api_key_unknown', unknown);
  });

  it('are noted as used every five minutes at most, and listed with that', async () => {
    const { key, text } = await create({ role: 'tenant', tenantRef: 'ada' });
    const verify = new VerifyApiKey(store, clock);
    const usedAt = async (): Promise<ApiKey['lastUsedAt'] | undefined> => {
      const page = { limit: 10, cursor: null };
      const { rows } = await new ListApiKeys(store).execute({ caller, page });
      expect(JSON.stringify(rows)).to.not.include('digest');
      return rows.find(({ id }) => id === key.id)?.lastUsedAt;
    };
    await verify.execute(text);
    now = plusMs(NOON, 60_000);
    await verify.execute(text);
    expect(await usedAt()).to.deep.equal(NOON);
    now = plusMs(NOON, 600_000);
    await verify.execute(text);
    expect(await usedAt()).to.deep.equal(now);
  });

  it('hold to the rules whoever writes them: an end within a year, a tenant where there is one', async () => {
    const { key } = await create();
    const stored: StoredApiKey = {
      ...{ ...key, id: apiKeyIdOf('bbbbbbbbbbbb'), digest: 'b'.repeat(64) },
    };
    for (const broken of [
      { expiresAt: plusMs(NOON, 367 * DAY_MS) },
      { tenantRef: 'ada' },
      { role: 'tenant', tenantRef: null },
      { digest: 'the key itself' },
    ] as const) {
      const outcome = await store.apiKeys.insert({ ...stored, ...broken }).catch(() => 'refused');
      expect(outcome, Object.keys(broken).join()).to.equal('refused');
    }
    await store.apiKeys.insert(stored);
  });
});
