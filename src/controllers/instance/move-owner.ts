import { CLAIM_ATTEMPTS_MAX } from '../../domain/claim.js';
import type { PoolId } from '../../domain/ids.js';
import { ID_SUFFIX_LENGTH, instanceIdOf } from '../../domain/ids.js';
import type { Failure, Instance } from '../../domain/instance.js';
import type { Pool } from '../../domain/pool.js';
import { standInFor } from '../../domain/stand-in.js';
import { failedStartOf } from '../../domain/start-outcome.js';
import { Fault } from '../../errors/index.js';
import { randomBase32 } from '../../lib/random.js';
import type { Claim, Repositories, Taking } from '../../ports/index.js';
import type { Outside } from './outside.js';

/** Where the owner of an instance that does not come to work may go. */
export type Destination = 'idle_only' | 'anywhere';

/**
 * Compensation: gives the owner another member and fails this instance, in one transaction. What
 * was theirs on it is destroyed with it. Returns false, and changes nothing, when there is nowhere
 * to go, the attempts are used up, or somebody else was faster.
 */
export async function moveOwner(
  outside: Outside,
  instance: Instance,
  failure: Failure,
  destination: Destination,
): Promise<boolean> {
  const { store, clock, log } = outside;
  const at = clock.now();
  const next = await undoable(() =>
    store.transaction(async (tx) => {
      const offeredId = await lockPools(tx, instance);
      const claim = await movableClaim(tx, instance);
      if (offeredId === null || claim === null) return null;
      // First of all, or the version that has just failed could be the one that is tried again.
      await countFailedStart(tx, instance, failure, at);
      const { tenantId, id: claimId, name } = claim;
      const taking = { poolId: offeredId, tenantId, claimId, name, at };
      const taken = await takeOther(tx, taking, destination);
      // Undoes the count as well: the start is counted when the instance is failed.
      if (taken === null) throw superseded();

      const notes = { replacedBy: taken.id };
      const failed = await tx.instances.move(instance, { verb: 'fail', at, failure }, notes);
      const isMoved = await tx.claims.moveTo(claim.id, instance.id, taken.id);
      if (failed === null || !isMoved) throw superseded();
      await tx.audit.append(auditOf(instance, taken, failure, at));
      const payload = { to: taken.id, code: failure.code, keysLost: failed.keyVersion > 0 };
      await tx.outbox.append({ topic: 'instance.moved', key: instance.id, payload, at });
      return taken;
    }),
  );
  if (next === null) return false;
  log.warn('owner moved to another instance', { instanceId: instance.id, to: next.id, ...failure });
  return true;
}

/** Counts the start if it came to nothing; everybody locks the pool before any instance. */
export async function countFailedStart(
  tx: Repositories,
  instance: Instance,
  failure: Failure,
  at: Date,
): Promise<void> {
  const outcome = failedStartOf(instance, failure, at);
  if (outcome !== null) await tx.pools.recordStart(instance.poolId, outcome, at);
}

/**
 * Locks the pools that may serve claims like this instance's today, and returns the offered one of them.
 * Superseded pools are locked before the one that supersedes them, in the order of their ids, and all
 * before any instance.
 */
async function lockPools(tx: Repositories, { poolId }: Instance): Promise<PoolId | null> {
  const pools = await tx.pools.list();
  const own = pools.find(({ id }) => id === poolId);
  const offeredId = own?.supersededBy ?? poolId;
  const superseded = pools.filter(({ supersededBy }) => supersededBy === offeredId);
  for (const { id } of superseded.sort((a, b) => (a.id < b.id ? -1 : 1))) {
    await tx.pools.findForUpdate(id);
  }
  return (await tx.pools.findForUpdate(offeredId)) === null ? null : offeredId;
}

/** The pool that starts members: the offered one, or the last good version while that cannot. */
async function startingPool(tx: Repositories, offeredId: PoolId): Promise<Pool | null> {
  const pools = await tx.pools.list();
  const offered = pools.find(({ id }) => id === offeredId);
  if (offered === undefined) return null;
  return standInFor(offered, await tx.instances.countByState(offeredId), pools) ?? offered;
}

async function movableClaim(tx: Repositories, { claimId }: Instance): Promise<Claim | null> {
  const claim = claimId === null ? null : await tx.claims.find(claimId);
  return claim === null || claim.attempts >= CLAIM_ATTEMPTS_MAX ? null : claim;
}

async function takeOther(
  tx: Repositories,
  taking: Taking,
  destination: Destination,
): Promise<Instance | null> {
  const idle =
    (await tx.instances.takeIdle(taking)) ?? (await tx.instances.takeIdleSuperseded(taking));
  if (idle !== null || destination === 'idle_only') return idle;
  const starting = await startingPool(tx, taking.poolId);
  if (starting === null) return null;
  const coming = await tx.instances.takeComing({ ...taking, poolId: starting.id });
  if (coming !== null) return coming;
  if ((await tx.instances.countHolding(starting.id)) >= starting.membersMax) return null;
  const id = instanceIdOf(randomBase32(ID_SUFFIX_LENGTH));
  return tx.instances.insert({ id, pool: starting, at: taking.at, owner: taking });
}

function auditOf(from: Instance, to: Instance, { code }: Failure, at: Date) {
  return {
    at,
    actor: 'controller',
    action: 'instance.move',
    target: from.id,
    outcome: 'done',
    requestId: null,
    from: null,
    details: { to: to.id, code },
  } as const;
}

function superseded(): Fault {
  return new Fault('write_superseded', 'Somebody else changed the instance meanwhile.');
}

/** The result, or null when the transaction found itself overtaken and was rolled back. */
async function undoable<Result>(work: () => Promise<Result>): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Fault && error.code === 'write_superseded') return null;
    throw error;
  }
}
