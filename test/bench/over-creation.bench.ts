import { setTimeout as pauseMs } from 'node:timers/promises';
import { z } from 'zod';
import type { InstanceId } from '../../src/domain/ids.js';
import type { Store } from '../../src/ports/index.js';
import { NOON, aPoolKey, anInstanceId } from '../support/builders.js';
import { claimsOn } from '../support/claim-command.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { FakeFleet } from '../support/fakes/fake-fleet.js';
import { waitFor } from '../support/wait-for.js';
import type { Series } from './report.js';
import type { BenchController } from './support/bench-controller.js';
import { startBenchController } from './support/bench-controller.js';
import { StaleView } from './support/stale-view.js';

const LAG_MS = 5_000;
const IDLE = 40;
const CLAIMS = 150;
const CLAIM_EVERY_MS = 100;
const KILLS = 10;
/** Longer than the view lags, so that whatever it can mislead anybody to has happened. */
const QUIET_MS = 3 * LAG_MS;
const SETTLE_LIMIT_MS = 180_000;
const BASELINE_FOR_MS = 20_000;
const BASELINE_EVERY_MS = 1_000;

const Counts = z.tuple([
  z.object({ rows: z.number(), idle: z.number(), proven_dead: z.number(), owned: z.number() }),
]);
const COUNT = `
  SELECT count(*)::integer AS rows,
    count(*) FILTER (WHERE state = 'idle')::integer AS idle,
    count(*) FILTER (WHERE failure_code IS NOT NULL)::integer AS proven_dead,
    count(*) FILTER (WHERE tenant_id IS NOT NULL)::integer AS owned
  FROM instances`;

/**
 * How many members two controllers create for how many are wanted, when all listings of the
 * scheduler and the catalog are five seconds old: the pool fills, is claimed from, and loses
 * members that really died. Real PostgreSQL and the real controllers; the fleet is in memory.
 */
export async function measure(
  _root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  const database = await startTestDatabase({});
  try {
    const baseline = await countingByListing();
    say(`a planner that counts the listing creates ${String(baseline)} for ${String(IDLE)}`);
    return [await twoControllers(database, baseline, say)];
  } finally {
    await database.stop();
  }
}

async function twoControllers(
  database: TestDatabase,
  baseline: number,
  say: (line: string) => void,
): Promise<Series> {
  const store = await database.emptyStore();
  const bounds = { idleFloor: IDLE, idleCeiling: IDLE, membersMax: 10_000 };
  await store.pools.ensure(aPoolKey(), bounds, NOON);
  const fleet = new FakeFleet();
  const view = new StaleView(fleet, LAG_MS);
  const controllers: BenchController[] = [];
  try {
    for (const _controller of ['first', 'second']) {
      controllers.push(await startBenchController(database.url(), portsOf(fleet, view)));
    }
    await settled(database, say, 'the pool is full');
    const killed = await claimAndKill(store, fleet);
    await settled(database, say, `${String(CLAIMS)} claims and ${String(KILLS)} deaths later`);
    return await seriesOf(database, { view, killed, baseline });
  } finally {
    view.stop();
    await Promise.all(controllers.map((controller) => controller.stop()));
  }
}

function portsOf(fleet: FakeFleet, view: StaleView) {
  const { announcements, secrets, gateway, edge } = fleet;
  const { scheduler, catalog } = view;
  const vault = { tokens: secrets, shredder: secrets, keys: secrets };
  return { scheduler, catalog, announcements, gateway, edge, ...vault };
}

/** Claims one after the other, and every now and then an idle member dies. */
async function claimAndKill(store: Store, fleet: FakeFleet): Promise<number> {
  const claims = claimsOn(store, CLAIMS);
  const killed = new Set<InstanceId>();
  for (let number = 0; number < CLAIMS; number += 1) {
    const name = `over-${String(number)}`;
    await claims.claim(name, name);
    if (number % Math.floor(CLAIMS / KILLS) === 0) {
      const victim = await idleVictim(store, killed);
      fleet.scheduler.failAllocation(victim);
      killed.add(victim);
    }
    await pauseMs(CLAIM_EVERY_MS);
  }
  return killed.size;
}

/** The youngest idle member, which no claim takes before it is found dead. */
async function idleVictim(store: Store, killed: ReadonlySet<InstanceId>): Promise<InstanceId> {
  return waitFor(
    async () => {
      const page = { limit: 200, cursor: null };
      const { rows } = await store.instances.list({ states: ['idle'] }, page);
      const sound = rows.filter(({ id, suspectAt }) => suspectAt === null && !killed.has(id));
      return sound.toSorted((a, b) => b.stateAt.getTime() - a.stateAt.getTime())[0]?.id;
    },
    { withinMs: SETTLE_LIMIT_MS, describe: 'an idle member to kill' },
  );
}

/** Waits until the stock is what it should be and nothing more was created for long. */
async function settled(
  database: TestDatabase,
  say: (line: string) => void,
  when: string,
): Promise<void> {
  let last = '';
  let since = performance.now();
  await waitFor(
    async () => {
      const [counts] = Counts.parse(await database.query(COUNT, []));
      const now = JSON.stringify(counts);
      if (now !== last) since = performance.now();
      last = now;
      return counts.idle === IDLE && performance.now() - since > QUIET_MS;
    },
    { withinMs: SETTLE_LIMIT_MS, describe: `a settled pool, ${when}`, everyMs: 250 },
  );
  say(`${when}: ${last}`);
}

async function seriesOf(
  database: TestDatabase,
  end: { readonly view: StaleView; readonly killed: number; readonly baseline: number },
): Promise<Series> {
  const [counts] = Counts.parse(await database.query(COUNT, []));
  const wanted = IDLE + CLAIMS + end.killed;
  return {
    name: 'over-creation',
    unit: '×',
    samples: [counts.rows / wanted],
    goalP50: 1,
    baseline:
      `${(end.baseline / IDLE).toFixed(1)} × by a planner that counts the listing (this run); ` +
      '1.004 ×, agent-sandbox after its fix (published)',
    facts: {
      created: counts.rows,
      wanted: `${String(wanted)} (${String(IDLE)} idle, ${String(CLAIMS)} claimed, ${String(end.killed)} killed)`,
      'found dead': counts.proven_dead,
      'jobs started': end.view.jobsStarted,
      'start calls': end.view.startCalls,
      controllers: 2,
      'view lags by (s)': LAG_MS / 1000,
    },
  };
}

/** What most planners do: look how many there are, and start as many as are missing. */
async function countingByListing(): Promise<number> {
  const fleet = new FakeFleet();
  const view = new StaleView(fleet, LAG_MS);
  const signal = AbortSignal.timeout(BASELINE_FOR_MS * 2);
  try {
    const until = performance.now() + BASELINE_FOR_MS;
    while (performance.now() < until) {
      for (let missing = IDLE - view.listed().length; missing > 0; missing -= 1) {
        await view.scheduler.startInstance(
          { instanceId: anInstanceId(), pool: aPoolKey() },
          signal,
        );
      }
      await pauseMs(BASELINE_EVERY_MS);
    }
    return view.jobsStarted;
  } finally {
    view.stop();
  }
}
