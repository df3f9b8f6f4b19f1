import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SignJWT, exportJWK } from 'jose';
import type { ApiCommands } from '../../src/api/all-endpoints.js';
import { allEndpoints } from '../../src/api/all-endpoints.js';
import { createApi } from '../../src/api/create-api.js';
import { CredentialVerifier } from '../../src/api/credentials/credential-verifier.js';
import { fileKeys } from '../../src/api/credentials/file-keys.js';
import { TokenVerifier } from '../../src/api/credentials/token-verifier.js';
import { trustedProxies } from '../../src/api/limits/caller-address.js';
import { RequestLimits } from '../../src/api/limits/request-limits.js';
import type { WebhookCommands } from '../../src/api/routes/webhooks.js';
import { AwaitInstance } from '../../src/commands/await-instance.js';
import { ChangeConfig } from '../../src/commands/change-config.js';
import { FindConfig } from '../../src/commands/find-config.js';
import { RestartInstance } from '../../src/commands/restart-instance.js';
import { RestoreInstance } from '../../src/commands/restore-instance.js';
import { ChangeKeyCampaign } from '../../src/commands/change-key-campaign.js';
import { ChangeKeys } from '../../src/commands/change-keys.js';
import { ChangePool } from '../../src/commands/change-pool.js';
import { ChangeWebhook } from '../../src/commands/change-webhook.js';
import { CheckKeys } from '../../src/commands/check-keys.js';
import { ClaimInstance } from '../../src/commands/claim-instance.js';
import { CreateApiKey } from '../../src/commands/create-api-key.js';
import { CreateWebhook } from '../../src/commands/create-webhook.js';
import { DeleteInstance } from '../../src/commands/delete-instance.js';
import { FindAudit } from '../../src/commands/find-audit.js';
import { FindInstance } from '../../src/commands/find-instance.js';
import { FindKeyCampaign } from '../../src/commands/find-key-campaign.js';
import { FindRotation } from '../../src/commands/find-rotation.js';
import { FindSweep } from '../../src/commands/find-sweep.js';
import { FindWebhook } from '../../src/commands/find-webhook.js';
import { ListApiKeys } from '../../src/commands/list-api-keys.js';
import { ListInstances } from '../../src/commands/list-instances.js';
import { ListOffers } from '../../src/commands/list-offers.js';
import { ListPools } from '../../src/commands/list-pools.js';
import { ReadAccess } from '../../src/commands/read-access.js';
import { RenewWebhookSecret } from '../../src/commands/renew-webhook-secret.js';
import { ReplayDeliveries } from '../../src/commands/replay-deliveries.js';
import { RequestSweep } from '../../src/commands/request-sweep.js';
import { RevokeApiKey } from '../../src/commands/revoke-api-key.js';
import { RotateKeys } from '../../src/commands/rotate-keys.js';
import { StartKeyCampaign } from '../../src/commands/start-key-campaign.js';
import { StartRotation } from '../../src/commands/start-rotation.js';
import { SuspendTenant } from '../../src/commands/suspend-tenant.js';
import { TestWebhook } from '../../src/commands/test-webhook.js';
import { VerifyApiKey } from '../../src/commands/verify-api-key.js';
import { WatchInstance } from '../../src/commands/watch-instance.js';
import { rateLimitOf } from '../../src/domain/rate-limit.js';
import { systemClock } from '../../src/lib/clock.js';
import type { ChangeFeed, Log, Store } from '../../src/ports/index.js';
import { someOffers } from './builders.js';
import { FakeCampaignValues } from './fakes/fake-campaign-values.js';
import { FakeFingerprints } from './fakes/fake-fingerprints.js';
import { FakeRateLimits } from './fakes/fake-rate-limits.js';
import { FakeSecrets } from './fakes/fake-secrets.js';
import { openClawSchemas } from './openclaw-schemas.js';
import { FakeWebhookSecrets } from './fakes/fake-webhook-secrets.js';
import { FakeWebhookSender } from './fakes/fake-webhook-sender.js';
import { makeTempDir, removeTempDir } from './temp-dir.js';

const ISSUER = 'clawdeploy';
const AUDIENCE = 'clawdeploy-api';
const NAMES = { scheme: 'http', baseDomain: 'claws.localhost', edgePort: 8088 } as const;
/** More than any test of this API asks for, each of which would then be about limits alone. */
const ENOUGH_PER_SECOND = 10_000;

/** Every operation on a real database, listening on a port of its own; Vault alone is imitated. */
export interface RealApi {
  readonly url: string;
  /** Where the process would say that something of ours is wrong. */
  readonly errors: string[];
  token(claims: { readonly role: string; readonly tenant?: string }): Promise<string>;
  stop(): Promise<void>;
}

/** Nobody tells of changes; whoever waits looks now and then. */
const SILENT: ChangeFeed = { subscribe: () => () => undefined };

/** Serves the API on `store`, which `feed` tells of changes; the caller stops it. */
export async function startRealApi(
  store: Store,
  version: string,
  feed: ChangeFeed = SILENT,
): Promise<RealApi> {
  const dir = await makeTempDir();
  const jwksFile = join(dir, 'jwks.json');
  const signing = await trustedKey(jwksFile);
  const tokens = new TokenVerifier({
    keys: fileKeys(jwksFile),
    ...{ issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'], clockToleranceS: 5 },
  });
  const errors: string[] = [];
  const stopping = new AbortController();
  const api = createApi({
    endpoints: allEndpoints(commandsOn(store, feed), NAMES),
    tokens: new CredentialVerifier(tokens, new VerifyApiKey(store, systemClock)),
    limits: generousLimits(),
    operations: {
      readiness: () => Promise.resolve({ isReady: true, checks: { database: 'ok' } }),
      metrics: () => Promise.resolve({ type: 'text/plain; version=0.0.4', text: 'members 1\n' }),
    },
    log: errorsInto(errors),
    onRequest: () => undefined,
    onRefusal: () => undefined,
    version,
    stopping: stopping.signal,
  });
  const handle = api.callback();
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    errors,
    token: (claims) => signed(claims, signing),
    async stop() {
      stopping.abort();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await removeTempDir(dir);
    },
  };
}

/** Some are destroyed at once, for that is asked for as well. */
const GRACE_MS = 3_600_000;

function commandsOn(store: Store, feed: ChangeFeed): ApiCommands {
  const find = new FindInstance(store);
  const wait = new AwaitInstance(store, feed);
  const secrets = new FakeSecrets();
  // As a controller would have made it, which there is none of here.
  const tokens = {
    ensureToken: () => Promise.resolve(),
    readToken: () => Promise.resolve('a-gateway-token'),
  };
  const check = new CheckKeys(store, { isTaken: () => Promise.resolve(true) });
  const rotations = new StartRotation(store, secrets, systemClock);
  const [values, fingerprints] = [new FakeCampaignValues(), new FakeFingerprints()];
  return {
    instances: {
      claim: new ClaimInstance(store, systemClock, {
        offers: someOffers(),
        defaultRegion: 'default',
        waitingMax: 2,
      }),
      find,
      list: new ListInstances(store),
      access: new ReadAccess(store, tokens, systemClock),
      wait,
      watch: new WatchInstance(store, feed, { openMax: 2, openPerTenantMax: 1 }),
    },
    lifecycle: {
      remove: new DeleteInstance(store, systemClock, GRACE_MS),
      restart: new RestartInstance(store, systemClock),
      restore: new RestoreInstance(store, systemClock),
      wait,
    },
    config: {
      change: new ChangeConfig(store, openClawSchemas, systemClock),
      find: new FindConfig(store, feed),
    },
    keys: { change: new ChangeKeys(store, secrets, systemClock), check, find, wait },
    rotations: {
      rotate: new RotateKeys(store, { rotations, check, fingerprints }),
      find: new FindRotation(store, feed),
    },
    keyCampaigns: {
      start: new StartKeyCampaign(store, { values, fingerprints }, systemClock),
      change: new ChangeKeyCampaign(store, systemClock),
      find: new FindKeyCampaign(store),
    },
    pools: {
      list: new ListPools(store, systemClock),
      change: new ChangePool(store, systemClock, 50),
    },
    offers: { list: new ListOffers(someOffers(), 'default') },
    tenants: { suspend: new SuspendTenant(store, systemClock) },
    sweeps: { request: new RequestSweep(store, systemClock), find: new FindSweep(store) },
    apiKeys: {
      create: new CreateApiKey(store, systemClock),
      list: new ListApiKeys(store),
      revoke: new RevokeApiKey(store, systemClock),
    },
    webhooks: webhookCommandsOn(store),
    audit: new FindAudit(store),
  };
}

function webhookCommandsOn(store: Store): WebhookCommands {
  const secrets = new FakeWebhookSecrets();
  const sender = new FakeWebhookSender();
  return {
    create: new CreateWebhook(store, secrets, sender, systemClock),
    change: new ChangeWebhook(store, sender, systemClock),
    renewSecret: new RenewWebhookSecret(store, secrets, systemClock),
    find: new FindWebhook(store),
    replay: new ReplayDeliveries(store, systemClock),
    test: new TestWebhook(store, systemClock),
  };
}

function generousLimits(): RequestLimits {
  return new RequestLimits({
    rates: new FakeRateLimits(systemClock),
    limits: {
      address: rateLimitOf('address', ENOUGH_PER_SECOND),
      caller: rateLimitOf('caller', ENOUGH_PER_SECOND),
      tenant: rateLimitOf('tenant', ENOUGH_PER_SECOND),
      creates: rateLimitOf('creates', ENOUGH_PER_SECOND),
    },
    trusted: trustedProxies(['127.0.0.1']),
  });
}

async function trustedKey(jwksFile: string): Promise<KeyObject> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' };
  await writeFile(jwksFile, JSON.stringify({ keys: [jwk] }));
  return privateKey;
}

function signed(
  { role, tenant }: { readonly role: string; readonly tenant?: string },
  key: KeyObject,
): Promise<string> {
  return new SignJWT({ role, ...(tenant === undefined ? {} : { tenant }) })
    .setProtectedHeader({ alg: 'ES256', kid: 'test' })
    .setSubject('tester')
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime('30m')
    .sign(key);
}

function errorsInto(errors: string[]): Log {
  const silent = (): void => undefined;
  const log: Log = {
    error: (sentence, fields = {}) => errors.push(`${sentence} ${JSON.stringify(fields)}`),
    warn: silent,
    info: silent,
    debug: silent,
    with: () => log,
  };
  return log;
}
