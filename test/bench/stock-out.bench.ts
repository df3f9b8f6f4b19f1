import type { InstanceId } from '../../src/domain/ids.js';
import type { Instance } from '../../src/domain/instance.js';
import { planPool } from '../../src/domain/plan-pool.js';
import type { Pool } from '../../src/domain/pool.js';
import type { Demand } from '../../src/domain/sizing/demand.js';
import { sizePool } from '../../src/domain/sizing/size-pool.js';
import { membersFor, stockOutShare } from '../../src/domain/sizing/stock-out.js';
import { NOON, aPool, anInstance } from '../support/builders.js';
import type { Series } from './report.js';
import { erlangB } from './support/erlang-b.js';
import { seededRandom } from './support/seeded-random.js';

const GOAL = 0.001;
const REFILL_S = 20;
const CLAIMS = 200_000;
const BUCKET_MS = 10_000;
const BUCKETS = 360;
/** The pool is looked at this often without a claim, as its reconciler is. */
const TICK_S = 2;
/** The first hours fill the window that demand is measured in. */
const SETTLING_S = 2 * 3600;

interface Load {
  readonly name: string;
  /** Claims per second in the mean. */
  readonly rate: number;
  /** Claims that come together. */
  readonly group: number;
}

const LOADS: readonly Load[] = [
  { name: '3 a minute', rate: 0.05, group: 1 },
  { name: '45 a minute', rate: 0.75, group: 1 },
  { name: '5 a second', rate: 5, group: 1 },
  { name: '45 a minute, in tens', rate: 0.75, group: 10 },
];

/**
 * Claims against the real planner and the real sizing in virtual time: how many find nothing idle,
 * beside what the sizing predicts, what Erlang-B would, and what no pool at all would mean. Refills
 * take 15 to 25 s and as many may run at once as the sizing asks for. Seeded: the same every run.
 */
export async function measure(
  _root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  const sized = LOADS.map((load) => seriesOf(load, 'sizes itself', null, say));
  // The formula itself, without the caution of the sizing: the smallest pool it says suffices.
  const fixed = LOADS.filter(({ group }) => group === 1).map((load) =>
    seriesOf(load, 'fixed', membersFor(load.rate * REFILL_S, GOAL, 1_000), say),
  );
  return [...sized, ...fixed];
}

function seriesOf(
  load: Load,
  kind: string,
  fixedAt: number | null,
  say: (line: string) => void,
): Series {
  const seen = simulate(load, fixedAt);
  const name = `${load.name}, ${kind}`;
  say(`${name}: ${percent(seen.share)} of ${String(CLAIMS)} claims found nothing idle`);
  const offered = load.rate * REFILL_S;
  return {
    name: `stock-out-${name.replaceAll(/[^a-z0-9]+/g, '-')}`,
    unit: '%',
    samples: [seen.share * 100],
    goalP50: GOAL * 100,
    baseline: 'without a pool 100 %',
    facts: {
      observed: percent(seen.share),
      'predicted for single claims': percent(stockOutShare(Math.round(seen.target), offered)),
      'Erlang-B': percent(erlangB(Math.round(seen.target), offered)),
      'mean target': Number(seen.target.toFixed(1)),
      'offered load': offered,
    },
  };
}

interface Seen {
  readonly share: number;
  /** Mean over time. */
  readonly target: number;
}

/** One pool, one load, until so many claims came. */
function simulate({ rate, group }: Load, fixedAt: number | null): Seen {
  const random = seededRandom(1);
  const world = new PoolWorld(random, fixedAt);
  let nextS = 0;
  let claims = 0;
  let stockOuts = 0;
  let targets = 0;
  let ticks = 0;
  for (let nowS = 0; claims < CLAIMS; nowS = Math.min(nextS, nowS + TICK_S)) {
    world.advance(nowS);
    const isSettled = nowS > SETTLING_S;
    if (nowS >= nextS) {
      for (let one = 0; one < group; one += 1) {
        const wasIdle = world.claim(nowS);
        claims += Number(isSettled);
        stockOuts += Number(isSettled && !wasIdle);
      }
      nextS = nowS - (Math.log(1 - random()) * group) / rate;
    }
    world.plan(nowS);
    targets += isSettled ? world.pool.idleTarget : 0;
    ticks += Number(isSettled);
  }
  return { share: stockOuts / claims, target: targets / ticks };
}

/** The pool's rows in memory, moved by the real planner. */
class PoolWorld {
  pool: Pool = aPool({ idleFloor: 2, idleCeiling: 1_000, membersMax: 100_000 });
  readonly #members = new Map<string, { instance: Instance; idleAtS: number }>();
  readonly #arrivals = new Map<number, number>();
  #sizedAtS = -Infinity;
  #startsMax = 1;

  constructor(
    private readonly random: () => number,
    fixedAt: number | null,
  ) {
    if (fixedAt === null) return;
    this.pool = aPool({ idleFloor: fixedAt, idleCeiling: fixedAt, membersMax: 100_000 });
  }

  /** What has booted by now is idle. */
  advance(nowS: number): void {
    for (const [id, { instance, idleAtS }] of this.#members) {
      if (instance.state === 'idle' || idleAtS > nowS) continue;
      this.#members.set(id, { instance: { ...instance, state: 'idle' }, idleAtS });
    }
  }

  /** Takes an idle member, else the one that is nearest to it; says whether one was idle. */
  claim(nowS: number): boolean {
    const bucket = Math.floor((nowS * 1000) / BUCKET_MS);
    this.#arrivals.set(bucket, (this.#arrivals.get(bucket) ?? 0) + 1);
    let taken: { id: string; idleAtS: number } | null = null;
    for (const [id, { idleAtS }] of this.#members) {
      if (taken === null || idleAtS < taken.idleAtS) taken = { id, idleAtS };
    }
    if (taken !== null) this.#members.delete(taken.id);
    return taken !== null && taken.idleAtS <= nowS;
  }

  plan(nowS: number): void {
    const now = new Date(NOON.getTime() + nowS * 1000);
    if (nowS - this.#sizedAtS >= 5) this.#size(nowS, now);
    const members = [...this.#members.values()].map(({ instance }) => instance);
    const stock = {
      members,
      waiting: [],
      holding: members.length,
      stranded: new Set<InstanceId>(),
      successorLacks: null,
      bindingNow: 0,
      startingElsewhere: 0,
    };
    const limits = { inFlightMax: this.#startsMax, perSecond: 1_000, burst: 1_000 };
    const { actions, startTokens } = planPool(this.pool, stock, limits, now);
    this.pool = { ...this.pool, startTokens };
    for (const action of actions) {
      if (action.kind === 'retire_member') this.#members.delete(action.instanceId);
      if (action.kind === 'create_members') this.#create(action.count, nowS, now);
    }
  }

  #create(count: number, nowS: number, now: Date): void {
    for (let made = 0; made < count; made += 1) {
      const instance = anInstance({ state: 'warming', createdAt: now, stateAt: now });
      const bootS = REFILL_S * (0.75 + 0.5 * this.random());
      this.#members.set(instance.id, { instance, idleAtS: nowS + bootS });
    }
  }

  #size(nowS: number, now: Date): void {
    this.#sizedAtS = nowS;
    const { idleFloor, idleCeiling, idleTarget, targetRaisedAt: raisedAt } = this.pool;
    const plan = sizePool(
      {
        demand: this.#demand(nowS),
        refillMs: REFILL_S * 1000,
        bounds: { idleFloor, idleCeiling },
        overrides: [],
        stockOutGoal: GOAL,
        current: { idleTarget, raisedAt },
      },
      now,
    );
    this.pool = { ...this.pool, idleTarget: plan.idleTarget, targetRaisedAt: plan.raisedAt };
    this.#startsMax = Math.max(plan.startsWanted, plan.idleTarget);
  }

  #demand(nowS: number): Demand {
    const last = Math.floor((nowS * 1000) / BUCKET_MS);
    const arrivals = Array.from(
      { length: BUCKETS },
      (_, at) => this.#arrivals.get(last - BUCKETS + 1 + at) ?? 0,
    );
    this.#arrivals.delete(last - BUCKETS);
    return { bucketMs: BUCKET_MS, arrivals, lastBucketAgeMs: nowS * 1000 - last * BUCKET_MS };
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)} %`;
}
