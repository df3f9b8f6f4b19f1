import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SignJWT, exportJWK } from 'jose';
import { allEndpoints } from '../../../src/api/all-endpoints.js';
import { createApi } from '../../../src/api/create-api.js';
import type { Endpoint } from '../../../src/api/endpoint.js';
import { trustedProxies } from '../../../src/api/limits/caller-address.js';
import { RequestLimits } from '../../../src/api/limits/request-limits.js';
import { ListOffers } from '../../../src/commands/list-offers.js';
import type { Refusal } from '../../../src/domain/audit/refusal-tally.js';
import { MemoryAudit } from './memory-audit.js';
import { CredentialVerifier } from '../../../src/api/credentials/credential-verifier.js';
import { fileKeys } from '../../../src/api/credentials/file-keys.js';
import { TokenVerifier } from '../../../src/api/credentials/token-verifier.js';
import type { RateLimit, RateLimitName } from '../../../src/domain/rate-limit.js';
import { rateLimitOf } from '../../../src/domain/rate-limit.js';
import type { Clock } from '../../../src/lib/clock.js';
import { systemClock } from '../../../src/lib/clock.js';
import type { Log, RateLimits } from '../../../src/ports/index.js';
import { someOffers } from '../../support/builders.js';
import { FakeRateLimits } from '../../support/fakes/fake-rate-limits.js';
import { makeTempDir, removeTempDir } from '../../support/temp-dir.js';
import { MemoryApiKeys } from './memory-api-keys.js';
import { MemoryConfigs } from './memory-configs.js';
import { MemoryFleet } from './memory-fleet.js';
import { MemoryKeyCampaigns } from './memory-key-campaigns.js';
import { MemoryRotations } from './memory-rotations.js';
import { MemorySweeps } from './memory-sweeps.js';
import { MemoryWebhooks } from './memory-webhooks.js';

const ISSUER = 'clawdeploy';
const AUDIENCE = 'clawdeploy-api';
const NAMES = { scheme: 'http', baseDomain: 'claws.localhost', edgePort: 8088 } as const;

/** More than any test asks for that is not about limits. */
const ENOUGH_PER_SECOND = 10_000;
const GENEROUS = {
  address: rateLimitOf('address', ENOUGH_PER_SECOND),
  caller: rateLimitOf('caller', ENOUGH_PER_SECOND),
  tenant: rateLimitOf('tenant', ENOUGH_PER_SECOND),
  creates: rateLimitOf('creates', ENOUGH_PER_SECOND),
};

/** What a token of a test says; the defaults make a valid one of a product. */
export interface TestClaims {
  readonly subject?: string;
  readonly role?: string;
  readonly tenant?: string;
  readonly scope?: string;
  readonly issuer?: string;
  readonly audience?: string;
  /** As jose writes it, e.g. `-1m`. */
  readonly expires?: string;
  readonly kid?: string;
}

/** The real API on a port of its own, with a fleet in memory behind it. */
export interface MemoryApi {
  readonly url: string;
  readonly fleet: MemoryFleet;
  readonly sweeps: MemorySweeps;
  readonly rotations: MemoryRotations;
  readonly campaigns: MemoryKeyCampaigns;
  readonly apiKeys: MemoryApiKeys;
  readonly webhooks: MemoryWebhooks;
  readonly rates: FakeRateLimits;
  readonly audit: MemoryAudit;
  readonly endpoints: readonly Endpoint[];
  /** Everything that was logged, as text. */
  readonly logged: string[];
  /** Route, method and status of each request, as metrics get them. */
  readonly measured: string[];
  /** Refused writes, as the audit gets them. */
  readonly refusals: Refusal[];
  readonly dir: string;
  /** What the process would fire when it is to end. */
  readonly stopping: AbortController;
  /** A token with these claims, signed by the key that the API trusts unless told otherwise. */
  token(claims?: TestClaims, key?: KeyObject): Promise<string>;
  /** Makes the API trust another key pair and no longer the present one; returns it. */
  rotateKey(kid: string): Promise<KeyObject>;
  stop(): Promise<void>;
}

/** Starts the API; the caller stops it. */
export async function startMemoryApi(
  clock: Clock = systemClock,
  limits: Readonly<Record<RateLimitName, RateLimit>> = GENEROUS,
  shared?: RateLimits,
): Promise<MemoryApi> {
  const dir = await makeTempDir();
  const jwksFile = join(dir, 'jwks.json');
  const fleet = new MemoryFleet();
  const rotations = new MemoryRotations(fleet);
  const configs = new MemoryConfigs(fleet);
  const sweeps = new MemorySweeps();
  const campaigns = new MemoryKeyCampaigns();
  const apiKeys = new MemoryApiKeys(clock);
  const webhooks = new MemoryWebhooks();
  const rates = new FakeRateLimits(clock);
  const audit = new MemoryAudit();
  const endpoints = allEndpoints(
    {
      instances: fleet.commands,
      lifecycle: fleet.commands,
      config: configs.commands,
      keys: fleet.commands,
      rotations: rotations.commands,
      keyCampaigns: campaigns.commands,
      offers: { list: new ListOffers(someOffers(), 'default') },
      pools: fleet.pools,
      tenants: fleet.tenants,
      sweeps: sweeps.commands,
      apiKeys: apiKeys.commands,
      webhooks: webhooks.commands,
      audit: audit.commands,
    },
    NAMES,
  );
  const tokens = new TokenVerifier({
    keys: fileKeys(jwksFile),
    ...{ issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'], clockToleranceS: 5 },
  });
  const logged: string[] = [];
  const stopping = new AbortController();
  const measured: string[] = [];
  const refusals: Refusal[] = [];
  const api = createApi({
    endpoints,
    tokens: new CredentialVerifier(tokens, apiKeys.verify),
    limits: new RequestLimits({
      rates: shared ?? rates,
      limits,
      trusted: trustedProxies(['127.0.0.1']),
    }),
    operations: {
      readiness: () => Promise.resolve({ isReady: true, checks: { database: 'ok' } }),
      metrics: () =>
        Promise.resolve({ type: 'text/plain; version=0.0.4', text: 'claims_total 1\n' }),
    },
    log: logInto(logged),
    onRequest: (route, method, status) => measured.push(`${method} ${route} ${status}`),
    onRefusal: (refusal) => refusals.push(refusal),
    version: '0.0.0',
    stopping: stopping.signal,
  });
  let signing = await trust(jwksFile, 'first');
  const handle = api.callback();
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    fleet,
    sweeps,
    rotations,
    campaigns,
    apiKeys,
    webhooks,
    rates,
    audit,
    endpoints,
    logged,
    measured,
    refusals,
    dir,
    stopping,
    token: (claims = {}, key = signing) => signed(claims, key),
    rotateKey: async (kid) => (signing = await trust(jwksFile, kid)),
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await removeTempDir(dir);
    },
  };
}

async function trust(jwksFile: string, kid: string): Promise<KeyObject> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' };
  await writeFile(jwksFile, JSON.stringify({ keys: [jwk] }));
  return privateKey;
}

function signed(claims: TestClaims, key: KeyObject): Promise<string> {
  const { role = 'product', tenant, scope, issuer = ISSUER, audience = AUDIENCE, kid } = claims;
  const named = {
    ...(tenant === undefined ? {} : { tenant }),
    ...(scope === undefined ? {} : { scope }),
  };
  return new SignJWT({ role, ...named })
    .setProtectedHeader({ alg: 'ES256', ...(kid === undefined ? {} : { kid }) })
    .setSubject(claims.subject ?? 'tester')
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime(claims.expires ?? '5m')
    .sign(key);
}

function logInto(logged: string[]): Log {
  const write = (sentence: string, fields: object = {}): void => {
    logged.push(`${sentence} ${JSON.stringify(fields)}`);
  };
  const log: Log = { error: write, warn: write, info: write, debug: write, with: () => log };
  return log;
}
