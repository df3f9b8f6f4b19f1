import type { InstanceId, PoolId } from '../../src/domain/ids.js';
import { renderTenantConfig } from '../../src/domain/gateway-config.js';
import { InstanceReconciler } from '../../src/controllers/instance/instance-reconciler.js';
import { PoolDemand } from '../../src/controllers/pool-demand.js';
import type { Outside } from '../../src/controllers/instance/outside.js';
import type { PoolSeen } from '../../src/controllers/pool-reconciler.js';
import { PoolReconciler } from '../../src/controllers/pool-reconciler.js';
import type { Clock } from '../../src/lib/clock.js';
import type { Store } from '../../src/ports/index.js';
import type { FakeFleet } from './fakes/fake-fleet.js';
import { quietLog } from './quiet-log.js';

/** More rounds than any life takes when nothing is in its way. */
const ROUNDS_MAX = 60;

/**
 * The real reconcilers over a store and a fleet in memory, run one at a time and in order, so that
 * a test decides what happens between two of them.
 */
export class TestControlPlane {
  readonly #instances: InstanceReconciler;
  readonly #pools: PoolReconciler;
  readonly #signal = new AbortController().signal;
  /** The last look at each pool. */
  readonly seen = new Map<PoolId, PoolSeen>();
  readonly outside: Outside;

  constructor(
    private readonly store: Store,
    fleet: FakeFleet,
    clock: Clock,
  ) {
    const demand = new PoolDemand(store, clock, 0.001);
    this.outside = {
      store,
      scheduler: fleet.scheduler,
      announcements: fleet.announcements,
      tokens: fleet.secrets,
      shredder: fleet.secrets,
      keys: fleet.secrets,
      catalog: fleet.catalog,
      gateway: fleet.gateway,
      edge: fleet.edge,
      clock,
      log: quietLog,
      renderConfig: (instance, parts) =>
        renderTenantConfig({ instance, ...parts, stubModelUrl: 'http://model.invalid/v1' }),
      announced: new Map(),
      answered: new Map(),
      edgeAnswered: { at: null },
      wakePool: () => undefined,
      onConfigChange: () => undefined,
      onPhase: () => undefined,
    };
    this.#instances = new InstanceReconciler(this.outside);
    this.#pools = new PoolReconciler({
      store,
      clock,
      log: quietLog,
      demand,
      starts: { startsPerNode: 4, startsPerSecond: 100, startsBurst: 100 },
      onSeen: (seen) => {
        this.seen.set(seen.pool.id, seen);
      },
    });
  }

  /** One run for one instance; its failure is the caller's to expect. */
  async step(id: InstanceId): Promise<void> {
    await this.#instances.reconcile(id, this.#signal, 'common');
  }

  async plan(poolId: PoolId): Promise<void> {
    await this.#pools.reconcile(poolId);
  }

  /** Plans every pool and takes one step with everything that is due; failures are left for later. */
  async round(): Promise<void> {
    for (const { id } of await this.store.pools.list()) await this.plan(id);
    for (const id of await this.store.instances.listDue(500)) {
      await this.step(id).catch(() => undefined);
    }
  }

  /** Rounds until `isDone`; tells when it never is. */
  async runUntil(describe: string, isDone: () => Promise<boolean>): Promise<void> {
    for (let rounds = 0; rounds < ROUNDS_MAX; rounds += 1) {
      if (await isDone()) return;
      await this.round();
    }
    throw new Error(`After ${String(ROUNDS_MAX)} rounds still not: ${describe}`);
  }
}
