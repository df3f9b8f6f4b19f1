import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { TestDatabase } from '../support/database.js';
import type { Series } from './report.js';
import type { ApiProcess } from './support/api-process.js';
import { cpuSecondsOf } from './support/api-process.js';
import type { ClaimWorld } from './support/claim-world.js';
import { startClaimWorld } from './support/claim-world.js';
import { answersOf, isGiven, runLoad } from './support/run-load.js';
import { fixedSchedule } from './support/schedules.js';

const BATCH = 150;
const BATCHES = 12;
/** Slow enough that claims do not meet, on a busy machine too: only their own cost is counted. */
const PER_SECOND = 50;
const WARM_UP_BATCHES = 2;
const WITH_STATISTICS = { shared_preload_libraries: 'pg_stat_statements' };

const Pids = z.array(z.object({ pid: z.number() }));
const Calls = z.array(
  z.object({ per_claim: z.coerce.number(), mean_ms: z.coerce.number(), query: z.string() }),
);

interface Cost {
  readonly apiMs: number;
  readonly databaseMs: number;
  readonly generatorMs: number;
}

/**
 * What a claim costs in processor time, and in how many statements: the rate that a machine can
 * hold is its cores divided by this sum. Processor time is counted by the kernel, so other work on
 * the machine lengthens a claim and hardly changes these figures.
 */
export async function measure(
  root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  const { world, hasStatistics } = await startWorld(root);
  try {
    const [api] = await world.begin({ members: BATCH * (BATCHES + WARM_UP_BATCHES) });
    if (api === undefined) throw new Error('no API was started');
    if (hasStatistics) await world.database.query('CREATE EXTENSION pg_stat_statements', []);
    const costs: Cost[] = [];
    for (let batch = 0; batch < BATCHES + WARM_UP_BATCHES; batch += 1) {
      if (batch === WARM_UP_BATCHES && hasStatistics) await forgetStatistics(world.database);
      const cost = await costOf(world, api, `cost-${String(batch)}`);
      if (batch >= WARM_UP_BATCHES) costs.push(cost);
    }
    if (hasStatistics) await tellStatements(world.database, say);
    return seriesOf(costs, hasStatistics ? await statementsPerClaim(world.database) : null);
  } finally {
    await world.stop();
  }
}

/** PostgreSQL with its statistics of statements, where that extension is installed. */
async function startWorld(root: string): Promise<{ world: ClaimWorld; hasStatistics: boolean }> {
  try {
    return { world: await startClaimWorld(root, WITH_STATISTICS), hasStatistics: true };
  } catch {
    // A server without the extension refuses to start with it.
    return { world: await startClaimWorld(root), hasStatistics: false };
  }
}

async function costOf(world: ClaimWorld, api: ApiProcess, prefix: string): Promise<Cost> {
  const apiBefore = api.cpuSeconds();
  const databaseBefore = await databaseCpuSeconds(world.database);
  const atMs = [...fixedSchedule(PER_SECOND, (BATCH / PER_SECOND) * 1000)];
  const load = await runLoad({ urls: [api.url], token: world.token, prefix, atMs });
  if (!load.shots.every(({ status }) => isGiven(status))) {
    throw new Error(`not every claim was served: ${answersOf(load.shots)}`);
  }
  const perClaimMs = (seconds: number): number => (seconds * 1000) / BATCH;
  return {
    apiMs: perClaimMs(api.cpuSeconds() - apiBefore),
    databaseMs: perClaimMs((await databaseCpuSeconds(world.database)) - databaseBefore),
    generatorMs: perClaimMs(load.generatorCpuSeconds),
  };
}

/** Processor time of all of PostgreSQL's processes that are there now. */
async function databaseCpuSeconds(database: TestDatabase): Promise<number> {
  const pids = Pids.parse(await database.query('SELECT pid FROM pg_stat_activity', []));
  return pids.reduce((sum, { pid }) => sum + cpuSecondsIfAlive(pid), 0);
}

function cpuSecondsIfAlive(pid: number): number {
  try {
    return cpuSecondsOf(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'));
  } catch {
    // A worker of PostgreSQL that ended since.
    return 0;
  }
}

function forgetStatistics(database: TestDatabase): Promise<unknown> {
  return database.query('SELECT pg_stat_statements_reset()', []);
}

const STATEMENTS = `
  SELECT round(calls::numeric / $1, 2) AS per_claim, round(mean_exec_time::numeric, 3) AS mean_ms,
    regexp_replace(left(query, 90), '\\s+', ' ', 'g') AS query
  FROM pg_stat_statements WHERE calls >= $1 ORDER BY total_exec_time DESC`;

async function statementsOf(database: TestDatabase): Promise<z.infer<typeof Calls>> {
  return Calls.parse(await database.query(STATEMENTS, [BATCH * BATCHES]));
}

async function tellStatements(database: TestDatabase, say: (line: string) => void): Promise<void> {
  for (const { per_claim: calls, mean_ms: ms, query } of await statementsOf(database)) {
    say(`${calls.toFixed(1)} per claim, ${ms.toFixed(3)} ms each: ${query}`);
  }
}

async function statementsPerClaim(database: TestDatabase): Promise<number> {
  const all = await statementsOf(database);
  return all.reduce((sum, { per_claim: calls }) => sum + calls, 0);
}

function seriesOf(costs: readonly Cost[], statements: number | null): readonly Series[] {
  const common = { unit: 'ms', goalP50: null, baseline: null } as const;
  const known = statements === null ? {} : { 'statements per claim': Math.round(statements) };
  return [
    {
      ...{ ...common, name: 'claim-cost-api', samples: costs.map(({ apiMs }) => apiMs) },
      facts: { ...known, 'claims per sample': BATCH },
    },
    { ...common, name: 'claim-cost-database', samples: costs.map(({ databaseMs }) => databaseMs) },
    {
      ...{ ...common, name: 'claim-cost-generator' },
      samples: costs.map(({ generatorMs }) => generatorMs),
      baseline: 'the start of its process is part of it, in each sample',
    },
  ];
}
