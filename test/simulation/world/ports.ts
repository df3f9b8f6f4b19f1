import type { InstanceId } from '../../../src/domain/ids.js';
import { Fault } from '../../../src/errors/index.js';
import type { Outside } from '../../../src/controllers/instance/outside.js';
import { digestOf } from '../../../src/lib/digest.js';
import type {
  CampaignValues,
  CatalogSnapshot,
  Fingerprints,
  KeyVault,
  ModelVerdict,
  StartupState,
} from '../../../src/ports/index.js';
import type { Database } from '../store/database.js';
import type { FaultPlan } from '../core/fault-plan.js';
import { Chance } from '../core/chance.js';
import type { Simulation } from '../core/simulation.js';
import type { Network, System } from './network.js';
import type { Releases } from './releases.js';
import type { Servers } from './servers.js';

/** Who our jobs say registered them. */
export const INSTALLATION = 'simulated';
const WAIT_FOR_CATALOG_MS = 55_000;

type Ports = Pick<
  Outside,
  'scheduler' | 'announcements' | 'tokens' | 'shredder' | 'keys' | 'catalog' | 'gateway' | 'edge'
>;

/** The whole outside as one process reaches it. */
export interface World {
  readonly sim: Simulation;
  readonly faults: FaultPlan;
  readonly network: Network;
  readonly servers: Servers;
  readonly releases: Releases;
  readonly database: Database;
}

/** The outside through our own ports. */
export function portsTo(world: World): Ports {
  return {
    ...nomadPorts(world),
    ...vaultPorts(world),
    ...gatewayPorts(world),
    keys: keyVaultOf(world),
    catalog: {
      find: (id, signal) =>
        ask(world, 'consul', `find ${id}`, signal, () => world.servers.gateways.listed(id)),
      snapshot: (afterIndex, signal) => snapshot(world, afterIndex, signal),
    },
  };
}

/** The tenants' keys, as the API writes them. */
export function keyVaultOf(world: World): KeyVault {
  return {
    changeKeys: (id, changes, signal) =>
      tell(world, 'vault', `keys of ${id}`, signal, () => world.servers.changeKeys(id, changes)),
    startOver: (id, values, signal) =>
      tell(world, 'vault', `keys of ${id} anew`, signal, () =>
        world.servers.startOver(id, Object.keys(values)),
      ),
    destroyBefore: (id, version, signal) =>
      tell(world, 'vault', `destroy keys of ${id} before v${version}`, signal, () => {
        world.servers.destroyKeysBefore(id, version);
      }),
  };
}

/** The values of key campaigns, as API and worker reach them. */
export function campaignValuesOf(world: World): CampaignValues {
  const { campaignValues } = world.servers;
  return {
    write: (id, value, signal) =>
      tell(world, 'vault', `value of ${id}`, signal, () => {
        // A request that arrives twice meets its own version, as with any check-and-set.
        if (campaignValues.has(id)) throw new Fault('vault_refused', 'It is written already.');
        campaignValues.set(id, value);
      }),
    read: (id, signal) =>
      ask(world, 'vault', `read value of ${id}`, signal, () => campaignValues.get(id) ?? null),
    destroy: (id, signal) =>
      tell(world, 'vault', `destroy value of ${id}`, signal, () => {
        campaignValues.delete(id);
      }),
    list: (signal) => ask(world, 'vault', 'list values', signal, () => [...campaignValues.keys()]),
  };
}

/** Vault's marks of requests; what they are made with is of no interest here. */
export function fingerprintsOf(world: World): Fingerprints {
  return {
    fingerprint: (text, signal) =>
      ask(world, 'vault', 'a fingerprint', signal, () => `of ${digestOf(text)}`),
  };
}

function nomadPorts(world: World): Pick<Ports, 'scheduler' | 'announcements'> {
  const { servers } = world;
  return {
    scheduler: {
      startInstance: (spec, signal) =>
        tell(world, 'nomad', `start ${spec.instanceId}`, signal, () => {
          servers.start(spec);
        }),
      stopInstance: (id, signal) =>
        tell(world, 'nomad', `stop ${id}`, signal, () => servers.stop(id)),
      restartInstance: (id, allocationId, signal) =>
        tell(world, 'nomad', `restart ${id}`, signal, () => {
          servers.restart(id, allocationId);
        }),
      listAllocations: (id, signal) =>
        ask(world, 'nomad', `allocations of ${id}`, signal, () => servers.allocations(id)),
      explainPlacement: (id, signal) =>
        ask(world, 'nomad', `evaluations of ${id}`, signal, () => null),
      listJobs: (signal) =>
        ask(world, 'nomad', 'list jobs', signal, () =>
          [...servers.jobs.values()].map(({ instanceId, isStopped }) => {
            return { instanceId, isManaged: true, installation: INSTALLATION, isStopped };
          }),
        ),
    },
    announcements: {
      announce: (id, announcement, signal) =>
        tell(world, 'nomad', `announce ${id} r${announcement.revision}`, signal, () =>
          servers.announce(id, announcement),
        ),
      read: (id, signal) =>
        ask(world, 'nomad', `read variable ${id}`, signal, () => {
          return servers.announcements.get(id) ?? null;
        }),
      withdraw: (id, signal) =>
        tell(world, 'nomad', `withdraw ${id}`, signal, () => {
          servers.announcements.delete(id);
        }),
      listInstanceIds: (signal) =>
        ask(world, 'nomad', 'list variables', signal, () => [...servers.announcements.keys()]),
    },
  };
}

function vaultPorts(world: World): Pick<Ports, 'tokens' | 'shredder'> {
  const { servers } = world;
  return {
    tokens: {
      ensureToken: (id, version, signal) =>
        tell(world, 'vault', `ensure token ${id} v${version}`, signal, () => {
          servers.ensureToken(id, version);
        }),
      readToken: (id, version, signal) =>
        ask(world, 'vault', `read token ${id} v${version}`, signal, () => {
          return servers.tokens.get(id)?.[version - 1] ?? null;
        }),
    },
    shredder: {
      shred: (id, signal) =>
        tell(world, 'vault', `shred ${id}`, signal, () => {
          servers.shred(id);
        }),
      listInstanceIds: (signal) =>
        ask(world, 'vault', 'list secrets', signal, () => servers.secretIds()),
    },
  };
}

function gatewayPorts(world: World): Pick<Ports, 'gateway' | 'edge'> {
  const { gateways } = world.servers;
  /** A gateway that does not answer is information, whatever the network did. */
  const reach = <Result>(asked: Promise<Result>, silent: Result): Promise<Result> =>
    asked.catch((error: unknown) => {
      if (error instanceof Fault) return silent;
      throw error;
    });
  return {
    gateway: {
      startupState: (address, signal) =>
        reach<StartupState>(
          ask(world, 'gateway', `startup of ${address}`, signal, () => {
            const state = gateways.answering(address)?.state;
            if (state === undefined) return 'unreachable';
            return state === 'started' ? 'started' : 'starting';
          }),
          'unreachable',
        ),
      warmUp: (address, token, signal) =>
        tell(world, 'gateway', `warm up ${address}`, signal, () => {
          warmUp(world, address, token);
        }),
      tryToken: (address, token, signal) =>
        reach(
          ask(world, 'gateway', `try token at ${address}`, signal, () => {
            return gateways.judge(address, token);
          }),
          'unreachable',
        ),
      tryModel: (address, token, model, signal) =>
        reach<ModelVerdict>(
          ask(world, 'gateway', `try ${model} at ${address}`, signal, () =>
            gateways.judge(address, token) === 'accepted' ? verdictOn(world, model) : 'unreachable',
          ),
          'unreachable',
        ),
      appliedRevision: (address, signal) =>
        reach(
          ask(world, 'gateway', `revision of ${address}`, signal, () => {
            return gateways.answering(address)?.live?.revision ?? null;
          }),
          null,
        ),
    },
    edge: {
      tryToken: (id, token, signal) =>
        reach(
          ask(world, 'gateway', `try token of ${id} through the edge`, signal, () => {
            const address = world.servers.isEdgeAway() ? null : routeOf(world, id);
            return address === null ? 'unreachable' : gateways.judge(address, token);
          }),
          'unreachable',
        ),
    },
  };
}

function warmUp({ servers }: World, address: string, token: string): void {
  const verdict = servers.gateways.judge(address, token);
  if (verdict === 'unreachable') throw new Fault('gateway_unreachable', 'It does not answer.');
  if (verdict !== 'accepted') throw new Fault('gateway_refused', 'It refused the token.');
  const gateway = servers.gateways.answering(address);
  if (gateway !== null) gateway.hasWarmedUp = true;
}

/** The edge asks the database, which it may do at any moment. */
export function routeOf({ database }: World, id: InstanceId): string | null {
  const row = database.instances.committed().get(id);
  const isRouted = row !== undefined && ['binding', 'ready', 'resuming'].includes(row.state);
  return isRouted ? row.address : null;
}

async function snapshot(
  world: World,
  afterIndex: string | null,
  signal: AbortSignal,
): Promise<CatalogSnapshot> {
  const { sim, servers } = world;
  const { gateways } = servers;
  if (afterIndex === String(gateways.catalogIndex)) {
    const process = sim.current();
    await new Promise<void>((resolve) => {
      gateways.onNextCatalog(() => {
        sim.schedule(0, process, resolve);
      });
      sim.schedule(WAIT_FOR_CATALOG_MS, process, resolve);
      signal.addEventListener('abort', () => {
        resolve();
      });
    });
  }
  return ask(world, 'consul', 'list services', signal, () => {
    return { entries: gateways.allListed(), index: String(gateways.catalogIndex) };
  });
}

function ask<Result>(
  { network }: World,
  system: System,
  label: string,
  signal: AbortSignal,
  effect: () => Result,
): Promise<Result> {
  return network.call({ system, label, signal, effect, isWrite: false });
}

function tell<Result>(
  { network }: World,
  system: System,
  label: string,
  signal: AbortSignal,
  effect: () => Result,
): Promise<Result> {
  return network.call({ system, label, signal, effect, isWrite: true });
}

/** What is said of one trial in four: that the key is no good, or nothing of use. */
function verdictOn({ sim }: World, model: string): ModelVerdict {
  const chance = new Chance(sim.seed, `provider ${model} at ${String(sim.nowMs())}`);
  if (chance.isTrue(0.75)) return 'answered';
  return chance.isTrue(0.5) ? 'refused' : 'failed';
}
