import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { AxiosInstance, AxiosResponse } from 'axios';
import axios from 'axios';
import { expect } from 'chai';
import { SignJWT, exportJWK } from 'jose';
import { createApi } from '../../src/api/create-api.js';
import type { Endpoint } from '../../src/api/endpoint.js';
import { trustedProxies } from '../../src/api/limits/caller-address.js';
import { RequestLimits } from '../../src/api/limits/request-limits.js';
import { instanceEndpoints } from '../../src/api/routes/instances.js';
import { keyEndpoints } from '../../src/api/routes/keys.js';
import { lifecycleEndpoints } from '../../src/api/routes/lifecycle.js';
import { poolEndpoints } from '../../src/api/routes/pools.js';
import { tenantEndpoints } from '../../src/api/routes/tenants.js';
import { ProblemShown } from '../../src/api/schemas.js';
import { fileKeys } from '../../src/api/credentials/file-keys.js';
import { TokenVerifier } from '../../src/api/credentials/token-verifier.js';
import { AwaitInstance } from '../../src/commands/await-instance.js';
import { ChangeKeys } from '../../src/commands/change-keys.js';
import { CheckKeys } from '../../src/commands/check-keys.js';
import { ChangePool } from '../../src/commands/change-pool.js';
import { ClaimInstance } from '../../src/commands/claim-instance.js';
import { DeleteInstance } from '../../src/commands/delete-instance.js';
import { FindInstance } from '../../src/commands/find-instance.js';
import { ListInstances } from '../../src/commands/list-instances.js';
import { ListPools } from '../../src/commands/list-pools.js';
import { ReadAccess } from '../../src/commands/read-access.js';
import { RestartInstance } from '../../src/commands/restart-instance.js';
import { RestoreInstance } from '../../src/commands/restore-instance.js';
import { SuspendTenant } from '../../src/commands/suspend-tenant.js';
import { WatchInstance } from '../../src/commands/watch-instance.js';
import { rateLimitOf } from '../../src/domain/rate-limit.js';
import { systemClock } from '../../src/lib/clock.js';
import type { KeyChanges, Store } from '../../src/ports/index.js';
import { NOON, aPoolKey, anInstanceId, someOffers } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { FakeRateLimits } from '../support/fakes/fake-rate-limits.js';
import { quietLog } from '../support/quiet-log.js';
import { makeTempDir, removeTempDir } from '../support/temp-dir.js';

const ISSUER = 'clawdeploy';
const AUDIENCE = 'clawdeploy-api';
const NAMES = { scheme: 'http', baseDomain: 'claws.localhost', edgePort: 8088 } as const;
/** More than these tests ask for. */
const LIMITS = {
  address: rateLimitOf('address', 1_000),
  caller: rateLimitOf('caller', 1_000),
  tenant: rateLimitOf('tenant', 1_000),
  creates: rateLimitOf('creates', 1_000),
};
const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' });

interface Claims {
  readonly role?: string;
  readonly tenant?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly expires?: string | null;
}

function aToken(claims: Claims = {}, key = signing.privateKey): Promise<string> {
  const { role = 'product', tenant, issuer = ISSUER, audience = AUDIENCE } = claims;
  const token = new SignJWT({ role, ...(tenant === undefined ? {} : { tenant }) })
    .setProtectedHeader({ alg: 'ES256', kid: 'test' })
    .setSubject('tester')
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt();
  if (claims.expires !== null) token.setExpirationTime(claims.expires ?? '5m');
  return token.sign(key);
}

/** The real API on a real database; only Vault is imitated, by a count of what it was given. */
describe('the REST API', function () {
  this.timeout(60_000);

  let database: TestDatabase;
  let store: Store;
  let dir: string;
  let server: Server;
  let endpoints: Endpoint[];
  let given: KeyChanges[];

  before(async () => {
    database = await startTestDatabase();
    dir = await makeTempDir();
    const jwk = { ...(await exportJWK(signing.publicKey)), kid: 'test', alg: 'ES256', use: 'sig' };
    await writeFile(join(dir, 'jwks.json'), JSON.stringify({ keys: [jwk] }));
  });

  after(async () => {
    await database?.stop();
    await removeTempDir(dir);
  });

  beforeEach(async () => {
    store = await database.emptyStore();
    given = [];
    endpoints = endpointsOn(store);
    const tokens = new TokenVerifier({
      keys: fileKeys(join(dir, 'jwks.json')),
      ...{ issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'], clockToleranceS: 5 },
    });
    const api = createApi({
      endpoints,
      tokens,
      limits: new RequestLimits({
        rates: new FakeRateLimits(systemClock),
        limits: LIMITS,
        trusted: trustedProxies([]),
      }),
      operations: {
        readiness: () => Promise.resolve({ isReady: false, checks: { vault: 'Vault is sealed.' } }),
        metrics: () => Promise.resolve({ type: 'text/plain', text: 'pool_members 1\n' }),
      },
      log: quietLog,
      onRequest: () => undefined,
      onRefusal: () => undefined,
      version: '0.0.0',
      stopping: new AbortController().signal,
    });
    const handle = api.callback();
    server = createServer((request, response) => void handle(request, response));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  function endpointsOn(on: Store): Endpoint[] {
    const find = new FindInstance(on);
    const feed = { subscribe: () => () => undefined };
    const wait = new AwaitInstance(on, feed);
    const vault = {
      changeKeys: (_id: string, changes: KeyChanges) => {
        given.push(changes);
        return Promise.resolve(given.length);
      },
      startOver: () => Promise.resolve(null),
    };
    const tokens = {
      ensureToken: () => Promise.resolve(),
      readToken: (_id: string, version: number) => Promise.resolve(`gateway-token-v${version}`),
    };
    const commands = {
      claim: new ClaimInstance(on, systemClock, {
        offers: someOffers(),
        defaultRegion: 'default',
        waitingMax: 0,
      }),
      find,
      list: new ListInstances(on),
      access: new ReadAccess(on, tokens, systemClock),
      wait,
      watch: new WatchInstance(on, feed, { openMax: 2, openPerTenantMax: 1 }),
    };
    const lifecycle = {
      remove: new DeleteInstance(on, systemClock),
      restart: new RestartInstance(on, systemClock),
      restore: new RestoreInstance(on, systemClock),
      wait,
    };
    const change = new ChangeKeys(on, vault, systemClock);
    const check = new CheckKeys(on, { isTaken: () => Promise.resolve(true) });
    return [
      ...instanceEndpoints(commands, NAMES),
      ...lifecycleEndpoints(lifecycle, NAMES),
      ...keyEndpoints({ change, check, find, wait }, NAMES),
      ...poolEndpoints({
        list: new ListPools(on, systemClock),
        change: new ChangePool(on, systemClock, 50),
      }),
      ...tenantEndpoints({ suspend: new SuspendTenant(on, systemClock) }),
    ];
  }

  async function as(claims: Claims = {}): Promise<AxiosInstance> {
    const { port } = server.address() as AddressInfo;
    return axios.create({
      baseURL: `http://127.0.0.1:${port}`,
      headers: { authorization: `Bearer ${await aToken(claims)}` },
      validateStatus: () => true,
      proxy: false,
    });
  }

  async function members(count: number): Promise<void> {
    const pool = await store.pools.ensure(
      aPoolKey(),
      { idleFloor: 2, idleCeiling: 2, membersMax: 50 },
      NOON,
    );
    for (let made = 0; made < count; made += 1) {
      const created = await store.instances.insert({ id: anInstanceId(), pool, at: NOON });
      const launched = await store.instances.move(created, { verb: 'launch', at: NOON });
      if (launched !== null) await store.instances.move(launched, { verb: 'admit', at: NOON });
    }
  }

  async function readyInstance(api: AxiosInstance, tenant = 'alice'): Promise<string> {
    await members(1);
    const { data } = await api.post<{ id: string }>('/v1/instances', { tenant });
    const [row] = (await store.instances.list({ states: ['binding'] }, { limit: 1, cursor: null }))
      .rows;
    if (row !== undefined) await store.instances.move(row, { verb: 'prove', at: NOON });
    return data.id;
  }

  /** That the answer is as the document promises for this operation and status. */
  function expectDocumented(operationId: string, answer: AxiosResponse, status: number): void {
    expect(answer.status, JSON.stringify(answer.data)).to.equal(status);
    const schema = endpoints.find((one) => one.operationId === operationId)?.answers[status]
      ?.schema;
    if (schema === undefined || schema === null)
      throw new Error(`${operationId} promises no ${status}`);
    expect(schema.safeParse(answer.data).error?.issues ?? []).to.deep.equal([]);
  }

  function expectProblem(answer: AxiosResponse, status: number, code: string): void {
    expect(answer.status, JSON.stringify(answer.data)).to.equal(status);
    expect(answer.headers['content-type']).to.include('application/problem+json');
    const problem = ProblemShown.parse(answer.data);
    expect(problem.code).to.equal(code);
    expect(problem.requestId).to.equal(answer.headers['x-request-id']);
  }

  describe('who may call', () => {
    it('is nobody without a valid token, whatever is wrong with it', async () => {
      const api = await as();
      const none = { alg: 'none', typ: 'JWT' };
      const unsigned = [none, { sub: 'x', role: 'operator', iss: ISSUER, aud: AUDIENCE, exp: 4e9 }]
        .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
        .join('.');
      const wrong = {
        absent: '',
        'another scheme': 'Basic dXNlcjpwYXNz',
        garbage: 'Bearer garbage',
        unsigned: `Bearer ${unsigned}.`,
        'another signer': `Bearer ${await aToken({}, foreign.privateKey)}`,
        'another issuer': `Bearer ${await aToken({ issuer: 'somebody' })}`,
        'another audience': `Bearer ${await aToken({ audience: 'something' })}`,
        expired: `Bearer ${await aToken({ expires: '-1m' })}`,
        'no end': `Bearer ${await aToken({ expires: null })}`,
        'unknown role': `Bearer ${await aToken({ role: 'root' })}`,
        'a tenant without a name': `Bearer ${await aToken({ role: 'tenant' })}`,
      };
      for (const [why, authorization] of Object.entries(wrong)) {
        const answer = await api.get('/v1/instances', { headers: { authorization } });
        expect(answer.status, why).to.equal(401);
        expectProblem(answer, 401, 'unauthenticated');
      }
    });

    it('is a tenant for their own instances only; others’ are as unknown as none', async () => {
      const id = await readyInstance(await as(), 'alice');
      const alice = await as({ role: 'tenant', tenant: 'alice' });
      const mallory = await as({ role: 'tenant', tenant: 'mallory' });

      expectDocumented('getInstance', await alice.get(`/v1/instances/${id}`), 200);
      for (const answer of [
        await mallory.get(`/v1/instances/${id}`),
        await mallory.get(`/v1/instances/${id}/access`),
        await mallory.delete(`/v1/instances/${id}`),
        await mallory.put(`/v1/instances/${id}/keys/stub`, { value: 'x'.repeat(20) }),
        await mallory.get(`/v1/instances/${anInstanceId()}`),
      ]) {
        expectProblem(answer, 404, 'instance_unknown');
      }
      expect((await mallory.get('/v1/instances')).data.items).to.deep.equal([]);
      expectProblem(await mallory.get('/v1/instances?tenant=alice'), 403, 'forbidden');
      expectProblem(await mallory.post('/v1/instances', { tenant: 'alice' }), 403, 'forbidden');
      expectProblem(await mallory.get('/v1/pools'), 403, 'forbidden');
      expect(given).to.deep.equal([]);
    });
  });

  describe('a claim', () => {
    it('answers 202 with the instance and where to find it', async () => {
      await members(1);
      const api = await as();
      const answer = await api.post('/v1/instances', { tenant: 'alice', name: 'bot' });
      expectDocumented('claimInstance', answer, 202);
      expect(answer.data).to.include({ name: 'bot', tenant: 'alice', state: 'binding' });
      expect(answer.headers['location']).to.equal(`/v1/instances/${answer.data.id}`);
      expect(answer.data.progress).to.include({ step: 3, of: 6 });
      expect(answer.data.url).to.equal(`http://${answer.data.id}.claws.localhost:8088/`);
    });

    it('gives the same answer to the same Idempotency-Key, and 409 to another body', async () => {
      await members(2);
      const api = await as();
      const headers = { 'idempotency-key': 'sign-up-1' };
      const first = await api.post('/v1/instances', { tenant: 'alice' }, { headers });
      const again = await api.post('/v1/instances', { tenant: 'alice' }, { headers });
      const other = await api.post('/v1/instances', { tenant: 'bob' }, { headers });
      expect(again.data.id).to.equal(first.data.id);
      expect([first.data.claim.outcome, again.data.claim.outcome]).to.deep.equal([
        'warm',
        'replayed',
      ]);
      expectProblem(other, 409, 'idempotency_key_reused');
    });

    it('shows the same Idempotency-Key how its instance is by now', async () => {
      await members(1);
      const api = await as();
      const headers = { 'idempotency-key': 'sign-up-2' };
      await api.post('/v1/instances', { tenant: 'alice' }, { headers });
      const binding = { states: ['binding'] } as const;
      const [row] = (await store.instances.list(binding, { limit: 1, cursor: null })).rows;
      if (row !== undefined) await store.instances.move(row, { verb: 'prove', at: NOON });
      const again = await api.post('/v1/instances', { tenant: 'alice' }, { headers });
      expectDocumented('claimInstance', again, 201);
      expect(again.data).to.deep.include({ state: 'ready', claim: { outcome: 'replayed' } });
      const named = { tenant: 'alice', region: 'default' };
      const same = await api.post('/v1/instances', named, { headers });
      expect(same.data).to.deep.include({ claim: { outcome: 'replayed' } });
      const elsewhere = { tenant: 'alice', name: 'second' };
      const other = await api.post('/v1/instances', elsewhere, { headers });
      expectProblem(other, 409, 'idempotency_key_reused');
    });

    it('waits as long as it is asked to and then says how far it is', async () => {
      await members(1);
      const headers = { prefer: 'wait=1' };
      const answer = await (await as()).post('/v1/instances', { tenant: 'alice' }, { headers });
      expectDocumented('claimInstance', answer, 202);
    });

    it('on an empty pool is 429 and says when to come back', async () => {
      const answer = await (await as()).post('/v1/instances', { tenant: 'alice' });
      expectProblem(answer, 429, 'pool_empty');
      expect(Number(answer.headers['retry-after'])).to.be.within(10, 30);
    });

    it('names what is wrong with a body, and never what it held', async () => {
      const secret = 'sk-misplaced-secret-value';
      const api = await as();
      for (const body of [
        {},
        { tenant: 'alice', name: secret.toUpperCase() },
        { tenant: 'alice', sizeClass: secret },
        { tenant: 'alice', [secret]: 1 },
        { tenant: { nested: secret } },
        `{"tenant": "${secret}`,
        `["${secret}"]`,
      ]) {
        const headers = { 'content-type': 'application/json' };
        const answer = await api.post('/v1/instances', body, { headers });
        expectProblem(answer, 400, 'request_invalid');
        expect(JSON.stringify(answer.data).toLowerCase()).to.not.include(secret);
      }
    });
  });

  describe('keys', () => {
    it('go to Vault and come back as a name and a version', async () => {
      const api = await as();
      const id = await readyInstance(api);
      const value = 'a-key-for-the-stub-model';
      const answer = await api.put(`/v1/instances/${id}/keys/stub`, { value });
      expectDocumented('setKey', answer, 202);
      expect(given).to.deep.equal([{ stub: value }]);
      expect(JSON.stringify(answer.data)).to.not.include(value);

      const list = await api.get(`/v1/instances/${id}/keys`);
      expectDocumented('listKeys', list, 200);
      expect(list.data.items[0]).to.include({ name: 'stub', version: 1, state: 'pending' });
    });

    it('of a megabyte are refused before they are read, and nothing is kept', async () => {
      const api = await as();
      const id = await readyInstance(api);
      const answer = await api.put(`/v1/instances/${id}/keys/stub`, { value: 'x'.repeat(1 << 20) });
      expectProblem(answer, 413, 'request_too_large');
      expect(given).to.deep.equal([]);
    });

    it('of unknown providers and of impossible shape are refused with a reason', async () => {
      const api = await as();
      const id = await readyInstance(api);
      const put = (name: string, value: unknown): Promise<AxiosResponse> =>
        api.put(`/v1/instances/${id}/keys/${encodeURIComponent(name)}`, { value });
      expectProblem(await put('no-such-provider', 'x'.repeat(20)), 422, 'provider_unknown');
      expectProblem(await put('stub', 'has spaces in it, oh dear'), 422, 'key_malformed');
      expectProblem(await put('stub', ''), 400, 'request_invalid');
      expectProblem(await put('../../etc', 'x'.repeat(20)), 400, 'request_invalid');
      expectProblem(await api.delete(`/v1/instances/${id}/keys/openai`), 404, 'key_unknown');
      expect(given).to.deep.equal([]);
    });

    it('can be removed again', async () => {
      const api = await as();
      const id = await readyInstance(api);
      await api.put(`/v1/instances/${id}/keys/stub`, { value: 'a-key-for-the-stub-model' });
      expectDocumented('deleteKey', await api.delete(`/v1/instances/${id}/keys/stub`), 202);
      expect(given.at(-1)).to.deep.equal({ stub: null });
      expect((await api.get(`/v1/instances/${id}/keys`)).data.items).to.deep.equal([]);
    });
  });

  it('hands out the gateway token of a ready instance, uncached and audited', async () => {
    const api = await as();
    const id = await readyInstance(api);
    const answer = await api.get(`/v1/instances/${id}/access`);
    expectDocumented('readAccess', answer, 200);
    expect(answer.data.token).to.equal('gateway-token-v2');
    expect(answer.headers['cache-control']).to.equal('no-store');
    const rows = await database.query('SELECT action FROM audit WHERE action = $1', [
      'access.read',
    ]);
    expect(rows).to.have.length(1);
  });

  it('hands out no token before the instance is ready', async () => {
    await members(1);
    const api = await as();
    const { data } = await api.post('/v1/instances', { tenant: 'alice' });
    expectProblem(await api.get(`/v1/instances/${data.id}/access`), 409, 'instance_not_ready');
  });

  it('lists in pages that together hold everything once', async () => {
    await members(3);
    const api = await as();
    for (const tenant of ['a', 'b', 'c']) await api.post('/v1/instances', { tenant });
    const first = await api.get('/v1/instances?limit=2');
    expectDocumented('listInstances', first, 200);
    const rest = await api.get(`/v1/instances?limit=2&cursor=${first.data.nextCursor}`);
    const ids = [...first.data.items, ...rest.data.items].map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).to.equal(3);
    expect(rest.data.nextCursor).to.equal(null);
    expectProblem(await api.get('/v1/instances?limit=0'), 400, 'request_invalid');
  });

  it('shows pools to operators', async () => {
    await members(2);
    const answer = await (await as({ role: 'operator' })).get('/v1/pools');
    expectDocumented('listPools', answer, 200);
    expect(answer.data.items[0].counts.idle).to.equal(2);
  });

  it('deletes, and again without complaint', async () => {
    const api = await as();
    const id = await readyInstance(api);
    expectDocumented('deleteInstance', await api.delete(`/v1/instances/${id}`), 202);
    const again = await api.delete(`/v1/instances/${id}`);
    expectDocumented('deleteInstance', again, 202);
    expect(again.data.state).to.equal('deleting');
  });

  it('answers probes without a token, and says what is not ready', async () => {
    const api = await as();
    const headers = { authorization: '' };
    expect((await api.get('/healthz', { headers })).status).to.equal(200);
    const ready = await api.get('/readyz', { headers });
    expect(ready.status).to.equal(503);
    expect(ready.data.checks.vault).to.equal('Vault is sealed.');
    expect((await api.get('/metrics', { headers })).data).to.include('pool_members');
  });

  it('documents every operation and serves the page from itself alone', async () => {
    const api = await as();
    const { data: document } = await api.get('/openapi.json');
    expect(document.openapi).to.equal('3.1.0');
    const documented = Object.entries(document.paths as Record<string, object>).flatMap(
      ([path, operations]) => Object.keys(operations).map((method) => `${method} ${path}`),
    );
    const served = endpoints.map(
      ({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`,
    );
    expect(documented).to.include.members(served);
    const page = await api.get<string>('/docs');
    expect(page.data).to.include('swagger-ui');
    expect(page.data).to.not.match(/https?:\/\//);
    expect((await api.get('/docs/swagger-ui-bundle.js')).status).to.equal(200);
  });

  it('answers unknown paths with a problem that bears the request’s id', async () => {
    const api = await as();
    expectProblem(await api.get('/v2/nothing'), 404, 'route_unknown');
  });
});
