import { ChangeKeyCampaign } from '../../../src/commands/change-key-campaign.js';
import { ChangeKeys } from '../../../src/commands/change-keys.js';
import { CheckKeys } from '../../../src/commands/check-keys.js';
import { ClaimInstance } from '../../../src/commands/claim-instance.js';
import { DeleteInstance } from '../../../src/commands/delete-instance.js';
import { RestartInstance } from '../../../src/commands/restart-instance.js';
import { RestoreInstance } from '../../../src/commands/restore-instance.js';
import { FindKeyCampaign } from '../../../src/commands/find-key-campaign.js';
import { RotateKeys } from '../../../src/commands/rotate-keys.js';
import { StartKeyCampaign } from '../../../src/commands/start-key-campaign.js';
import { StartRotation } from '../../../src/commands/start-rotation.js';
import { keyField } from '../../../src/domain/rotation.js';
import { FindInstance } from '../../../src/commands/find-instance.js';
import { CatalogWatch } from '../../../src/controllers/catalog-watch.js';
import { Driver } from '../../../src/controllers/driver.js';
import { InstanceReconciler } from '../../../src/controllers/instance/instance-reconciler.js';
import type { Outside } from '../../../src/controllers/instance/outside.js';
import { PoolDemand } from '../../../src/controllers/pool-demand.js';
import { PoolReconciler } from '../../../src/controllers/pool-reconciler.js';
import type { Reconciler } from '../../../src/controllers/reconciler.js';
import { Rounds } from '../../../src/controllers/rounds.js';
import { Sweeper } from '../../../src/controllers/sweep/sweeper.js';
import { SweepRounds } from '../../../src/controllers/sweep/sweep-rounds.js';
import { TokenCache } from '../../../src/controllers/token-cache.js';
import type { LeaseKind } from '../../../src/domain/lease-names.js';
import { randomBase32 } from '../../../src/lib/random.js';
import type { Log, LogFields, Store } from '../../../src/ports/index.js';
import type { Process } from '../core/simulation.js';
import { createMemoryCensus, createMemoryStore } from '../store/memory-store.js';
import type { World } from '../world/ports.js';
import {
  INSTALLATION,
  campaignValuesOf,
  fingerprintsOf,
  keyVaultOf,
  portsTo,
} from '../world/ports.js';
import type { Notices } from './notices.js';

/** What all processes of the control plane have in common. */
export interface ControlPlane {
  readonly world: World;
  readonly notices: Notices;
  /** Told of every line that a process logs. */
  readonly onLog: (level: 'error' | 'warn', sentence: string, fields: LogFields) => void;
}

/** What callers may ask of an API process. */
export interface Api {
  readonly process: Process;
  readonly claim: ClaimInstance;
  readonly find: FindInstance;
  readonly remove: DeleteInstance;
  /** A deletion that can be undone for a while. */
  readonly trash: DeleteInstance;
  readonly restore: RestoreInstance;
  readonly restart: RestartInstance;
  readonly changeKeys: ChangeKeys;
  readonly rotateKeys: RotateKeys;
  readonly startCampaign: StartKeyCampaign;
  readonly changeCampaign: ChangeKeyCampaign;
  readonly findCampaign: FindKeyCampaign;
}

/** A controller that was started; `stop` is what it does when it is told to end. */
export interface Controller {
  readonly process: Process;
  stop(): Promise<void>;
}

const WAITING_MAX = 8;
const GRACE_MS = 60_000;
const STOCK_OUT_GOAL = 0.01;
export const STARTS = { startsPerNode: 2, startsPerSecond: 1, startsBurst: 5 };

/** The commands, as an API process has them. */
export function startApi({ world }: ControlPlane, process: Process): Api {
  const store = createMemoryStore(world.database);
  const clock = world.sim.clockOf(process);
  const fingerprints = fingerprintsOf(world);
  const options = {
    offers: world.releases.offers(),
    defaultRegion: 'default',
    waitingMax: WAITING_MAX,
  };
  return {
    process,
    claim: new ClaimInstance(store, clock, options),
    find: new FindInstance(store),
    remove: new DeleteInstance(store, clock),
    trash: new DeleteInstance(store, clock, GRACE_MS),
    restore: new RestoreInstance(store, clock),
    restart: new RestartInstance(store, clock),
    changeKeys: new ChangeKeys(store, keyVaultOf(world), clock),
    rotateKeys: new RotateKeys(store, {
      rotations: new StartRotation(store, keyVaultOf(world), clock),
      check: new CheckKeys(store, { isTaken: () => Promise.resolve(true) }),
      fingerprints,
    }),
    startCampaign: new StartKeyCampaign(
      store,
      { values: campaignValuesOf(world), fingerprints },
      clock,
    ),
    changeCampaign: new ChangeKeyCampaign(store, clock),
    findCampaign: new FindKeyCampaign(store),
  };
}

/** A controller with all that the product's own has: drivers, leases, rounds, watch and sweeper. */
export function startController(plane: ControlPlane, process: Process): Controller {
  const { world, notices } = plane;
  const { sim } = world;
  const store = createMemoryStore(world.database);
  const census = createMemoryCensus(world.database);
  const clock = sim.clockOf(process);
  const log = logOf(plane);
  const demand = new PoolDemand(store, clock, STOCK_OUT_GOAL);
  const outside = outsideOf(plane, process, store, {
    wakePool: (poolId) => {
      pools.wake(poolId);
    },
  });
  const holder = `${process.name}/${randomBase32(12)}`;
  const driverOf = (kind: LeaseKind, reconciler: Reconciler): Driver =>
    new Driver({ kind, reconciler, leases: store.leases, holder, log });
  const planner = new PoolReconciler({
    ...{ store, clock, log, demand, starts: STARTS, onSeen: () => undefined },
  });
  const instances = driverOf('instance', new InstanceReconciler(outside));
  const pools = driverOf('pool', planner);
  const rounds = new Rounds(store, pools, instances, log);
  const watch = new CatalogWatch(outside.catalog, instances, log);
  const sweep = new SweepRounds({
    sweeper: new Sweeper({ outside, census, installation: INSTALLATION }),
    ...{ leases: store.leases, sweeps: store.sweeps, holder, isDryRun: false, log },
    onReport: () => undefined,
  });
  const unsubscribe = notices.feedOf(process).subscribe({
    onChange: (id) => {
      instances.wake(id);
    },
    onGap: () => {
      void rounds.once();
    },
  });
  const parts = [instances, pools, rounds, watch, sweep];
  for (const part of parts) part.start();
  return {
    process,
    stop: async () => {
      unsubscribe();
      for (const part of parts.toReversed()) await part.stop();
    },
  };
}

function outsideOf(
  plane: ControlPlane,
  process: Process,
  store: Store,
  pools: Pick<Outside, 'wakePool'>,
): Outside {
  const { world } = plane;
  const ports = portsTo(world);
  return {
    ...{ ...ports, ...pools, store },
    tokens: new TokenCache(ports.tokens),
    clock: world.sim.clockOf(process),
    log: logOf(plane),
    // The fields that a gateway would look for: that is all that the world checks of it.
    renderConfig: (_instance, { keys, trial }) =>
      JSON.stringify([
        ...keys.map(({ name, slot }) => keyField(name, slot)),
        ...(trial?.names.map((name) => keyField(name, trial.number)) ?? []),
      ]),
    announced: new Map(),
    answered: new Map(),
    edgeAnswered: { at: null },
    onConfigChange: () => undefined,
    onPhase: () => undefined,
  };
}

/** What a process of the control plane logs, for the trace and the judge. */
export function logOf({ world, onLog }: ControlPlane): Log {
  const tell =
    (level: 'error' | 'warn' | 'info') =>
    (sentence: string, fields: LogFields = {}): void => {
      world.sim.note(`${level}: ${sentence} ${shown(fields)}`);
      if (level !== 'info') onLog(level, sentence, fields);
    };
  const log: Log = {
    ...{ error: tell('error'), warn: tell('warn'), info: tell('info') },
    debug: () => undefined,
    with: () => log,
  };
  return log;
}

function shown(fields: LogFields): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
}
