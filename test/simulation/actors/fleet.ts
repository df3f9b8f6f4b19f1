import type { InstanceId, RotationId } from '../../../src/domain/ids.js';
import { Fault } from '../../../src/errors/index.js';
import type { Process } from '../core/simulation.js';
import type { System } from '../world/network.js';
import type { Api, ControlPlane, Controller } from './control-plane.js';
import { startApi, startController } from './control-plane.js';
import { startWorker } from './worker.js';
import { offerPools } from './offer-pools.js';

const APIS = ['api-a', 'api-b'];
const CONTROLLERS = ['controller-a', 'controller-b'];
const WORKERS = ['worker-a', 'worker-b'];
const SYSTEMS: readonly System[] = ['nomad', 'vault', 'consul', 'gateway'];
/** After this a caller takes its request for lost. */
const REQUEST_LIMIT_MS = 20_000;
const CHAOS_EVERY_MS = 1_500;
/** Between the restarts of two processes that get a new version. */
const ROLL_EVERY_MS = 4_000;

/** All processes of the control plane, started again when they die, and what befalls them. */
export class Fleet {
  readonly #apis = new Map<string, Api>();
  readonly #controllers = new Map<string, Controller>();
  readonly #workers = new Map<string, Process>();
  readonly #stopping = new Set<string>();
  #lives = 0;
  /** Steps taken so far by processes that may be killed. */
  mortalSteps = 0;

  /** @param crashAtStep the one step before which its process is killed, beside all else. */
  constructor(
    private readonly plane: ControlPlane,
    crashAtStep: number | null,
  ) {
    const { sim, faults, database } = plane.world;
    sim.fateOf = (process, label) => {
      if (!isMortal(process)) return 'go';
      this.mortalSteps += 1;
      const isChosen = this.mortalSteps === crashAtStep;
      return isChosen || faults.strikes('crashes', 0.0003 * weightOf(label)) ? 'crash' : 'go';
    };
    sim.onCrash = (process) => {
      database.engine.abandon(process.name);
      this.#startAgain(process.name.replace(/#.*/, ''));
    };
  }

  start(): void {
    for (const role of [...APIS, ...CONTROLLERS, ...WORKERS]) this.#spawn(role, 0);
    this.#chaosLater();
    const { sim, releases } = this.plane.world;
    for (const release of releases.planned) {
      sim.schedule(release.atMs, null, () => {
        sim.note(`version ${release.version} is released`);
        releases.release(release);
        this.#roll();
      });
    }
  }

  /** Sends a request to one of the APIs and waits for its answer, or for the loss of it. */
  request<Result>(serve: (api: Api) => Promise<Result>): Promise<Result> {
    const { sim, faults } = this.plane.world;
    const client = sim.current();
    const role = sim.chance.pick(APIS) ?? '';
    return new Promise((resolve, reject) => {
      const answer = (settle: () => void): void => {
        if (faults.strikes('lost answers', 0.03)) return;
        sim.schedule(sim.latency(0.3, 3), client, settle);
      };
      const lost = (why: string): void => {
        reject(new Fault('database_unreachable', why));
      };
      sim.schedule(REQUEST_LIMIT_MS, client, () => {
        lost('no answer from the API');
      });
      sim.schedule(sim.latency(0.3, 3), null, () => {
        const api = this.#apis.get(role);
        if (api === undefined || !api.process.isAlive) {
          answer(() => {
            lost('the API does not run');
          });
          return;
        }
        sim.schedule(0, api.process, () => {
          serve(api).then(
            (result) => {
              answer(() => {
                resolve(result);
              });
            },
            (error: unknown) => {
              answer(() => {
                reject(error instanceof Error ? error : new Error(String(error)));
              });
            },
          );
        });
      });
    });
  }

  /** Whether somebody else ever destroyed keys of the instance, or of the one its owner was moved to. */
  hasLostKeys(id: InstanceId): boolean {
    const { servers, database } = this.plane.world;
    if (servers.vandalised.has(id)) return true;
    const next = database.instances.committed().get(id)?.replacedBy ?? null;
    return next !== null && this.hasLostKeys(next);
  }

  /** Whether Vault did not take the rotation's values, so that its request may be made again. */
  cameToNothing(id: RotationId): boolean {
    const reason = this.plane.world.database.rotations.committed().get(id)?.reason ?? null;
    return reason === 'not_written' || reason === 'keys_lost';
  }

  #spawn(role: string, afterMs: number): void {
    this.#lives += 1;
    const { sim } = this.plane.world;
    const body = (process: Process): void => {
      sim.note('starts');
      if (APIS.includes(role)) {
        this.#apis.set(role, startApi(this.plane, process));
        return;
      }
      if (WORKERS.includes(role)) {
        this.#startWorker(role, process);
        return;
      }
      void offerPools(this.plane, process).then(() => {
        this.#controllers.set(role, startController(this.plane, process));
      });
    };
    sim.spawn(`${role}#${this.#lives}`, body, afterMs);
  }

  #startWorker(role: string, process: Process): void {
    this.#workers.set(role, process);
    startWorker(this.plane, process);
  }

  /** Starts the processes again one after the other, so that both versions run for a while. */
  #roll(): void {
    const { sim } = this.plane.world;
    for (const [at, role] of [...APIS, ...CONTROLLERS].entries()) {
      sim.schedule(at * ROLL_EVERY_MS, null, () => {
        const api = this.#apis.get(role);
        if (api?.process.isAlive === true) sim.kill(api.process);
        const controller = this.#controllers.get(role);
        if (controller !== undefined) this.#stopOne([controller]);
      });
    }
  }

  #startAgain(role: string): void {
    this.#apis.delete(role);
    this.#workers.delete(role);
    this.#controllers.delete(role);
    this.#stopping.delete(role);
    const { faults } = this.plane.world;
    const afterMs = faults.isOver ? 100 : faults.chanceOf('crashes').between(100, 12_000);
    this.#spawn(role, afterMs);
  }

  #chaosLater(): void {
    const { sim, faults } = this.plane.world;
    sim.schedule(CHAOS_EVERY_MS, null, () => {
      if (faults.isOver) return;
      this.#chaos();
      this.#chaosLater();
    });
  }

  #chaos(): void {
    const { sim, faults } = this.plane.world;
    const controller = [...this.#controllers.values()];
    const served = [...controller, ...this.#apis.values()].map(({ process }) => process);
    const everybody = [...served, ...this.#workers.values()];
    if (faults.strikes('stalls', 0.05)) {
      const process = faults.chanceOf('stalls').pick(everybody);
      const ms = faults.chanceOf('stalls').between(500, 25_000);
      if (process !== undefined) this.#stall(process, ms);
    }
    if (faults.strikes('clocks that jump', 0.05)) {
      const process = faults.chanceOf('clocks that jump').pick(everybody);
      if (process !== undefined) {
        process.clockOffMs = faults.chanceOf('clocks that jump').between(-20_000, 20_000);
        sim.note(`the clock of ${process.name} is off by ${process.clockOffMs} ms`);
      }
    }
    if (faults.strikes('partitions', 0.06)) this.#partition(everybody);
    if (faults.strikes('crashes', 0.02)) this.#stopOne(controller);
    this.#harmGateways();
    if (faults.strikes('nodes that close', 0.03)) this.#closeNode();
    if (faults.strikes('keys that are destroyed', 0.03)) this.#destroyKeys();
    if (faults.strikes('edges that are away', 0.01)) this.#takeEdgeAway();
  }

  #destroyKeys(): void {
    const { faults, servers } = this.plane.world;
    const id = faults.chanceOf('keys that are destroyed').pick([...servers.keyVersions.keys()]);
    if (id !== undefined) servers.vandalise(id);
  }

  #stall(process: Process, ms: number): void {
    const { sim } = this.plane.world;
    process.stalledUntilMs = sim.nowMs() + ms;
    sim.note(`${process.name} stands still for ${ms} ms`);
  }

  #partition(everybody: readonly Process[]): void {
    const { sim, faults, network } = this.plane.world;
    const chance = faults.chanceOf('partitions');
    const [process, system] = [chance.pick(everybody), chance.pick(SYSTEMS)];
    if (process === undefined || system === undefined) return;
    const ms = chance.between(1_000, 40_000);
    network.cut(process, system);
    sim.note(`${process.name} is cut off from ${system} for ${ms} ms`);
    sim.schedule(ms, null, () => {
      network.mend(process, system);
    });
  }

  /** A controller that is told to end hands its work over; then it starts again. */
  #stopOne(controllers: readonly Controller[]): void {
    const { sim, faults } = this.plane.world;
    const controller = faults.chanceOf('crashes').pick(controllers);
    if (controller === undefined) return;
    const { process } = controller;
    const role = process.name.replace(/#.*/, '');
    if (this.#stopping.has(role)) return;
    this.#stopping.add(role);
    sim.schedule(0, process, () => {
      sim.note('is told to end');
      void controller.stop().then(() => {
        if (process.isAlive) sim.kill(process);
      });
    });
  }

  #harmGateways(): void {
    const { sim, faults, servers } = this.plane.world;
    const running = servers.running().filter(({ state }) => state === 'started');
    if (faults.strikes('gateways that die', 0.04)) {
      const gateway = faults.chanceOf('gateways that die').pick(running);
      if (gateway !== undefined) servers.gateways.die(gateway, 137, 'killed');
    }
    if (faults.strikes('gateways that hang', 0.04)) {
      const gateway = faults.chanceOf('gateways that hang').pick(running);
      const ms = faults.chanceOf('gateways that hang').between(1_000, 30_000);
      if (gateway === undefined) return;
      gateway.hungUntilMs = sim.nowMs() + ms;
      sim.note(`gateway ${gateway.instanceId} hangs for ${ms} ms`);
    }
  }

  /** For longer than a binding may take, at worst, and than the other troubles last. */
  #takeEdgeAway(): void {
    const { sim, faults, servers } = this.plane.world;
    if (servers.isEdgeAway()) return;
    const ms = faults.chanceOf('edges that are away').between(5_000, 300_000);
    servers.edgeAway = { sinceMs: sim.nowMs(), untilMs: sim.nowMs() + ms };
    sim.note(`the edge is away for ${ms} ms`);
  }

  #closeNode(): void {
    const { sim, faults, servers } = this.plane.world;
    const chance = faults.chanceOf('nodes that close');
    const node = chance.pick([...servers.nodes.values()]);
    if (node === undefined) return;
    servers.nodes.set(node.id, { ...node, isEligible: false });
    sim.note(`${node.id} takes no more work`);
    sim.schedule(chance.between(5_000, 40_000), null, () => {
      servers.nodes.set(node.id, { ...node, isEligible: true });
    });
  }
}

function isMortal({ name }: Process): boolean {
  return /^(api|controller|worker)-/.test(name);
}

/** Steps that change something are rarer than looks, and more is to be learnt from dying there. */
function weightOf(label: string): number {
  const isLook = /^(read|list|count|keys of|find|startup|revision|try|grant|demand|recent)/;
  return isLook.test(label) ? 0.3 : 3;
}
