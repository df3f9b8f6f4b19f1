import { aPoolKey } from '../support/builders.js';
import { poolIdOf } from '../../src/domain/pool.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import type { Series } from './report.js';
import { childJson } from './support/child-json.js';
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
  _root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  const database = await startTestDatabase(DURABLE);
  try {
    say(`${String(PASSES)} passes over ${String(MEMBERS)} members`);
    const settled = await run(database, 0, CONTROLLER_FOR_MS);
    say(`${String(PASSES)} passes with ${String(MISSING)} members missing each time`);
    const missing = await run(database, MISSING, 0);
    if (settled.created !== 0) throw new Error('a full pool created members');
    return seriesOf(settled, missing);
  } finally {
    await database.stop();
  }
}

function seriesOf(settled: ReconcileResult, missing: ReconcileResult): readonly Series[] {
  const common = { goalP50: null, baseline: null } as const;
  return [
    {
      ...{ ...common, name: 'reconcile', unit: 'ms', samples: settled.passMs, goalP99: 1_000 },
      facts: { members: MEMBERS, missing: 0 },
      raw: settled,
    },
    {
      ...{ ...common, name: 'reconcile-missing', unit: 'ms', goalP99: 1_000 },
      samples: missing.passMs,
      facts: {
        members: MEMBERS,
        'missing in each pass': MISSING,
        'created in all': missing.created,
      },
      raw: missing,
    },
    {
      ...{ ...common, name: 'controller-memory', unit: 'MB', goalP99: 200 },
      samples: settled.residentMb,
      facts: {
        members: MEMBERS,
        'heap after a collection (MB)': Number(settled.heapMb.toFixed(1)),
        'the TypeScript loader is part of it': true,
      },
    },
  ];
}

async function run(
  database: TestDatabase,
  missing: number,
  controllerForMs: number,
): Promise<ReconcileResult> {
  await database.emptyStore();
  const bounds = { idleFloor: MEMBERS, idleCeiling: MEMBERS, membersMax: MEMBERS * 10 };
  await plantMembers(database, MEMBERS, bounds);
  const poolId = poolIdOf(aPoolKey());
  const plan: ReconcilePlan = {
    ...{ url: database.url(), poolId, passes: PASSES, missing, controllerForMs },
  };
  return childJson('reconcile-child.ts', plan, ReconcileResult);
}
