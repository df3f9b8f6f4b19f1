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
import { TokenVerifier } from '../../../src/api/token-verifier.js';
import type { Log } from '../../../src/ports/index.js';
import { makeTempDir, removeTempDir } from '../../support/temp-dir.js';
import { MemoryFleet } from './memory-fleet.js';
import { MemoryKeyCampaigns } from './memory-key-campaigns.js';
import { MemoryRotations } from './memory-rotations.js';
import { MemorySweeps } from './memory-sweeps.js';

const ISSUER = 'clawdeploy';
const AUDIENCE = 'clawdeploy-api';
const NAMES = { baseDomain: 'claws.localhost', edgePort: 8088 };

/** What a token of a test says; the defaults make a valid one of a product. */
export interface TestClaims {
  readonly role?: string;
  readonly tenant?: string;
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
  readonly endpoints: readonly Endpoint[];
  /** Everything that was logged, as text. */
  readonly logged: string[];
  /** Route, method and status of each request, as metrics get them. */
  readonly measured: string[];
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
export async function startMemoryApi(): Promise<MemoryApi> {
  const dir = await makeTempDir();
  const jwksFile = join(dir, 'jwks.json');
  const fleet = new MemoryFleet();
  const rotations = new MemoryRotations(fleet);
  const sweeps = new MemorySweeps();
  const campaigns = new MemoryKeyCampaigns();
  const endpoints = allEndpoints(
    {
      instances: fleet.commands,
      keys: fleet.commands,
      rotations: rotations.commands,
      keyCampaigns: campaigns.commands,
      pools: fleet.pools,
      tenants: fleet.tenants,
      sweeps: sweeps.commands,
    },
    NAMES,
  );
  const logged: string[] = [];
  const stopping = new AbortController();
  const measured: string[] = [];
  const api = createApi({
    endpoints,
    tokens: new TokenVerifier({ jwksFile, issuer: ISSUER, audience: AUDIENCE }),
    operations: {
      readiness: () => Promise.resolve({ isReady: true, checks: { database: 'ok' } }),
      metrics: () =>
        Promise.resolve({ type: 'text/plain; version=0.0.4', text: 'claims_total 1\n' }),
    },
    log: logInto(logged),
    onRequest: (route, method, status) => measured.push(`${method} ${route} ${status}`),
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
    endpoints,
    logged,
    measured,
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
  const { role = 'product', tenant, issuer = ISSUER, audience = AUDIENCE, kid } = claims;
  return new SignJWT({ role, ...(tenant === undefined ? {} : { tenant }) })
    .setProtectedHeader({ alg: 'ES256', ...(kid === undefined ? {} : { kid }) })
    .setSubject('tester')
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
