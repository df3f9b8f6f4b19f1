import { aPoolKey } from '../support/builders.js';
import { poolIdOf } from '../../src/domain/pool.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import type { Series } from './report.js';
import { childJson } from './support/child-json.js';
import { compileBenches } from './support/compile-benches.js';
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
 * and when a hundred are missing each time; then the memory of a whole controller over as many.
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
    const watched = await run({ controllerForMs: CONTROLLER_FOR_MS });
    return [...passesOf(settled, missing), memoryOf(watched)];
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

function memoryOf({ loadedMb, residentMb, heapMb }: ReconcileResult): Series {
  return {
    ...{ name: 'controller-memory', unit: 'MB', samples: residentMb, goalP50: null, goalP99: 200 },
    baseline: null,
    facts: {
      members: MEMBERS,
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
  await database.emptyStore();
  const bounds = { idleFloor: MEMBERS, idleCeiling: MEMBERS, membersMax: MEMBERS * 10 };
  await plantMembers(database, MEMBERS, bounds);
  const poolId = poolIdOf(aPoolKey());
  const plan: ReconcilePlan = {
    ...{ url: database.url(), poolId, passes: 0, missing: 0, controllerForMs: 0 },
    ...what,
  };
  return childJson('reconcile-child.ts', plan, ReconcileResult, compiledIn);
}
