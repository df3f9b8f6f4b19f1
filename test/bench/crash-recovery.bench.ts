import type { InstanceId } from '../../src/domain/ids.js';
import type { Instance } from '../../src/domain/instance.js';
import type { Store } from '../../src/ports/index.js';
import { NOON, aPoolKey } from '../support/builders.js';
import { auditClaims } from '../support/audit-claims.js';
import { claimsOn } from '../support/claim-command.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { FakeFleet } from '../support/fakes/fake-fleet.js';
import { waitFor } from '../support/wait-for.js';
import type { Series } from './report.js';
import type { OutsidePorts } from './support/bench-controller.js';
import { ControllerProcess } from './support/controller-process.js';
import type { CrashPoint } from './support/crash-points.js';
import { CRASH_POINTS, nameOf } from './support/crash-points.js';
import { KillOnce } from './support/kill-once.js';

const IDLE = 3;
const STANDBYS = 2;
const READY_LIMIT_MS = 60_000;
const START_LIMIT_MS = 60_000;

interface Recovery {
  readonly point: string;
  readonly tookMs: number;
}

/**
 * How long a claim takes to become ready when the controller that binds it is killed in the middle:
 * before and after each call that it makes to the outside. A second controller runs meanwhile and
 * has to find the work. Real PostgreSQL, real controllers in processes of their own, kill -9; the
 * fleet lives in this process, so that it survives, as the real one would.
 */
export async function measure(
  _root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  const database = await startTestDatabase({});
  try {
    const world = await World.start(database);
    try {
      const undisturbed = await world.claimToReady('undisturbed');
      const recoveries: Recovery[] = [];
      for (const point of CRASH_POINTS) {
        const recovery = await world.crashAt(point);
        say(`${recovery.point}: ready ${String(Math.round(recovery.tookMs))} ms after the kill`);
        recoveries.push(recovery);
      }
      await world.requireSound();
      return [seriesOf(recoveries, undisturbed)];
    } finally {
      await world.stop();
    }
  } finally {
    await database.stop();
  }
}

function seriesOf(recoveries: readonly Recovery[], undisturbedMs: number): Series {
  const slowest = recoveries.toSorted((a, b) => b.tookMs - a.tookMs)[0];
  return {
    name: 'crash-recovery',
    unit: 's',
    samples: recoveries.map(({ tookMs }) => tookMs / 1000),
    goalP50: null,
    goalP99: 10,
    baseline: `${(undisturbedMs / 1000).toFixed(2)} s from claim to ready without a crash (this run)`,
    facts: {
      'crash points': recoveries.length,
      slowest: slowest?.point ?? '–',
      'claims without their instance': 0,
    },
    raw: recoveries,
  };
}

/** Controllers, their fleet, and whoever kills them. */
class World {
  readonly #fleet = new FakeFleet();
  readonly #killer = new KillOnce((instanceId) => this.#fleet.addressOf(instanceId));
  #controllers: ControllerProcess[] = [];
  #claims = 0;

  private constructor(
    private readonly database: TestDatabase,
    private readonly store: Store,
  ) {}

  static async start(database: TestDatabase): Promise<World> {
    const store = await database.emptyStore();
    const bounds = { idleFloor: IDLE, idleCeiling: IDLE, membersMax: 1_000 };
    await store.pools.ensure(aPoolKey(), bounds, NOON);
    const world = new World(database, store);
    await world.#refill();
    return world;
  }

  /** Kills whoever comes to `point` with the next claim; returns how long the claim then takes. */
  async crashAt(point: CrashPoint): Promise<Recovery> {
    await this.#refill();
    const killed = this.#killer.arm(point);
    const instance = await this.#claim(nameOf(point));
    this.#killer.aimAt(instance.id);
    const killedAt = await killed;
    await this.#untilReady(instance.id, nameOf(point));
    const tookMs = performance.now() - killedAt;
    await this.#requireOpen(instance.id);
    return { point: nameOf(point), tookMs };
  }

  async claimToReady(name: string): Promise<number> {
    const started = performance.now();
    const { id } = await this.#claim(name);
    await this.#untilReady(id, name);
    return performance.now() - started;
  }

  async requireSound(): Promise<void> {
    const audit = await auditClaims(this.database);
    if (audit.doubleAssignments === 0 && audit.lost === 0 && audit.claims === this.#claims) return;
    throw new Error(`claims went wrong: ${JSON.stringify({ ...audit, made: this.#claims })}`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#controllers.map((controller) => controller.kill()));
  }

  async #claim(name: string): Promise<Instance> {
    this.#claims += 1;
    return claimsOn(this.store).claim(name, name);
  }

  /** All controllers run, and the stock is whole again. */
  async #refill(): Promise<void> {
    this.#controllers = this.#controllers.filter(({ isAlive }) => isAlive);
    while (this.#controllers.length < STANDBYS) {
      const url = this.database.url();
      this.#controllers.push(new ControllerProcess(url, portsOf(this.#fleet), this.#killer));
    }
    await Promise.all(this.#controllers.map((controller) => controller.started()));
    const page = { limit: IDLE, cursor: null };
    await waitFor(
      async () =>
        (await this.store.instances.list({ states: ['idle'] }, page)).rows.length === IDLE,
      { withinMs: START_LIMIT_MS, describe: 'a whole stock' },
    );
  }

  async #untilReady(id: InstanceId, when: string): Promise<void> {
    const isReady = async () => (await this.store.instances.find(id))?.state === 'ready';
    const limits = { withinMs: READY_LIMIT_MS, everyMs: 10 };
    await waitFor(isReady, { ...limits, describe: `${id} to be ready (${when})` });
  }

  /** What is called ready opens with the token that its row names. */
  async #requireOpen(id: InstanceId): Promise<void> {
    const instance = await this.store.instances.find(id);
    const token = this.#fleet.secrets.token(id, instance?.gatewayVersion ?? 0) ?? '';
    const verdict = await this.#fleet.edge.tryToken(id, token, AbortSignal.timeout(1_000));
    if (verdict !== 'accepted') throw new Error(`${id} is called ready and says ${verdict}`);
  }
}

function portsOf({ secrets, ...fleet }: FakeFleet): OutsidePorts {
  const { scheduler, announcements, catalog, gateway, edge } = fleet;
  const vault = { tokens: secrets, shredder: secrets, keys: secrets };
  return { scheduler, announcements, catalog, gateway, edge, ...vault };
}
