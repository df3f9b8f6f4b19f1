import type { LogFields } from '../../src/ports/index.js';
import { Fault } from '../../src/errors/index.js';
import type { Promised } from './actors/customers.js';
import { Customers } from './actors/customers.js';
import { Fleet } from './actors/fleet.js';
import { Operators } from './actors/operators.js';
import type { ControlPlane } from './actors/control-plane.js';
import { Notices } from './actors/notices.js';
import type { Trouble } from './core/fault-plan.js';
import { FaultPlan } from './core/fault-plan.js';
import { Simulation } from './core/simulation.js';
import {
  checkCampaigns,
  checkChange,
  checkCreated,
  checkKeys,
  checkListed,
  checkRows,
  unrest,
} from './invariants.js';
import { Broken } from './broken.js';
import type { Change } from './pool-invariants.js';
import { checkPools } from './pool-invariants.js';
import { History } from './history.js';
import type { Flaws } from './store/database.js';
import { Database } from './store/database.js';
import type { Transaction } from './store/engine.js';
import { DatabaseBug } from './store/engine.js';
import { createMemoryStore } from './store/memory-store.js';
import { Network } from './world/network.js';
import type { World } from './world/ports.js';
import { Releases } from './world/releases.js';
import { Servers } from './world/servers.js';

/** How long things go wrong, in virtual time. */
const TROUBLED_MS = 120_000;
/** How long the rest may take: what was given up late starts anew up to three times. */
const CALM_WITHIN_MS = 1_500_000;
/** How long everything must stay as it is to be called calm. */
const CALM_FOR_MS = 6_000;
const NODES_EVERY_MS = 2_000;

export interface SeedOptions {
  readonly seed: number;
  /** Troubles that this run does not have although its seed says so. */
  readonly without?: ReadonlySet<Trouble>;
  readonly flaws?: Flaws;
  /** Kills the process that is about to take this step of all that API and controllers take. */
  readonly crashAtStep?: number | null;
}

/** How a run went. */
export interface SeedOutcome {
  readonly seed: number;
  /** The promise that was broken; null when all were kept. */
  readonly broken: Broken | null;
  readonly troubles: ReadonlySet<Trouble>;
  readonly trace: readonly string[];
  readonly steps: number;
  /** Those of them that API and controllers took. */
  readonly mortalSteps: number;
  readonly virtualMs: number;
  /** When everything was as it must be, from the end of the troubles on. */
  readonly calmAfterMs: number;
  readonly claims: number;
}

/** Lets one seed's world run: troubles first, then calm, with every promise checked all along. */
export async function runSeed(options: SeedOptions): Promise<SeedOutcome> {
  const { seed, without = new Set<Trouble>() } = options;
  const run = new SeedRun(options, new FaultPlan(seed, without));
  return run.toTheEnd();
}

class SeedRun {
  readonly #sim: Simulation;
  readonly #world: World;
  readonly #customers: Customers;
  readonly #operators: Operators;
  readonly #fleet: Fleet;
  #broken: Broken | null = null;
  readonly #changes: Change[] = [];
  readonly #history: History;
  #calmSinceMs: number | null = null;
  #lookAtMs = 0;

  constructor(
    { seed, flaws = {}, crashAtStep = null }: SeedOptions,
    private readonly faults: FaultPlan,
  ) {
    const sim = new Simulation(seed);
    const database = new Database(this.#hostOf(sim), flaws, (before, after) => {
      this.#changes.push({ before, after });
      notices.tell(after.id);
      this.#guard(() => {
        checkChange(this.#world, before, after);
      });
    });
    const notices = new Notices(sim, faults);
    const releases = new Releases(seed, faults);
    const servers = new Servers(sim, faults, releases);
    const network = new Network(sim, faults);
    this.#sim = sim;
    this.#world = { sim, faults, network, servers, releases, database };
    const plane: ControlPlane = {
      ...{ world: this.#world, notices },
      onLog: (_level, sentence, fields) => {
        this.#judgeLog(sentence, fields);
      },
    };
    const fleet = new Fleet(plane, crashAtStep);
    this.#fleet = fleet;
    const fail = (what: string): void => {
      this.#fail(new Broken(what));
    };
    this.#customers = new Customers(sim, fleet, releases.sizeClasses, fail);
    this.#operators = new Operators(sim, fleet, fail);
    this.#history = new History(database, sim);
    database.engine.onCommit((tx) => {
      const changes = this.#changes.splice(0);
      this.#history.noteNodes();
      this.#guard(() => {
        if (changes.length > 0) this.#judgeChanges(changes, tx);
      });
      this.#history.note(changes);
    });
    sim.spawn('setup', () => {
      void this.#followNodes();
      fleet.start();
      this.#customers.start();
      this.#operators.start();
    });
  }

  #judgeChanges(changes: readonly Change[], tx: Transaction): void {
    checkRows(this.#world);
    checkKeys(this.#world);
    checkPools(this.#world, changes, () => this.#history.elsewhere(tx));
    for (const { before, after } of changes) {
      if (before === null) checkCreated(this.#world, after, this.#history.meanwhile(tx));
    }
  }

  async toTheEnd(): Promise<SeedOutcome> {
    const { seed } = this.#sim;
    const isOver = (): boolean => this.#broken !== null;
    // A world without troubles is calm from the beginning on.
    const troubledMs = this.faults.troubles.size === 0 ? 0 : TROUBLED_MS;
    await this.#sim.run(troubledMs, isOver, () => undefined);
    if (this.#broken === null) {
      this.#sim.note('the troubles end');
      this.faults.isOver = true;
      this.#world.network.mendAll();
      const calmByMs = troubledMs + CALM_WITHIN_MS;
      await this.#sim.run(
        calmByMs,
        () => this.#isOver(),
        () => undefined,
      );
      if (this.#broken === null) this.#judgeEnd();
    }
    const { trace, steps } = this.#sim;
    return {
      ...{ seed, broken: this.#broken, troubles: this.faults.troubles, trace, steps },
      mortalSteps: this.#fleet.mortalSteps,
      virtualMs: this.#sim.nowMs(),
      calmAfterMs: (this.#calmSinceMs ?? this.#sim.nowMs()) - troubledMs,
      claims: this.#customers.promises.size,
    };
  }

  #hostOf(sim: Simulation) {
    return {
      step: async (label: string): Promise<void> => {
        await sim.step(label, sim.latency(0.1, 1.5));
        if (this.faults.strikes('lost database connections', 0.0008)) {
          sim.note(`${label}: the connection is lost`);
          throw new Fault('database_unreachable', 'The database cannot be reached.');
        }
      },
      park: (label: string) => {
        const process = sim.current();
        let wake = (): void => undefined;
        const woken = new Promise<void>((resolve) => {
          wake = () => {
            sim.schedule(0, process, resolve);
          };
        });
        sim.note(label);
        return { woken, wake };
      },
      owner: () => sim.current().name,
      now: () => sim.now(),
    };
  }

  /** As the watch of Nomad does. */
  async #followNodes(): Promise<void> {
    const store = createMemoryStore(this.#world.database);
    for (;;) {
      const nodes = [...this.#world.servers.nodes.values()];
      const listing = { nodes, index: String(this.#sim.steps) };
      await store.nodes.replaceAll(listing).catch(() => undefined);
      await this.#sim.wait(NODES_EVERY_MS);
    }
  }

  /** Calm means that nothing is left to do, and that it stays so. */
  #isOver(): boolean {
    if (this.#broken !== null) return true;
    const nowMs = this.#sim.nowMs();
    if (nowMs < this.#lookAtMs) return false;
    this.#lookAtMs = nowMs + 500;
    const isAnswered = this.#customers.areDone() && this.#operators.areDone();
    const isCalm = isAnswered && unrest(this.#world).length === 0;
    if (!isCalm) this.#calmSinceMs = null;
    else this.#calmSinceMs ??= nowMs;
    return this.#calmSinceMs !== null && nowMs - this.#calmSinceMs >= CALM_FOR_MS;
  }

  #judgeEnd(): void {
    const left = unrest(this.#world);
    const [first] = left;
    if (first !== undefined) {
      const more = left.length > 1 ? ` (and ${left.length - 1} more)` : '';
      this.#fail(new Broken(`in the end ${first.what}: ${first.about}${more}`, [first.about]));
      return;
    }
    if (!this.#customers.areDone() || !this.#operators.areDone()) {
      this.#fail(new Broken('in the end everybody got an answer'));
      return;
    }
    this.#guard(() => {
      for (const promised of this.#customers.promises.values()) this.#judgePromise(promised);
      checkCampaigns(this.#world);
      checkListed(this.#world);
    });
  }

  #judgePromise({ key, instanceId, claimId, isDeleted }: Promised): void {
    const { instances } = this.#world.database;
    let row = instances.committed().get(instanceId);
    while (row !== undefined && row.replacedBy !== null) {
      row = instances.committed().get(row.replacedBy);
    }
    const about = [instanceId, row?.id ?? ''];
    if (row === undefined || row.claimId !== claimId) {
      throw new Broken(`a claim that was answered is never lost: ${key}`, about);
    }
    const wanted = isDeleted ? ['deleted'] : ['ready', 'failed'];
    if (!wanted.includes(row.state)) {
      throw new Broken(`${key} ends as ${wanted.join(' or ')}, not ${row.state}`, about);
    }
  }

  /** A failure that no fault of ours explains, or one that says it is a bug. */
  #judgeLog(sentence: string, { error }: LogFields): void {
    if (error === undefined || error === null) return;
    const isExplained = error instanceof Fault && error.kind !== 'bug';
    if (!isExplained)
      this.#fail(
        new Broken(`${sentence}: ${error instanceof Error ? error.toString() : 'no error'}`),
      );
    if (error instanceof DatabaseBug) this.#fail(new Broken(error.message));
  }

  #guard(check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      this.#fail(error);
    }
  }

  /** The first broken promise ends the run; what follows from it is of no interest. */
  #fail(broken: Broken): void {
    if (this.#broken !== null) return;
    this.#sim.note(`BROKEN: ${broken.message}`);
    this.#broken = broken;
  }
}
