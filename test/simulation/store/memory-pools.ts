import type { PoolId, SweepId } from '../../../src/domain/ids.js';
import { leaseNameOf } from '../../../src/domain/lease-names.js';
import type { Pool, PoolBounds, PoolKey } from '../../../src/domain/pool.js';
import { BREAKER_FAILURES, EARLY_DEATH_MEMORY_MS, poolIdOf } from '../../../src/domain/pool.js';
import type { StartOutcome } from '../../../src/domain/start-outcome.js';
import type { Sweep } from '../../../src/domain/sweep/report.js';
import type {
  Lease,
  LeaseStore,
  NodeListing,
  NodeStore,
  PoolChanges,
  PoolStore,
  SweepStore,
} from '../../../src/ports/index.js';
import type { Database, PoolRecord } from './database.js';
import type { Transaction } from './engine.js';

const FULL_BUCKET = 1_000_000;
const CLOSED = {
  failuresInARow: 0,
  breakerOpenedAt: null,
  isBreakerFinal: false,
  diedEarlyAt: null,
};

/** Pools in memory. */
export class MemoryPools implements PoolStore {
  constructor(
    private readonly database: Database,
    private readonly tx: Transaction | null,
  ) {}

  ensure(key: PoolKey, bounds: PoolBounds, at: Date): Promise<Pool> {
    const { pools, engine } = this.database;
    const id = poolIdOf(key);
    const { idleFloor, idleCeiling, membersMax } = bounds;
    const configured = `${idleFloor}..${idleCeiling}/${membersMax}`;
    return engine.statement(this.tx, `ensure pool ${id}`, async (tx) => {
      await engine.lock(tx, pools.lockName(id));
      const known = pools.get(tx, id);
      if (known?.configured === configured) return toPool(known);
      const wanted = { idleFloor, idleCeiling, membersMax, configured };
      const fresh: PoolRecord = {
        ...{ ...key, ...wanted, ...CLOSED, id, idleTarget: idleFloor, targetRaisedAt: null },
        ...{ overrides: [], startTokens: { tokens: FULL_BUCKET, at }, pausedAt: null },
        ...{ supersededBy: null, supersededAt: null, memberDeadlineMs: null },
        ...{ hold: null, holdReason: null },
      };
      const idleTarget = Math.min(Math.max(known?.idleTarget ?? 0, idleFloor), idleCeiling);
      const record = known === null ? fresh : { ...known, ...wanted, idleTarget };
      pools.put(tx, id, record);
      return toPool(record);
    });
  }

  find(id: PoolId): Promise<Pool | null> {
    const { pools, engine } = this.database;
    return engine.statement(this.tx, `read pool ${id}`, (tx) => orNull(pools.get(tx, id)));
  }

  findForUpdate(id: PoolId): Promise<Pool | null> {
    const { pools, engine, flaws } = this.database;
    return engine.statement(this.tx, `lock pool ${id}`, async (tx) =>
      orNull(flaws.plansWithoutLock === true ? pools.get(tx, id) : await pools.locked(tx, id)),
    );
  }

  list(): Promise<readonly Pool[]> {
    const { pools, engine } = this.database;
    return engine.statement(this.tx, 'list pools', (tx) =>
      pools
        .all(tx)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map(toPool),
    );
  }

  lockStarts(nodePool: string): Promise<void> {
    const { engine, flaws } = this.database;
    return engine.statement(this.tx, `lock starts in ${nodePool}`, async (tx) => {
      if (flaws.plansWithoutLock !== true) await engine.lock(tx, `starts in ${nodePool}`);
    });
  }

  supersedeOthers(offered: readonly PoolId[], at: Date): Promise<void> {
    const { pools, engine } = this.database;
    return engine.statement(this.tx, 'supersede pools', async (tx) => {
      const all = pools.all(tx);
      for (const { id } of all) {
        await pools.update(tx, id, (pool) => {
          if (offered.includes(id)) return { ...pool, supersededBy: null, supersededAt: null };
          const heir = all.find(
            (other) =>
              offered.includes(other.id) &&
              other.sizeClass === pool.sizeClass &&
              other.nodePool === pool.nodePool,
          );
          const supersededAt = pool.supersededAt ?? at;
          if (heir !== undefined) return { ...pool, supersededBy: heir.id, supersededAt };
          const none = { idleFloor: 0, idleCeiling: 0, idleTarget: 0, configured: '' };
          return { ...pool, ...none, supersededBy: null, supersededAt: null };
        });
      }
    });
  }

  change(id: PoolId, changes: PoolChanges): Promise<Pool | null> {
    const { pools, engine } = this.database;
    const { isBreakerOpen, ...columns } = changes;
    return engine.statement(this.tx, `change pool ${id}`, async (tx) =>
      orNull(
        await pools.update(tx, id, (pool) => ({
          ...{ ...pool, ...columns },
          ...(isBreakerOpen === undefined ? {} : CLOSED),
        })),
      ),
    );
  }

  recordStart(id: PoolId, outcome: StartOutcome, at: Date): Promise<void> {
    const { pools, engine } = this.database;
    return engine.statement(this.tx, `record a start ${outcome} of ${id}`, async (tx) => {
      await pools.update(tx, id, (pool) => {
        const sinceMs = at.getTime() - (pool.diedEarlyAt?.getTime() ?? -Infinity);
        const isBelieved = sinceMs >= EARLY_DEATH_MEMORY_MS;
        if (outcome === 'admitted') return isBelieved ? { ...pool, ...CLOSED } : null;
        const failuresInARow = pool.failuresInARow + 1;
        const isBreakerFinal = pool.isBreakerFinal || outcome === 'hopeless';
        const isOpen = isBreakerFinal || failuresInARow >= BREAKER_FAILURES;
        const diedEarlyAt = outcome === 'died_early' ? at : pool.diedEarlyAt;
        const breakerOpenedAt = isOpen ? at : null;
        return { ...pool, failuresInARow, isBreakerFinal, breakerOpenedAt, diedEarlyAt };
      });
    });
  }
}

/** Leases in memory, by the database's own clock. */
export class MemoryLeases implements LeaseStore {
  constructor(
    private readonly database: Database,
    private readonly tx: Transaction | null,
  ) {}

  grant(name: string, holder: string, ttlMs: number): Promise<Lease | null> {
    const { leases, engine, flaws } = this.database;
    return engine.statement(this.tx, `grant ${name}`, async (tx) => {
      await engine.lock(tx, leases.lockName(name));
      const now = engine.host.now().getTime();
      const held = leases.get(tx, name);
      const isMine = held?.holder === holder;
      const isTheirs = held !== null && !isMine && held.expiresAt > now;
      if (isTheirs && flaws.grantsToAll !== true) return null;
      const fence = held === null ? 1 : held.fence + (isMine ? 0 : 1);
      leases.put(tx, name, { name, holder, fence, expiresAt: now + ttlMs });
      return { name, holder, fence };
    });
  }

  release(given: readonly Lease[]): Promise<void> {
    const { leases, engine } = this.database;
    const names = given.map(({ name }) => name).join(', ');
    return engine.statement(this.tx, `give back ${names}`, async (tx) => {
      const now = engine.host.now().getTime();
      for (const { name, holder, fence } of given) {
        await leases.update(tx, name, (held) => {
          const isThis = held.holder === holder && held.fence === fence;
          return isThis ? { ...held, expiresAt: now } : null;
        });
      }
    });
  }

  /** Nobody is told: a notice may be lost, and rounds find what is free. */
  handOver(given: readonly Lease[]): Promise<void> {
    return this.release(given);
  }

  deleteSettled(limit: number): Promise<number> {
    const { leases, instances, engine } = this.database;
    return engine.statement(this.tx, 'forget leases', async (tx) => {
      const now = engine.host.now().getTime();
      const settled = leases.all(tx).filter(({ name, expiresAt }) => {
        const instance = instances.get(tx, name.slice(leaseNameOf('instance', '').length));
        return instance?.state === 'deleted' && expiresAt <= now;
      });
      for (const { name } of settled.slice(0, limit)) {
        await leases.locked(tx, name);
        leases.put(tx, name, null);
      }
      return Math.min(limit, settled.length);
    });
  }
}

/** Nodes in memory. */
export class MemoryNodes implements NodeStore {
  constructor(
    private readonly database: Database,
    private readonly tx: Transaction | null,
  ) {}

  replaceAll({ nodes: seen, index }: NodeListing): Promise<boolean> {
    const { nodes, listings, engine } = this.database;
    return engine.statement(this.tx, 'replace nodes', async (tx) => {
      await engine.lock(tx, listings.lockName('last'));
      const last = listings.get(tx, 'last');
      const nowMs = engine.host.now().getTime();
      const isLate = last !== null && Number(index) < last.index && nowMs < last.seenAtMs + 120_000;
      if (seen.length === 0 || isLate) return false;
      listings.put(tx, 'last', { index: Number(index), seenAtMs: nowMs });
      const wanted = new Map(seen.map((node) => [node.id, node]));
      for (const { id } of nodes.all(tx)) {
        await nodes.locked(tx, id);
        if (!wanted.has(id)) nodes.put(tx, id, null);
      }
      for (const [id, node] of wanted) {
        await engine.lock(tx, nodes.lockName(id));
        nodes.put(tx, id, node);
      }
      return true;
    });
  }

  countEligible(nodePool: string): Promise<number> {
    const { nodes, engine } = this.database;
    return engine.statement(
      this.tx,
      'count nodes',
      (tx) => nodes.all(tx).filter((node) => node.nodePool === nodePool && node.isEligible).length,
    );
  }
}

/** Sweeps in memory. */
export class MemorySweeps implements SweepStore {
  constructor(
    private readonly database: Database,
    private readonly tx: Transaction | null,
  ) {}

  request(sweep: Sweep): Promise<Sweep> {
    const { sweeps, engine } = this.database;
    return engine.statement(this.tx, 'request a sweep', async (tx) => {
      await engine.lock(tx, `requested sweep ${String(sweep.isDryRun)}`);
      const waiting = sweeps
        .all(tx)
        .find(({ report, isDryRun }) => report === null && isDryRun === sweep.isDryRun);
      if (waiting === undefined) sweeps.put(tx, sweep.id, sweep);
      return waiting ?? sweep;
    });
  }

  nextRequested(): Promise<Sweep | null> {
    return this.#first('next sweep', ({ report }) => report === null, 1);
  }

  record(sweep: Sweep): Promise<void> {
    const { sweeps, engine } = this.database;
    return engine.statement(this.tx, 'record a sweep', async (tx) => {
      await engine.lock(tx, sweeps.lockName(sweep.id));
      sweeps.put(tx, sweep.id, sweep);
    });
  }

  find(id: SweepId): Promise<Sweep | null> {
    return this.#first(`read ${id}`, (sweep) => sweep.id === id, 1);
  }

  latest(): Promise<Sweep | null> {
    return this.#first('last sweep', ({ report }) => report !== null, -1);
  }

  #first(
    label: string,
    isWanted: (sweep: Sweep) => boolean,
    direction: 1 | -1,
  ): Promise<Sweep | null> {
    const { sweeps, engine } = this.database;
    return engine.statement(this.tx, label, (tx) => {
      const found = sweeps.all(tx).filter(isWanted);
      const byAge = (a: Sweep, b: Sweep): number =>
        direction * (a.requestedAt.getTime() - b.requestedAt.getTime());
      return found.sort(byAge)[0] ?? null;
    });
  }
}

function orNull(record: PoolRecord | null): Pool | null {
  return record === null ? null : toPool(record);
}

function toPool(record: PoolRecord): Pool {
  const { configured: _configured, ...pool } = record;
  return pool;
}
