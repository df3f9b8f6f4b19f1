import type { InstanceId } from '../../src/domain/ids.js';
import { CLAIM_ATTEMPTS_MAX } from '../../src/domain/claim.js';
import { HOLDING_STATES, INSTANCE_MOVES, STOCK_STATES } from '../../src/domain/instance.js';
import type { KeyMove } from '../../src/domain/key-campaign/key-campaign.js';
import { SKIP_REASONS } from '../../src/domain/key-campaign/key-campaign.js';
import { CLOSED_ROTATION_STATES, REVERT_REASONS, keyField } from '../../src/domain/rotation.js';
import type { Unrest } from './broken.js';
import { Broken } from './broken.js';
import type { InstanceRecord } from './store/database.js';
import { restlessPools } from './pool-invariants.js';
import type { World } from './world/ports.js';
import { routeOf } from './world/ports.js';

/** Clocks that jump may make this much of a binding's time look like half of it. */
const EDGE_AWAY_MS = 150_000;

/** What must hold of each change of an instance, as soon as it is committed. */
export function checkChange(
  world: World,
  before: InstanceRecord | null,
  after: InstanceRecord,
): void {
  const { id } = after;
  if (before === null) {
    if (after.state !== 'creating') throw new Broken(`an instance begins as creating: ${id}`, [id]);
    return;
  }
  const demand = (holds: boolean, promise: string): void => {
    if (!holds) throw new Broken(`${promise}: ${id}, ${wordsOf(before)} → ${wordsOf(after)}`, [id]);
  };
  const moves: readonly string[] = Object.values(INSTANCE_MOVES[before.state]);
  demand(
    after.state === before.state || moves.includes(after.state),
    'a state changes by a legal move',
  );
  demand(
    before.claimId === null || before.claimId === after.claimId,
    'an instance never gets a second owner',
  );
  const isTaken = before.claimId === null && after.claimId !== null;
  demand(after.fence === before.fence + (isTaken ? 1 : 0), 'the fence grows with each new owner');
  demand(!isTaken || STOCK_STATES.includes(before.state), 'only stock is given away');
  demand(after.revision >= before.revision, 'a revision never goes back');
  demand(after.gatewayVersion >= before.gatewayVersion, 'a token version never goes back');
  demand(
    before.replacedBy === null || after.replacedBy === before.replacedBy,
    'an owner who was moved is moved once',
  );
  if (after.state === 'ready' && before.state !== 'ready') checkProof(world, after);
  if (after.state === 'failed' && before.state === 'binding') checkBlame(world, before, after);
  if (after.state === 'idle' && before.state !== 'idle') checkStock(world, after);
  const hasData = ['ready', 'resuming', 'trashed'].includes(before.state);
  const isWaitedFor = before.tenantId !== null && !hasData;
  if (isWaitedFor && after.state === 'failed' && before.state !== 'failed') {
    if (after.replacedBy === null) checkGivenUp(world, after);
  }
  checkLive(world, before, after);
}

/** What changed for the better in the middle of a transaction, which could not know of it. */
export interface Meanwhile {
  /** Suspects that answered again. */
  readonly recovered: ReadonlySet<InstanceId>;
  /** Ids of nodes that take work again. */
  readonly opened: ReadonlySet<string>;
}

/**
 * What must hold once the transaction that made the instance is committed as a whole. Members on a
 * node that takes no work are no stock, since no claim gets them.
 */
export function checkCreated(
  { database }: World,
  { id, poolId, tenantId }: InstanceRecord,
  { recovered, opened }: Meanwhile,
): void {
  const pool = database.pools.committed().get(poolId);
  if (tenantId !== null || pool === undefined) return;
  const nodes = database.nodes.committed();
  const isClosed = (nodeId: string | null): boolean =>
    nodeId !== null && (nodes.get(nodeId)?.isEligible === false || opened.has(nodeId));
  const stock = [...database.instances.committed().values()].filter(
    (row) =>
      row.poolId === poolId &&
      row.tenantId === null &&
      row.suspectAt === null &&
      !recovered.has(row.id) &&
      !isClosed(row.nodeId) &&
      STOCK_STATES.includes(row.state),
  ).length;
  if (stock <= pool.idleTarget) return;
  const of = `${stock} for a target of ${pool.idleTarget}`;
  throw new Broken(`no more members are made than are wanted: ${of}`, [id]);
}

/** Ready means that the gateway had the owner's token, and neither another one's nor the pool's. */
function checkProof({ servers }: World, { id, gatewayVersion }: InstanceRecord): void {
  const token = servers.tokens.get(id)?.[gatewayVersion - 1];
  const taken = servers.gateways.tokensTaken.get(id) ?? new Set<string>();
  if (token === undefined || !taken.has(token)) {
    throw new Broken(`ready is a proof: ${id} never ran with its owner's token`, [id]);
  }
}

/** An edge that was away for most of a binding's time is no fault of the member. */
function checkBlame(world: World, before: InstanceRecord, { id, failure }: InstanceRecord): void {
  const { sim, servers } = world;
  if (failure?.code !== 'binding_deadline' || before.bindingStep !== 'acknowledged') return;
  const awayMs = sim.nowMs() - servers.edgeAway.sinceMs;
  if (!servers.isEdgeAway() || awayMs < EDGE_AWAY_MS || !isServing(world, before)) return;
  throw new Broken(`nobody loses a member because the edge is away: ${id}`, [id]);
}

/** Idle means that its own gateway started with the pool's token, and has had no other one. */
function checkStock({ servers }: World, { id }: InstanceRecord): void {
  const taken = servers.gateways.tokensTaken.get(id)?.size ?? 0;
  if (taken !== 1) throw new Broken(`idle is a gateway that started: ${id} had ${taken}`, [id]);
}

/** What counts as live was seen in the gateway: keys are called live by it. */
function checkLive({ servers }: World, before: InstanceRecord, after: InstanceRecord): void {
  if (after.revisionApplied <= before.revisionApplied) return;
  const ran = servers.gateways.appliedMax.get(after.id) ?? 0;
  if (after.revisionApplied <= ran) return;
  const told = `${after.revisionApplied} is noted, ${ran} is the newest that ran`;
  throw new Broken(`a revision is live once its gateway ran with it: ${after.id}, ${told}`, [
    after.id,
  ]);
}

/** Whose member fails is given another one, as long as there is one to give and attempts are left. */
function checkGivenUp({ database }: World, { id, poolId, claimId }: InstanceRecord): void {
  const claim = claimId === null ? undefined : database.claims.committed().get(claimId);
  const pool = database.pools.committed().get(poolId);
  if (claim === undefined || claim.attempts >= CLAIM_ATTEMPTS_MAX || pool === undefined) return;
  const rows = [...database.instances.committed().values()];
  const holding = rows.filter((row) => row.poolId === poolId && HOLDING_STATES.includes(row.state));
  if (holding.length >= pool.membersMax) return;
  throw new Broken(`an owner is moved before they are given up: ${id}`, [id]);
}

/**
 * What a gateway is told to use is there: it could be restarted at any time, and would look for it. And
 * what it runs with is there as long as it does.
 */
export function checkKeys({ servers, database }: World): void {
  for (const [id, { keyVersion, config }] of servers.announcements) {
    // One that was under way when its instance was ended is for the sweeper to clear.
    const state = database.instances.committed().get(id)?.state;
    if (state !== 'binding' && state !== 'ready' && state !== 'resuming') continue;
    const told = lackOf(servers, id, keyVersion, JSON.parse(config) as string[]);
    if (told !== null) {
      throw new Broken(`a gateway finds every key that it is told of: ${id} lacks ${told}`, [id]);
    }
    const live = servers.gatewayOf(id)?.live ?? null;
    const used = live === null ? null : lackOf(servers, id, live.keyVersion, live.fields);
    if (used !== null) {
      throw new Broken(`no version of keys is destroyed in use: ${id} uses ${used}`, [id]);
    }
  }
}

/** Which of the fields the version has not, unless somebody else destroyed it; null for none. */
function lackOf(
  servers: World['servers'],
  id: InstanceId,
  version: number,
  wanted: readonly string[],
): string | null {
  const fields = wanted.length === 0 ? null : servers.fieldsIn(id, version);
  const missing = fields === null ? [] : wanted.filter((field) => !fields.has(field));
  return missing.length === 0 ? null : `${missing.join(', ')} in version ${version}`;
}

/**
 * What must hold of campaigns once they are over: each instance's part has an end, with a reason unless
 * it has the new key, which its own rotation proved.
 */
export function checkCampaigns({ database }: World): void {
  for (const move of database.keyMoves.committed().values()) checkMove(database, move);
}

function checkMove(
  { campaigns, rotations }: World['database'],
  { campaignId, instanceId, state, rotationId, reason }: KeyMove,
): void {
  const demand = (holds: boolean): void => {
    if (holds) return;
    const end = `${campaignId} ended with ${state} ${reason ?? 'without a reason'}`;
    throw new Broken(`each part of a campaign has an end that says why: ${instanceId}, ${end}`, [
      instanceId,
    ]);
  };
  const rotation = rotationId === null ? undefined : rotations.committed().get(rotationId);
  const isReplacing = campaigns.committed().get(campaignId)?.kind === 'replace';
  switch (state) {
    case 'verified':
      demand(!isReplacing || rotation?.state === 'verified');
      return;
    case 'reverted':
      demand(REVERT_REASONS.some((known) => known === reason));
      return;
    case 'skipped':
      demand(SKIP_REASONS.some((known) => known === reason));
      return;
    case 'waiting':
    case 'begun':
      demand(false);
  }
}

/** A key that is listed is in the version that its instance is to use, if nobody else destroyed it. */
export function checkListed({ database, servers }: World): void {
  for (const { instanceId: id, name, slot, removedAt } of database.keys.committed().values()) {
    const row = database.instances.committed().get(id);
    if (removedAt !== null || row?.state !== 'ready') continue;
    const lack = lackOf(servers, id, row.keyVersion, [keyField(name, slot)]);
    if (lack !== null)
      throw new Broken(`no lost key is listed for ever: ${id} lacks ${lack}`, [id]);
  }
}

/** What must hold of all rows together after each commit. */
export function checkRows({ database }: World): void {
  const claims = [...database.claims.committed().values()];
  const names = new Set<string>();
  const instances = database.instances.committed();
  for (const claim of claims) {
    const owned = instances.get(claim.instanceId);
    if (claim.releasedAt !== null) continue;
    const name = `${claim.tenantId} ${claim.name}`;
    if (names.has(name)) throw new Broken(`one live claim per tenant and name: ${name}`);
    names.add(name);
    if (owned?.claimId !== claim.id || owned.tenantId !== claim.tenantId) {
      throw new Broken(`a claim and its instance name each other: ${claim.id}`, [claim.instanceId]);
    }
  }
  const held = new Set(claims.map(({ id, instanceId }) => `${id} ${instanceId}`));
  for (const { id, claimId, replacedBy, poolId } of instances.values()) {
    if (claimId !== null && replacedBy === null && !held.has(`${claimId} ${id}`)) {
      throw new Broken(`whoever owns an instance has a claim on it: ${id}`, [id]);
    }
    const pool = database.pools.committed().get(poolId);
    if (pool === undefined) throw new Broken(`an instance has a pool: ${id}`);
  }
  checkRotations(database);
}

/** Nobody advances a rotation whose instance is not ready, so there is none. */
function checkRotations({ rotations, instances }: World['database']): void {
  for (const { id, instanceId, state } of rotations.committed().values()) {
    if (CLOSED_ROTATION_STATES.includes(state)) continue;
    const owner = instances.committed().get(instanceId)?.state ?? 'gone';
    if (owner === 'ready') continue;
    throw new Broken(`a rotation is open only while its instance is ready: ${id}, ${owner}`, [
      instanceId,
    ]);
  }
}

/** What is not yet as it must be in the end; empty when everything has calmed down. */
export function unrest(world: World): readonly Unrest[] {
  return [...restlessRows(world), ...leftOvers(world), ...restlessPools(world)];
}

function restlessRows(world: World): Unrest[] {
  return [...world.database.instances.committed().values()].flatMap((row): Unrest[] => {
    const about = row.id;
    // A version that never comes up is probed again and again, for as long as it is offered.
    if (row.tenantId === null && world.releases.flawOf(row.openclawVersion) !== null) return [];
    switch (row.state) {
      case 'deleted':
      case 'stopped':
        return [];
      case 'failed': {
        const isKept = row.tenantId !== null && row.replacedBy === null && row.failure !== null;
        return isKept ? [] : [{ what: 'a failed instance is cleared away', about }];
      }
      case 'idle':
        return isServing(world, row) && row.suspectAt === null
          ? []
          : [{ what: 'an idle member answers with its token', about }];
      case 'ready': {
        const isCurrent = row.revisionApplied === row.revision && isServing(world, row);
        const hasEnded = !isRotating(world, row.id) && row.keysPrunedTo === row.keyVersion;
        const isRouted = routeOf(world, row.id) === world.servers.gatewayOf(row.id)?.address;
        if (!isCurrent || !isRouted) {
          return [{ what: 'a ready instance answers its owner with its last revision', about }];
        }
        return hasEnded ? [] : [{ what: 'a rotation ends, and old keys with it', about }];
      }
      default:
        return [{ what: `an instance does not stay ${row.state}`, about }];
    }
  });
}

function isRotating({ database }: World, id: InstanceId): boolean {
  const rotations = [...database.rotations.committed().values()];
  return rotations.some(
    ({ instanceId, state }) => instanceId === id && !CLOSED_ROTATION_STATES.includes(state),
  );
}

function isServing({ servers }: World, row: InstanceRecord): boolean {
  const gateway = servers.gatewayOf(row.id);
  const token = servers.tokens.get(row.id)?.[row.gatewayVersion - 1];
  return gateway?.state === 'started' && gateway.live?.token === token;
}

function leftOvers({ servers, database }: World): Unrest[] {
  const kept = [
    ...[...servers.jobs.keys()].map((id) => ['a job', id] as const),
    ...[...servers.announcements.keys()].map((id) => ['a variable', id] as const),
    ...servers.secretIds().map((id) => ['a secret', id] as const),
  ];
  const values = [...servers.campaignValues.keys()].map((about) => {
    return { what: 'the value of a campaign goes', about };
  });
  const gone = kept
    .filter(([, id]) => !isLiving(database.instances.committed().get(id)))
    .map(([what, about]) => ({ what: `${what} of a deleted instance goes`, about }));
  const campaigns = [...database.campaigns.committed().values()]
    .filter(({ settledAt }) => settledAt === null)
    .map(({ id }) => ({ what: 'a campaign is settled', about: id }));
  return [...values, ...campaigns, ...gone];
}

function wordsOf({ state, fence, claimId, bindingStep, revision }: InstanceRecord): string {
  return `${state} f${fence} r${revision} ${claimId ?? 'unowned'} ${bindingStep ?? ''}`.trim();
}

function isLiving(row: InstanceRecord | undefined): boolean {
  return row !== undefined && row.state !== 'deleted';
}
