import { text } from 'node:stream/consumers';
import { setTimeout as pauseMs } from 'node:timers/promises';
import pg from 'pg';
import { createDataSource } from '../../../src/store/data-source.js';
import { createPostgresStore } from '../../../src/store/postgres-store.js';
import type { OutsidePorts } from './bench-controller.js';
import { poolReconcilerOn, startBenchController } from './bench-controller.js';
import type { ReconcileResult } from './reconcile-plan.js';
import { ReconcilePlan } from './reconcile-plan.js';

const BYTES_PER_MB = 2 ** 20;
const LOOK_EVERY_MS = 250;
const WARM_UP_PASSES = 3;
const NOT_WATCHED = { loadedMb: 0, residentMb: [], heapMb: 0, controllerPassMs: [] };

/** The members that the pass before created have started. */
const ADMIT = `UPDATE instances SET state = 'idle', state_at = now() WHERE state = 'creating'`;
/** The youngest idle members are gone, as after the loss of a node. */
const LOSE = `
  UPDATE instances SET state = 'deleted' WHERE id IN (
    SELECT id FROM instances WHERE state = 'idle' ORDER BY state_at DESC, id LIMIT $1)`;

/** Runs the pool's reconciler as often as it is told, then a controller, and says what that took. */
async function main(): Promise<void> {
  const plan = ReconcilePlan.parse(JSON.parse(await text(process.stdin)));
  const passes = await runPasses(plan);
  const isWatched = plan.controllerForMs > 0;
  const memory = isWatched ? await watchController(plan) : NOT_WATCHED;
  const result: ReconcileResult = { ...passes, ...memory };
  process.stdout.write(JSON.stringify(result), () => process.exit());
}

async function runPasses({ url, poolId, passes, missing }: ReconcilePlan) {
  const dataSource = createDataSource({ url, connectionsMax: 4, applicationName: 'bench' });
  await dataSource.initialize();
  const database = new pg.Client({ connectionString: url });
  await database.connect();
  const reconciler = poolReconcilerOn(createPostgresStore(dataSource));
  const passMs: number[] = [];
  for (let pass = 0; passes > 0 && pass < passes + WARM_UP_PASSES; pass += 1) {
    await database.query(ADMIT);
    await database.query(LOSE, [missing]);
    const started = performance.now();
    await reconciler.reconcile(poolId);
    if (pass >= WARM_UP_PASSES) passMs.push(performance.now() - started);
  }
  const { rows } = await database.query<{ created: number }>(
    `SELECT count(*)::integer AS created FROM instances WHERE allocation_id IS NULL`,
  );
  await database.end();
  await dataSource.destroy();
  return { passMs, created: rows[0]?.created ?? 0 };
}

/** A whole controller over the same members, whose gateways all answer at once. */
async function watchController({ url, controllerForMs }: ReconcilePlan) {
  const loadedMb = process.memoryUsage().rss / BYTES_PER_MB;
  const controllerPassMs: number[] = [];
  const controller = await startBenchController(url, EVERYTHING_IS_WELL, (ms) => {
    controllerPassMs.push(ms);
  });
  const residentMb: number[] = [];
  const until = performance.now() + controllerForMs;
  while (performance.now() < until) {
    await pauseMs(LOOK_EVERY_MS);
    residentMb.push(process.memoryUsage().rss / BYTES_PER_MB);
  }
  globalThis.gc?.();
  const heapMb = process.memoryUsage().heapUsed / BYTES_PER_MB;
  await controller.stop();
  return { loadedMb, residentMb, heapMb, controllerPassMs };
}

/** Members in the stock are only looked at; what would change them is not to be asked for here. */
const never = (): Promise<never> => Promise.reject(new Error('not asked for in this benchmark'));

/** Idle members that are found and answer. */
const EVERYTHING_IS_WELL: OutsidePorts = {
  scheduler: {
    startInstance: never,
    stopInstance: never,
    restartInstance: never,
    listAllocations: async () => [],
    explainPlacement: async () => null,
    listJobs: async () => [],
  },
  announcements: {
    announce: never,
    read: never,
    withdraw: never,
    listInstanceIds: never,
  },
  tokens: { ensureToken: never, readToken: never },
  keys: { changeKeys: never, destroyBefore: never },
  shredder: { shred: never, listInstanceIds: never },
  catalog: {
    find: async (instanceId) => ({
      instanceId,
      allocationId: `planted for ${instanceId}`,
      nodeName: 'bench',
      address: '127.0.0.1:1',
      isPassing: true,
    }),
    snapshot: never,
  },
  gateway: {
    startupState: async () => 'started',
    warmUp: never,
    tryToken: never,
    tryModel: never,
    appliedRevision: never,
  },
  edge: { tryToken: never },
};

await main();
