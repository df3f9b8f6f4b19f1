import { randomUUID } from 'node:crypto';
import { Driver } from '../../../src/controllers/driver.js';
import { InstanceReconciler } from '../../../src/controllers/instance/instance-reconciler.js';
import type { Outside } from '../../../src/controllers/instance/outside.js';
import { PoolDemand } from '../../../src/controllers/pool-demand.js';
import { PoolReconciler } from '../../../src/controllers/pool-reconciler.js';
import type { Reconciler } from '../../../src/controllers/reconciler.js';
import { Rounds } from '../../../src/controllers/rounds.js';
import { renderTenantConfig } from '../../../src/domain/gateway-config.js';
import type { LeaseKind } from '../../../src/domain/lease-names.js';
import { systemClock } from '../../../src/lib/clock.js';
import type { Store } from '../../../src/ports/index.js';
import { createDataSource } from '../../../src/store/data-source.js';
import { PostgresChangeFeed } from '../../../src/store/postgres-change-feed.js';
import { createPostgresStore } from '../../../src/store/postgres-store.js';
import { quietLog } from '../../support/quiet-log.js';

/** The part of a controller's outside that is not PostgreSQL. */
export type OutsidePorts = Pick<
  Outside,
  'scheduler' | 'announcements' | 'tokens' | 'shredder' | 'keys' | 'catalog' | 'gateway' | 'edge'
>;

/** A controller that runs, with a store of its own. */
export interface BenchController {
  readonly store: Store;
  /** Gives its leases back, as an orderly exit does. */
  stop(): Promise<void>;
}

const CONNECTIONS_MAX = 10;
const STOCK_OUT_GOAL = 0.001;
/** So many that a benchmark never waits for a start to be granted. */
const STARTS = { startsPerNode: 1_000, startsPerSecond: 1_000, startsBurst: 1_000 };

/**
 * The controller role as src/compose starts it, on a real PostgreSQL, over whatever stands for the
 * outside: drivers with leases, rounds, and wake-ups by the change feed. `onPass` is told how long each
 * pass over a pool took, in milliseconds.
 */
export async function startBenchController(
  url: string,
  ports: OutsidePorts,
  onPass: (ms: number) => void = () => undefined,
): Promise<BenchController> {
  const dataSource = createDataSource({
    ...{ url, connectionsMax: CONNECTIONS_MAX, applicationName: 'bench-controller' },
  });
  await dataSource.initialize();
  const store = createPostgresStore(dataSource);
  const feed = new PostgresChangeFeed(url, quietLog);
  const holder = randomUUID();
  const driverOf = (kind: LeaseKind, reconciler: Reconciler): Driver =>
    new Driver({
      ...{ kind, reconciler, leases: store.leases, holder, log: quietLog },
      onRun: (of, _outcome, seconds) => {
        if (of === 'pool') onPass(seconds * 1000);
      },
    });

  const demand = new PoolDemand(store, systemClock, STOCK_OUT_GOAL);
  const pools = driverOf('pool', poolReconcilerOn(store, demand));
  const instances = driverOf('instance', new InstanceReconciler(outsideOf(store, ports, pools)));
  const rounds = new Rounds(store, pools, instances, quietLog);
  feed.subscribe({
    onChange: (id) => instances.wake(id),
    onGap: () => void rounds.once(),
    onHandOver: () => void rounds.once(),
  });
  feed.start();
  for (const part of [instances, pools, rounds]) part.start();
  return {
    store,
    async stop() {
      await rounds.stop();
      await Promise.all([pools.stop(), instances.stop()]);
      await feed.stop();
      await dataSource.destroy();
    },
  };
}

/** The pool planner as it runs in a controller, for those who run it by themselves. */
export function poolReconcilerOn(
  store: Store,
  demand = new PoolDemand(store, systemClock, STOCK_OUT_GOAL),
): PoolReconciler {
  return new PoolReconciler({
    ...{ store, clock: systemClock, log: quietLog, demand, starts: STARTS },
    onSeen: () => undefined,
  });
}

function outsideOf(store: Store, ports: OutsidePorts, pools: Driver): Outside {
  return {
    ...ports,
    store,
    clock: systemClock,
    log: quietLog,
    renderConfig: (instance, parts) =>
      renderTenantConfig({ instance, ...parts, stubModelUrl: 'http://model.invalid/v1' }),
    announced: new Map(),
    answered: new Map(),
    edgeAnswered: { at: null },
    wakePool: (poolId) => pools.wake(poolId),
    onConfigChange: () => undefined,
    onPhase: () => undefined,
  };
}
