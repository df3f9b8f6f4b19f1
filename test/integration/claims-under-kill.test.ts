import { join } from 'node:path';
import { setTimeout as pauseMs } from 'node:timers/promises';
import { expect } from 'chai';
import { poolIdOf } from '../../src/domain/pool.js';
import { auditClaims } from '../support/audit-claims.js';
import { aPoolKey, anInstanceId } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { makeTempDir, removeTempDir } from '../support/temp-dir.js';
import type { Note } from './support/claim-notes.js';
import { tenantOf } from './support/claim-notes.js';
import type { WorkersEnd } from './support/claim-workers.js';
import { runClaimWorkers } from './support/claim-workers.js';

const isNightly = process.env['CLAWDEPLOY_NIGHTLY'] === '1';
const WORKERS = 6;
const LANES = 3;
const CLAIMS = isNightly ? 100_000 : 1_500;
const CLAIMS_PER_LANE = Math.ceil(CLAIMS / (WORKERS * LANES));
const ALL_CLAIMS = CLAIMS_PER_LANE * WORKERS * LANES;
/** Idle members that the planter keeps; now and then they run out, and claims wait for a start. */
const STOCK = 60;
const PLANT_EVERY_MS = 100;
/** A kill for about every 130 claims: each costs the worker a new start. */
const KILL_EVERY_BYTES = 10_000;
const LIMIT_MS = isNightly ? 3_600_000 : 240_000;

interface Found {
  readonly key: string;
  readonly instance_id: string;
  readonly claims: number;
}

/** What the database holds for each key, by the tenant that only this key claimed for. */
const BY_KEY = `
  SELECT substr(tenants.external_ref, length($1) + 1) AS key, idempotency_keys.instance_id,
    count(claims.id)::integer AS claims
  FROM tenants
  JOIN idempotency_keys ON idempotency_keys.key = encode(sha256(convert_to(
    substr(tenants.external_ref, length($1) + 1), 'UTF8')), 'hex')
  JOIN claims ON claims.tenant_id = tenants.id
    AND claims.instance_id = idempotency_keys.instance_id
  GROUP BY 1, 2`;

describe('claims of processes that are killed at any instant', function () {
  this.timeout(LIMIT_MS + 10_000);

  let database: TestDatabase;
  let dir: string;
  let end: WorkersEnd;
  let found: ReadonlyMap<string, Found>;

  before(async () => {
    database = await startTestDatabase();
    await database.emptyStore();
    dir = await makeTempDir();
    end = await claimUnderKill();
    const rows = (await database.query(BY_KEY, [tenantOf('')])) as Found[];
    found = new Map(rows.map((row) => [row.key, row]));
  });

  after(async () => {
    await database?.stop();
    await removeTempDir(dir);
  });

  /** Workers, killer and planter side by side, until every worker has made its share. */
  async function claimUnderKill(): Promise<WorkersEnd> {
    await makePool(database);
    const over = new AbortController();
    const planter = plantOnAndOn(database, over.signal);
    const workers = Array.from({ length: WORKERS }, (_, number) => {
      const worker = `w${String(number)}`;
      const notesFile = join(dir, `${worker}.notes`);
      const share = { lanes: LANES, claimsPerLane: CLAIMS_PER_LANE };
      return { url: database.url(), notesFile, worker, ...share };
    });
    try {
      return await Promise.race([
        runClaimWorkers({
          workers,
          killEveryBytes: KILL_EVERY_BYTES,
          pick: (count) => Math.floor(Math.random() * count),
          signal: AbortSignal.any([over.signal, AbortSignal.timeout(LIMIT_MS)]),
        }),
        planter,
      ]);
    } finally {
      over.abort();
      await planter.catch(() => undefined);
    }
  }

  const notesOf = (kind: Note['kind']): readonly Note[] =>
    end.notes.filter((note) => note.kind === kind);

  it('was killed in the middle of claims, again and again', () => {
    expect(end.kills).to.be.at.least(3);
    expect(end.killsInMidClaim).to.be.at.least(1);
  });

  it('gives no instance to two, and no claim ends without its instance', async () => {
    const audit = await auditClaims(database);

    expect(audit).to.deep.equal({ claims: ALL_CLAIMS, doubleAssignments: 0, lost: 0 });
  });

  it('keeps every answer that was given, and gives no other one later', () => {
    const answers = [...notesOf('got'), ...notesOf('again')];

    const changed = answers.filter(({ key, says }) => found.get(key)?.instance_id !== says);
    expect(new Set(answers.map(({ key }) => key)).size).to.equal(ALL_CLAIMS);
    expect(changed).to.deep.equal([]);
  });

  it('makes one claim of a key, however often its request was cut off and tried again', async () => {
    const tried = new Set(notesOf('try').map(({ key }) => key));
    const claims = await database.query('SELECT count(*)::integer AS n FROM claims', []);

    expect(found.size).to.equal(tried.size);
    expect([...found.values()].filter((row) => row.claims !== 1)).to.deep.equal([]);
    expect(claims).to.deep.equal([{ n: tried.size }]);
  });
});

async function makePool(database: TestDatabase): Promise<void> {
  const key = aPoolKey();
  await database.query(
    `INSERT INTO pools (id, size_class, openclaw_version, config_schema, node_pool, idle_target,
       members_max, created_at) VALUES ($1, $2, $3, $4, $5, 0, 1000000, now())`,
    [poolIdOf(key), key.sizeClass, key.openclawVersion, key.configSchema, key.nodePool],
  );
}

/** Brings idle members while others take them; fails when it cannot, which ends the test. */
async function plantOnAndOn(database: TestDatabase, signal: AbortSignal): Promise<never> {
  for (;;) {
    if (signal.aborted) throw new Error('the planter was told to stop');
    await plant(database);
    await pauseMs(PLANT_EVERY_MS);
  }
}

async function plant(database: TestDatabase): Promise<void> {
  const ids = Array.from({ length: STOCK }, () => anInstanceId());
  await database.query(
    `INSERT INTO instances
       (id, pool_id, state, state_at, size_class, openclaw_version, allocation_id, created_at)
     SELECT member, pools.id, 'idle', now(), pools.size_class, pools.openclaw_version,
       'planted for ' || member, now()
     FROM unnest($1::text[]) WITH ORDINALITY AS fresh (member, place), pools
     WHERE place > (SELECT count(*) FROM instances WHERE state = 'idle')`,
    [ids],
  );
}
