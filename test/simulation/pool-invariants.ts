import type { InstanceId, PoolId } from '../../src/domain/ids.js';
import { isHeld } from '../../src/domain/stand-in.js';
import { STARTS } from './actors/control-plane.js';
import type { Unrest } from './broken.js';
import { Broken } from './broken.js';
import type { InstanceRecord, PoolRecord } from './store/database.js';
import type { World } from './world/ports.js';

/** What a transaction did to one instance; `before` is null if it made it. */
export interface Change {
  readonly before: InstanceRecord | null;
  readonly after: InstanceRecord;
}

/** What others changed in the middle of a transaction, which could not know of it. */
export interface Elsewhere {
  /** Members that left the idle stock, or that no claim could get any more. */
  readonly left: ReadonlySet<InstanceId>;
  /** Members that start again by themselves. */
  readonly restarted: ReadonlySet<InstanceId>;
  /** Pools whose starts were stopped or allowed, or that came into another one's place. */
  readonly pools: ReadonlySet<PoolId>;
  /** Whether a node was closed or opened. */
  readonly isAboutNodes: boolean;
}

/** What must hold between pools once a transaction is committed as a whole. */
export function checkPools(
  world: World,
  changes: readonly Change[],
  elsewhere: () => Elsewhere,
): void {
  for (const change of changes) {
    if (isGranted(change)) checkStarts(world, change.after, elsewhere());
    if (isOwned(change)) checkStandIn(world, change.after, elsewhere());
    if (isRetired(change)) checkReplaced(world, change, changes, elsewhere());
  }
}

function isGranted({ before, after }: Change): boolean {
  return after.startGrantedAt !== null && (before?.startGrantedAt ?? null) === null;
}

/** Given to somebody before it has started. */
function isOwned({ before, after }: Change): boolean {
  const isNew = after.tenantId !== null && (before?.tenantId ?? null) === null;
  return isNew && (after.state === 'creating' || after.state === 'warming');
}

function isRetired({ before, after }: Change): boolean {
  return before?.state === 'idle' && after.state === 'deleting';
}

/** Pools of one node pool share its nodes, and so the starts that these can bear. */
function checkStarts(
  { database, servers }: World,
  { id, poolId }: InstanceRecord,
  { restarted }: Elsewhere,
): void {
  const pools = database.pools.committed();
  const nodePool = pools.get(poolId)?.nodePool;
  const booting = [...database.instances.committed().values()].filter(
    (row) =>
      pools.get(row.poolId)?.nodePool === nodePool &&
      (row.state === 'creating' || row.state === 'warming') &&
      row.startGrantedAt !== null &&
      !restarted.has(row.id),
  ).length;
  const most = servers.nodes.size * STARTS.startsPerNode;
  if (booting <= most) return;
  throw new Broken(`no more members boot than the nodes can bear: ${booting} of ${most}`, [id]);
}

/** Whoever waits for a start waits for one that is known to come to a good end, if there is any. */
function checkStandIn(
  { database }: World,
  { id, poolId }: InstanceRecord,
  elsewhere: Elsewhere,
): void {
  const pools = database.pools.committed();
  const pool = pools.get(poolId);
  if (pool === undefined || hasEverStarted(database, poolId)) return;
  if (pool.supersededBy !== null && pool.failuresInARow === 0) return;
  const offeredId = pool.supersededBy ?? poolId;
  const good = [...pools.values()].find(
    (other) =>
      other.supersededBy === offeredId &&
      other.id !== poolId &&
      !isHeld(other) &&
      hasEverStarted(database, other.id) &&
      other.failuresInARow === 0 &&
      !elsewhere.pools.has(other.id),
  );
  if (good === undefined || elsewhere.pools.has(poolId) || elsewhere.pools.has(offeredId)) return;
  const instead = `${poolId} instead of ${good.id}`;
  throw new Broken(`nobody waits for a version that never came up: ${instead}`, [id]);
}

/** The old version's members go as the new one's are there, and never before. */
function checkReplaced(
  { database }: World,
  { before }: Change,
  changes: readonly Change[],
  { left, pools: changed, isAboutNodes }: Elsewhere,
): void {
  const pools = database.pools.committed();
  const pool = before === null ? undefined : pools.get(before.poolId);
  const successor = pools.get(pool?.supersededBy ?? '');
  if (before === null || pool === undefined || successor === undefined) return;
  if (before.suspectAt !== null || isAboutNodes || changed.has(successor.id)) return;
  const isOfBoth = ({ poolId }: InstanceRecord): boolean =>
    poolId === pool.id || poolId === successor.id;
  const idle = [...database.instances.committed().values()].filter(
    (row) => isOfBoth(row) && (left.has(row.id) || (row.state === 'idle' && !row.suspectAt)),
  );
  const own = new Set(changes.filter(isRetired).map(({ after }) => after.id));
  const kept = idle.filter((row) => !own.has(row.id)).length;
  // One that stands in has a target of its own, which falls when less is asked for.
  const wanted = Math.min(successor.idleTarget, pool.idleTarget || Infinity);
  if (kept >= wanted) return;
  const of = `${kept} of ${wanted} left`;
  throw new Broken(`old members go when new ones have taken their place: ${of}`, [before.id]);
}

function hasEverStarted({ instances }: World['database'], poolId: PoolId): boolean {
  return [...instances.committed().values()].some(
    (row) => row.poolId === poolId && row.admittedAt !== null,
  );
}

/** What is not yet as it must be in the end between pools; empty when everything is. */
export function restlessPools({ database, releases }: World): Unrest[] {
  const rows = [...database.instances.committed().values()];
  const pools = [...database.pools.committed().values()];
  const idleOf = ({ id }: PoolRecord): number =>
    rows.filter(({ poolId, state }) => poolId === id && state === 'idle').length;
  const short = pools
    .filter((pool) => !isHeld(pool) && idleOf(pool) !== pool.idleTarget)
    .map((pool) => {
      const of = `${pool.idleTarget} idle members, not ${idleOf(pool)}`;
      return { what: `a pool has its target of ${of}`, about: pool.id };
    });
  const empty = releases.sizeClasses.filter((sizeClass) => {
    const stock = pools.filter((pool) => pool.sizeClass === sizeClass).map(idleOf);
    return stock.reduce((sum, idle) => sum + idle, 0) < releases.bounds.idleFloor;
  });
  const lacking = empty.map((about) => ({ what: 'each size class has its stock', about }));
  return [...short, ...lacking];
}
