import { aPoolKey } from '../support/builders.js';
import { poolIdOf } from '../../src/domain/pool.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import type { Series } from './report.js';
import { childJson } from './support/child-json.js';
import { compileBenches } from './support/compile-benches.js';
import { percentile } from './support/percentile.js';
import { plantMembers } from './support/plant-members.js';
import type { ReconcilePlan } from './support/reconcile-plan.js';
import { ReconcileResult } from './support/reconcile-plan.js';

const MEMBERS = 2_000;
const PASSES = 50;
/** As many as a machine with a tenth of the members on it takes with it, twice over. */
const MISSING = 100;
const CONTROLLER_FOR_MS = 20_000;
const DURABLE = { fsync: 'on', synchronous_commit: 'on' };

/**
 * One pass of the pool's planner over 2,000 members on a real, durable PostgreSQL, when all is well
 * and when a hundred are missing each time; then a whole controller over as many, alone, and beside a
 * second one that shares them: the memory of each, and the passes of whichever makes them.
 */
export async function measure(
  root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  say('compiling (20 s)');
  const compiledIn = await compileBenches(root);
  const database = await startTestDatabase(DURABLE);
  const run = (what: What): Promise<ReconcileResult> => runOn(database, compiledIn, what);
  try {
    say(`${String(PASSES)} passes over ${String(MEMBERS)} members`);
    const settled = await run({ passes: PASSES });
    say(`${String(PASSES)} passes with ${String(MISSING)} members missing each time`);
    const missing = await run({ passes: PASSES, missing: MISSING });
    if (settled.created !== 0) throw new Error('a full pool created members');
    say(`a controller for ${String(CONTROLLER_FOR_MS / 1000)} s`);
    const alone = await run({ controllerForMs: CONTROLLER_FOR_MS });
    say(`two controllers for ${String(CONTROLLER_FOR_MS / 1000)} s`);
    const both = await runBoth(database, compiledIn);
    return [
      ...passesOf(settled, missing),
      memoryOf('controller-memory', alone),
      ...both.map((each, at) => memoryOf(`controller-memory-${String(at + 1)}-of-2`, each)),
      passesOfBoth(alone, both),
    ];
  } finally {
    await database.stop();
  }
}

function passesOf(settled: ReconcileResult, missing: ReconcileResult): readonly Series[] {
  const common = { unit: 'ms', goalP50: null, goalP99: 1_000 } as const;
  return [
    {
      ...{ ...common, name: 'reconcile', samples: settled.passMs, baseline: null },
      facts: { members: MEMBERS, missing: 0 },
      raw: settled,
    },
    {
      ...{ ...common, name: 'reconcile-missing', samples: missing.passMs },
      baseline: 'the row above: nothing to do',
      facts: {
        members: MEMBERS,
        'missing in each pass': MISSING,
        'created in all': missing.created,
      },
      raw: missing,
    },
  ];
}

function passesOfBoth(alone: ReconcileResult, both: readonly ReconcileResult[]): Series {
  const made = both.map(({ controllerPassMs }) => controllerPassMs);
  const [first = 0, second = 0] = made.map(({ length }) => length);
  return {
    ...{ name: 'reconcile-with-two-controllers', unit: 'ms', goalP50: null, goalP99: 1_000 },
    samples: made.flat(),
    baseline: `one controller alone: p50 ${p50(alone.controllerPassMs)} ms`,
    facts: { members: MEMBERS, 'passes of the first': first, 'passes of the second': second },
    raw: both,
  };
}

function p50(samples: readonly number[]): string {
  return percentile(samples, 0.5).toFixed(1);
}

function memoryOf(name: string, result: ReconcileResult): Series {
  const { loadedMb, residentMb, heapMb, controllerPassMs } = result;
  return {
    ...{ name, unit: 'MB', samples: residentMb, goalP50: null, goalP99: 200 },
    baseline: null,
    facts: {
      members: MEMBERS,
      'passes over the pool': controllerPassMs.length,
      'resident when loaded (MB)': Number(loadedMb.toFixed(1)),
      'heap after a collection (MB)': Number(heapMb.toFixed(1)),
    },
  };
}

/** What a child process is to do with the members. */
type What = Partial<Pick<ReconcilePlan, 'passes' | 'missing' | 'controllerForMs'>>;

async function runOn(
  database: TestDatabase,
  compiledIn: string,
  what: What,
): Promise<ReconcileResult> {
  await plant(database);
  return runChild(database, compiledIn, what);
}

/** Two controllers over the same members, each a process of its own. */
async function runBoth(
  database: TestDatabase,
  compiledIn: string,
): Promise<readonly ReconcileResult[]> {
  await plant(database);
  const run = () => runChild(database, compiledIn, { controllerForMs: CONTROLLER_FOR_MS });
  return Promise.all([run(), run()]);
}

async function plant(database: TestDatabase): Promise<void> {
  await database.emptyStore();
  const bounds = { idleFloor: MEMBERS, idleCeiling: MEMBERS, membersMax: MEMBERS * 10 };
  await plantMembers(database, MEMBERS, bounds);
}

function runChild(
  database: TestDatabase,
  compiledIn: string,
  what: What,
): Promise<ReconcileResult> {
  const poolId = poolIdOf(aPoolKey());
  const plan: ReconcilePlan = {
    ...{ url: database.url(), poolId, passes: 0, missing: 0, controllerForMs: 0 },
    ...what,
  };
  return childJson('reconcile-child.ts', plan, ReconcileResult, compiledIn);
}
