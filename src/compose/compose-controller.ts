import { hostname } from 'node:os';
import type { SettingName } from '../config/settings.js';
import { CatalogWatch } from '../controllers/catalog-watch.js';
import { Driver } from '../controllers/driver.js';
import { InstanceReconciler } from '../controllers/instance/instance-reconciler.js';
import { PoolDemand } from '../controllers/pool-demand.js';
import type { PoolSeen } from '../controllers/pool-reconciler.js';
import { PoolReconciler } from '../controllers/pool-reconciler.js';
import type { Reconciler } from '../controllers/reconciler.js';
import { Rounds } from '../controllers/rounds.js';
import { SchedulerWatch } from '../controllers/scheduler-watch.js';
import type { LeaseKind } from '../domain/lease-names.js';
import { offersOf } from '../domain/offers.js';
import { POOL_HOLDS, poolIdOf } from '../domain/pool.js';
import { systemClock } from '../lib/clock.js';
import { randomBase32 } from '../lib/random.js';
import type { SchedulerFeed, Store } from '../ports/index.js';
import type { ProbeOptions } from '../telemetry/health.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Database, Foundation } from './foundation.js';
import { offerSettings } from './offer-settings.js';
import { OUTSIDE_SETTINGS, openOutside } from './open-outside.js';
import { sweeping } from './sweeping.js';

export const CONTROLLER_SETTINGS: readonly SettingName[] = [
  ...OUTSIDE_SETTINGS,
  'CLAWDEPLOY_DATABASE_URL_FILE',
];

/** Starts the pool and instance controllers; returns what their readiness depends on. */
export async function startControllerRole(
  foundation: Foundation,
  database: Database,
): Promise<Record<string, ProbeOptions>> {
  const { log, started } = foundation;
  const { store, feed, census } = database;
  await ensurePools(foundation, store);
  const demand = new PoolDemand(store, systemClock, foundation.config.CLAWDEPLOY_STOCK_OUT_GOAL);
  const installation = foundation.config.CLAWDEPLOY_INSTALLATION ?? (await census.identity());
  const { outside, schedulerFeed, probes } = openOutside(foundation, store, {
    installation,
    wakePool: (poolId) => {
      pools.wake(poolId);
    },
  });

  const holder = `${hostname()}/${process.pid}/${randomBase32(12)}`;
  const driverOf = (kind: LeaseKind, reconciler: Reconciler): Driver =>
    new Driver({
      kind,
      reconciler,
      leases: store.leases,
      holder,
      log,
      onRun: (kindRun, outcome, seconds) => {
        foundation.metrics.reconcile.observe({ kind: kindRun, outcome }, seconds);
      },
    });
  const instances = driverOf('instance', new InstanceReconciler(outside));
  const pools = driverOf('pool', poolReconciler(foundation, store, demand));
  const rounds = new Rounds(store, pools, instances, log);
  const watch = new CatalogWatch(outside.catalog, instances, log);
  const schedulerWatch = watchScheduler(foundation, { feed: schedulerFeed, store, instances });
  const sweep = sweeping(foundation, { outside, census, installation, holder });

  const unsubscribe = feed.subscribe({
    onChange: (id) => {
      instances.wake(id);
    },
    onGap: () => {
      void rounds.once();
    },
    onHandOver: () => {
      void rounds.once();
    },
  });
  started.push({
    name: 'wake-ups by changes',
    stop: async () => {
      unsubscribe();
    },
  });
  const holders = { instances, pools, sweep };
  const parts = { ...holders, rounds, watch, schedulerWatch };
  for (const [name, part] of Object.entries(parts)) {
    part.start();
    // Leases first: until they are given back nobody else may go on.
    started.push({ name, isFirst: name in holders, stop: () => part.stop() });
  }
  return probes;
}

function watchScheduler(
  { log, metrics }: Foundation,
  { feed, store, instances }: { feed: SchedulerFeed; store: Store; instances: Driver },
): SchedulerWatch {
  return new SchedulerWatch({
    feed,
    nodes: store.nodes,
    instances,
    log,
    onAge: (seconds) => {
      metrics.schedulerWatchAge.set(seconds);
    },
    onRelist: () => {
      metrics.schedulerRelists.inc();
    },
  });
}

/** Makes the pools that are offered, and lets those of older versions run out. */
async function ensurePools({ config, log }: Foundation, store: Store): Promise<void> {
  const offers = [...offersOf(offerSettings(config)).values()];
  for (const { key, bounds } of offers) {
    const { idleFloor, idleCeiling } = bounds;
    const wanted = { idleFloor, idleCeiling, membersMax: config.CLAWDEPLOY_MEMBERS_MAX };
    const pool = await store.pools.ensure(key, wanted, systemClock.now());
    log.info('pool offered', { poolId: pool.id, ...wanted });
  }
  const offered = offers.map(({ key }) => poolIdOf(key));
  await store.pools.supersedeOthers(offered, systemClock.now());
}

/** Five seconds' worth of starts may come at once after a quiet time. */
const BURST_S = 5;

function poolReconciler(
  { config, log, metrics }: Foundation,
  store: Store,
  demand: PoolDemand,
): PoolReconciler {
  const perSecond = config.CLAWDEPLOY_STARTS_PER_SECOND;
  return new PoolReconciler({
    store,
    clock: systemClock,
    log,
    demand,
    starts: {
      startsPerNode: config.CLAWDEPLOY_STARTS_PER_NODE,
      startsPerSecond: perSecond,
      startsBurst: Math.max(1, perSecond * BURST_S),
    },
    onSeen: (seen) => {
      recordPool(metrics, seen);
    },
  });
}

function recordPool(metrics: Metrics, seen: PoolSeen): void {
  const { pool, counts, plan, sizing, inFlightMax, stranded } = seen;
  const labels = { pool: pool.id };
  metrics.poolIdleTarget.set(labels, pool.idleTarget);
  metrics.poolPredictedStockOut.set(labels, sizing.predictedStockOut);
  metrics.poolStartsWanted.set(labels, sizing.startsWanted);
  metrics.poolStartsAllowed.set(labels, inFlightMax);
  metrics.poolBreakerOpen.set(labels, pool.breakerOpenedAt === null ? 0 : 1);
  metrics.poolStranded.set(labels, stranded);
  for (const reason of POOL_HOLDS) {
    metrics.poolHeldBack.set({ ...labels, reason }, plan.hold === reason ? 1 : 0);
  }
  for (const [state, members] of counts) metrics.poolMembers.set({ ...labels, state }, members);
}
