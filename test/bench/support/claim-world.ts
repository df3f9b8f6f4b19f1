import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignJWT, exportJWK } from 'jose';
import type { TestDatabase } from '../../support/database.js';
import { startTestDatabase } from '../../support/database.js';
import { makeTempDir, removeTempDir } from '../../support/temp-dir.js';
import type { ApiPorts, ApiProcess } from './api-process.js';
import { startApiProcess } from './api-process.js';
import { plantMembers } from './plant-members.js';

/** PostgreSQL as it is run for real: what was committed survives a power cut. */
const DURABLE = { fsync: 'on', synchronous_commit: 'on', max_connections: '120' };

/** The API under load: real processes on a real, durable PostgreSQL, with members that are rows. */
export interface ClaimWorld {
  readonly database: TestDatabase;
  /** A product's token that the APIs accept. */
  readonly token: string;
  /** A fresh database with `members` idle members and as many API processes as asked for. */
  begin(options: BeginOptions): Promise<readonly ApiProcess[]>;
  /** One more API process on the database of the last `begin`; `end` stops it too. */
  addApi(ports?: ApiPorts): Promise<ApiProcess>;
  /** Stops the APIs of the last `begin`. */
  end(): Promise<void>;
  stop(): Promise<void>;
}

interface BeginOptions {
  readonly members: number;
  readonly apis?: number;
  readonly nodeArgs?: readonly string[];
}

/** Starts PostgreSQL; `settings` are added to its own. */
export async function startClaimWorld(
  root: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<ClaimWorld> {
  const secretsDir = await makeTempDir();
  const token = await writeIdentity(secretsDir);
  const database = await startTestDatabase({ ...DURABLE, ...settings });
  let running: readonly ApiProcess[] = [];
  const end = async (): Promise<void> => {
    await Promise.all(running.map((api) => api.stop()));
    running = [];
  };
  return {
    database,
    token,
    end,
    async begin({ members, apis = 1, nodeArgs = [] }) {
      await end();
      await database.emptyStore();
      await plantMembers(database, members);
      await writeFile(join(secretsDir, 'database.url'), database.url(), { mode: 0o600 });
      const options = { root, secretsDir, nodeArgs };
      running = await Promise.all(Array.from({ length: apis }, () => startApiProcess(options)));
      return running;
    },
    async addApi(ports) {
      const api = await startApiProcess({ root, secretsDir, ...(ports ? { ports } : {}) });
      running = [...running, api];
      return api;
    },
    async stop() {
      await end();
      await database.stop();
      await removeTempDir(secretsDir);
    },
  };
}

/** Writes what the API reads at its start, and returns a product's token. */
async function writeIdentity(dir: string): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256', use: 'sig' };
  await writeFile(join(dir, 'jwks.json'), JSON.stringify({ keys: [jwk] }));
  for (const name of ['role-id', 'secret-id']) {
    await writeFile(join(dir, name), 'nobody', { mode: 0o600 });
  }
  return new SignJWT({ role: 'product' })
    .setProtectedHeader({ alg: 'ES256', kid: 'bench' })
    .setSubject('bench')
    .setIssuer('clawdeploy')
    .setAudience('clawdeploy-api')
    .setIssuedAt()
    .setExpirationTime('2h')
    .sign(privateKey);
}
