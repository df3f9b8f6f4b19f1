import { hostname } from 'node:os';
import type { SettingName } from '../config/settings.js';
import { CatalogWatch } from '../controllers/catalog-watch.js';
import { Driver } from '../controllers/driver.js';
import { InstanceReconciler } from '../controllers/instance/instance-reconciler.js';
import { PoolReconciler } from '../controllers/pool-reconciler.js';
import type { Reconciler } from '../controllers/reconciler.js';
import { Rounds } from '../controllers/rounds.js';
import type { InstanceState } from '../domain/instance.js';
import { offeredPools } from '../domain/offers.js';
import type { Pool } from '../domain/pool.js';
import { poolIdOf } from '../domain/pool.js';
import { systemClock } from '../lib/clock.js';
import { randomBase32 } from '../lib/random.js';
import type { Store } from '../ports/index.js';
import type { ProbeOptions } from '../telemetry/health.js';
import type { Database, Foundation } from './foundation.js';
import { OUTSIDE_SETTINGS, openOutside } from './open-outside.js';

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
  const { store, feed } = database;
  await ensurePools(foundation, store);
  const { outside, probes } = openOutside(foundation, store);

  const holder = `${hostname()}/${process.pid}/${randomBase32(12)}`;
  const driverOf = (kind: string, reconciler: Reconciler): Driver =>
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
  const pools = driverOf('pool', poolReconciler(foundation, store));
  const rounds = new Rounds(store, pools, instances, log);
  const watch = new CatalogWatch(outside.catalog, instances, log);

  const unsubscribe = feed.subscribe({
    onChange: (id) => {
      instances.wake(id);
    },
    onGap: () => {
      void rounds.once();
    },
  });
  started.push({
    name: 'wake-ups by changes',
    stop: async () => {
      unsubscribe();
    },
  });
  for (const [name, part] of Object.entries({ instances, pools, rounds, watch })) {
    part.start();
    started.push({ name, stop: () => part.stop() });
  }
  return probes;
}

/** Makes the pools that are offered, and lets all others run empty. */
async function ensurePools({ config, log }: Foundation, store: Store): Promise<void> {
  const targets = config.CLAWDEPLOY_POOLS;
  const offered = offeredPools({
    sizeClasses: targets.keys(),
    openclawVersion: config.CLAWDEPLOY_OPENCLAW_VERSION,
    nodePool: config.CLAWDEPLOY_NODE_POOL,
  });
  for (const [sizeClass, key] of offered) {
    const idleTarget = targets.get(sizeClass) ?? 0;
    const membersMax = Math.max(idleTarget, config.CLAWDEPLOY_MEMBERS_MAX);
    const pool = await store.pools.ensure(key, { idleTarget, membersMax }, systemClock.now());
    log.info('pool offered', { poolId: pool.id, idleTarget, membersMax });
  }
  await store.pools.retireOthers([...offered.values()].map(poolIdOf));
}

function poolReconciler({ log, metrics }: Foundation, store: Store): PoolReconciler {
  const onCount = (pool: Pool, counts: ReadonlyMap<InstanceState, number>): void => {
    metrics.poolIdleTarget.set({ pool: pool.id }, pool.idleTarget);
    for (const [state, members] of counts)
      metrics.poolMembers.set({ pool: pool.id, state }, members);
  };
  return new PoolReconciler(store, systemClock, log, onCount);
}
