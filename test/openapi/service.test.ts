import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadTestTool } from '../../tools/setup/toolchain.js';
import type { RequestOf } from '../../src/client/api-client.js';
import { ApiClient } from '../../src/client/api-client.js';
import type { Store } from '../../src/ports/index.js';
import { NOON, aPoolKey, anInstanceId } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import type { RealApi } from '../support/real-api.js';
import { startRealApi } from '../support/real-api.js';
import { makeTempDir, removeTempDir } from '../support/temp-dir.js';

const ROOT = join(import.meta.dirname, '..', '..');
/** The same requests in every run, so that a failure is seen again. */
const SEED = '20261128';
/** What each operation is sent at random, beside the edges of its schemas. */
const RANDOM_REQUESTS = '5';
/** On two idle cores the longest role takes 30 s; this is for cores that others use as well. */
const ROLE_LIMIT_MS = 240_000;

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'missing_required_header',
  'unsupported_method',
  'allow_header_conformance',
];

const ROLES = [
  { role: 'operator', phases: 'examples,coverage,fuzzing' },
  { role: 'product', phases: 'examples,fuzzing' },
  { role: 'auditor', phases: 'examples,fuzzing' },
  { role: 'tenant', tenant: 'ada', phases: 'examples,fuzzing' },
] as const;

describe('the running service', function () {
  this.timeout(ROLE_LIMIT_MS + 10_000);

  let database: TestDatabase;
  let store: Store;
  let api: RealApi;
  let folder: string;
  let config: string;
  let schemathesis: string;

  before(async () => {
    schemathesis = await loadTestTool(ROOT, 'schemathesis');
    database = await startTestDatabase();
    store = await database.emptyStore();
    api = await startRealApi(store, versionOfProduct());
    folder = await makeTempDir();
    await addIdle(store, 2);
    config = await configFor(await api.token({ role: 'product' }));
  });

  after(async () => {
    await api?.stop();
    await database?.stop();
    await removeTempDir(folder);
  });

  it('serves the document that is committed', async () => {
    const committed = readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8');
    const served: unknown = await (await fetch(`${api.url}/openapi.json`)).json();
    expect(served).to.deep.equal(JSON.parse(committed));
  });

  for (const { phases, ...claims } of ROLES) {
    it(`answers the role ${claims.role} as documented, whatever is sent, and never fails`, async () => {
      const token = await api.token(claims);
      const outcome = await run(schemathesis, folder, [
        ...['--config-file', config, 'run', `${api.url}/openapi.json`, '--no-color'],
        ...['--header', `Authorization: Bearer ${token}`],
        ...['--checks', CHECKS.join(','), '--phases', phases],
        ...['--seed', SEED, '--max-examples', RANDOM_REQUESTS, '--request-timeout', '10'],
        // Streams end when their instance settles, which here it never does.
        ...['--exclude-operation-id', 'watchInstance'],
        ...['--suppress-health-check', 'all', '--warnings', 'off'],
      ]);
      expect(outcome.code, outcome.text).to.equal(0);
      expect(api.errors).to.deep.equal([]);
    });
  }

  /** Names of things that are there, for requests that get beyond "there is no such thing". */
  async function configFor(token: string): Promise<string> {
    const client = new ApiClient({ apiUrl: api.url, token });
    const named = (name: string): RequestOf<'claimInstance'> => ({
      body: { tenant: 'ada', name },
      idempotencyKey: name,
    });
    const { id } = await client.call('claimInstance', named('kept'));
    const doomed = await client.call('claimInstance', named('doomed'));
    client.close();
    await proveAll(store);
    const path = join(folder, 'schemathesis.toml');
    // Nothing here settles, so a request that waits would wait for nothing.
    const text = `
[parameters]
"header.prefer" = "wait=0"

[[operations]]
include-path-regex = "^/v1/instances/"
exclude-operation-id = "deleteInstance"
parameters = { "path.id" = "${id}", "path.name" = "stub" }

[[operations]]
include-operation-id = "deleteInstance"
parameters = { "path.id" = "${doomed.id}" }

[[operations]]
include-path-regex = "^/v1/tenants/"
parameters = { "path.ref" = "bea" }

[[operations]]
include-path-regex = "^/v1/sweeps/"
parameters = { "path.id" = "latest" }
`;
    await writeFile(path, text);
    return path;
  }
});

async function addIdle(store: Store, count: number): Promise<void> {
  const bounds = { idleFloor: 2, idleCeiling: 2, membersMax: 50 };
  const pool = await store.pools.ensure(aPoolKey(), bounds, NOON);
  for (let made = 0; made < count; made += 1) {
    const created = await store.instances.insert({ id: anInstanceId(), pool, at: NOON });
    const launched = await store.instances.move(created, { verb: 'launch', at: NOON });
    if (launched !== null) await store.instances.move(launched, { verb: 'admit', at: NOON });
  }
}

/** Plays the controller, which would prove each claimed instance through the edge. */
async function proveAll(store: Store): Promise<void> {
  const page = { limit: 50, cursor: null };
  const { rows } = await store.instances.list({ states: ['binding'] }, page);
  for (const row of rows) await store.instances.move(row, { verb: 'prove', at: NOON });
}

function versionOfProduct(): string {
  const manifest = readFileSync(join(ROOT, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Runs a program in a folder of its own, where Schemathesis keeps what it has tried. */
function run(
  file: string,
  cwd: string,
  args: readonly string[],
): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const options = { cwd, timeout: ROLE_LIMIT_MS, maxBuffer: 32 * 1024 ** 2 };
    execFile(file, [...args], options, (error, stdout, stderr) => {
      const text = `${stdout}${stderr}`;
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), text });
    });
  });
}
