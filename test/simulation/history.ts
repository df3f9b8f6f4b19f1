import type { InstanceId, PoolId } from '../../src/domain/ids.js';
import { isHeld } from '../../src/domain/stand-in.js';
import type { Simulation } from './core/simulation.js';
import type { Meanwhile } from './invariants.js';
import type { Change, Elsewhere } from './pool-invariants.js';
import type { Database, InstanceRecord, PoolRecord } from './store/database.js';
import type { Transaction } from './store/engine.js';

/**
 * When what was committed: a transaction that began before something was changed cannot be held to
 * know of it.
 */
export class History {
  readonly #recovered = new Map<InstanceId, Date>();
  readonly #left = new Map<InstanceId, Date>();
  readonly #restarted = new Map<InstanceId, Date>();
  readonly #pools = new Map<PoolId, Date>();
  readonly #closed = new Map<string, Date>();
  readonly #opened = new Map<string, Date>();
  /** Pools and closed nodes as of the last commit. */
  #poolsBefore = new Map<string, string>();
  #closedBefore = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly sim: Simulation,
  ) {}

  /** Told of each commit, after the transaction was judged by what was before it. */
  note(changes: readonly Change[]): void {
    const now = this.sim.now();
    for (const { before, after } of changes) {
      const { id } = after;
      if (before === null) continue;
      if (before.suspectAt !== null && after.suspectAt === null) this.#recovered.set(id, now);
      if (isFree(before) && !isFree(after)) this.#left.set(id, now);
      if (before.state === 'idle' && after.state === 'warming') this.#restarted.set(id, now);
    }
    this.#notePools(now);
  }

  meanwhile({ beganAt }: Transaction): Meanwhile {
    return { recovered: since(this.#recovered, beganAt), opened: since(this.#opened, beganAt) };
  }

  elsewhere({ beganAt }: Transaction): Elsewhere {
    return {
      left: since(this.#left, beganAt),
      restarted: since(this.#restarted, beganAt),
      pools: since(this.#pools, beganAt),
      isAboutNodes:
        this.#closedBefore.size > 0 ||
        since(this.#closed, beganAt).size > 0 ||
        since(this.#opened, beganAt).size > 0,
    };
  }

  #notePools(now: Date): void {
    const pools = [...this.database.pools.committed().values()];
    const words = new Map(pools.map((pool) => [pool.id as string, wordsOf(pool)]));
    for (const pool of pools) {
      if (this.#poolsBefore.get(pool.id) !== words.get(pool.id)) this.#pools.set(pool.id, now);
    }
    this.#poolsBefore = words;
  }

  /** Told of each commit before the transaction is judged: nodes have no part in what it knew. */
  noteNodes(): void {
    const now = this.sim.now();
    const nodes = [...this.database.nodes.committed().values()];
    const closed = new Set(nodes.filter(({ isEligible }) => !isEligible).map(({ id }) => id));
    for (const id of this.#closedBefore) if (!closed.has(id)) this.#opened.set(id, now);
    for (const id of closed) if (!this.#closedBefore.has(id)) this.#closed.set(id, now);
    this.#closedBefore = closed;
  }
}

/** What of a pool decides whether it may start members, and in whose place. */
function wordsOf(pool: PoolRecord): string {
  return `${String(isHeld(pool))} ${pool.supersededBy ?? ''} ${String(pool.failuresInARow)}`;
}

function isFree({ state, suspectAt }: InstanceRecord): boolean {
  return state === 'idle' && suspectAt === null;
}

/** Those of which it was heard at `from` or later. */
function since<Key>(heardAt: ReadonlyMap<Key, Date>, from: Date): ReadonlySet<Key> {
  return new Set([...heardAt].filter(([, at]) => at >= from).map(([key]) => key));
}
