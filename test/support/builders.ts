import type { ClaimId, InstanceId, KeyCampaignId, PoolId, TenantId } from '../../src/domain/ids.js';
import { claimIdOf, instanceIdOf, keyCampaignIdOf, tenantIdOf } from '../../src/domain/ids.js';
import type { Instance } from '../../src/domain/instance.js';
import type { Offers } from '../../src/domain/offers.js';
import type { Pool, PoolKey } from '../../src/domain/pool.js';
import { CONFIG_SCHEMA, offerNameOf, poolIdOf } from '../../src/domain/pool.js';
import type { Caller, Principal } from '../../src/domain/principal.js';
import type { Announcement, CatalogEntry } from '../../src/ports/index.js';

/** The instant at which tests happen unless they say otherwise. */
export const NOON = new Date('2026-11-23T12:00:00.000Z');

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
let idsMade = 0;

/** An instance id that no other call in this process returned. */
export function anInstanceId(): InstanceId {
  return instanceIdOf(nextSuffix());
}

/** A claim id that no other call in this process returned. */
export function aClaimId(): ClaimId {
  return claimIdOf(nextSuffix());
}

/** An id of a key campaign that no other call in this process returned. */
export function aKeyCampaignId(): KeyCampaignId {
  return keyCampaignIdOf(nextSuffix());
}

/** A tenant id that no other call in this process returned. */
export function aTenantId(): TenantId {
  return tenantIdOf(nextSuffix());
}

/** The key of the pool that development runs: small instances of the pinned OpenClaw. */
export function aPoolKey(changes: Partial<PoolKey> = {}): PoolKey {
  return {
    sizeClass: 's',
    openclawVersion: '2026.9.6',
    configSchema: CONFIG_SCHEMA,
    nodePool: 'default',
    ...changes,
  };
}

/** Offers of this pool alone, in the region `default`. */
export function someOffers(key: PoolKey = aPoolKey()): Offers {
  const { sizeClass } = key;
  const bounds = { sizeClass, region: null, idleFloor: 2, idleCeiling: 2 };
  return new Map([[offerNameOf(key), { key, bounds }]]);
}

/** A healthy pool that keeps two idle members. Its id follows its key. */
export function aPool(changes: Partial<Pool> = {}): Pool {
  return {
    ...aPoolKey(),
    id: poolIdOf(aPoolKey(changes)),
    idleFloor: 2,
    idleCeiling: 2,
    idleTarget: 2,
    targetRaisedAt: null,
    overrides: [],
    membersMax: 10,
    startTokens: { tokens: 100, at: NOON },
    failuresInARow: 0,
    breakerOpenedAt: null,
    isBreakerFinal: false,
    diedEarlyAt: null,
    pausedAt: null,
    supersededBy: null,
    supersededAt: null,
    memberDeadlineMs: null,
    hold: null,
    holdReason: null,
    ...changes,
  };
}

/** An idle pool member that is placed, reachable and free of any owner. */
export function anInstance(changes: Partial<Instance> = {}): Instance {
  return {
    id: anInstanceId(),
    poolId: defaultPoolId(),
    state: 'idle',
    sizeClass: 's',
    openclawVersion: '2026.9.6',
    fence: 1,
    tenantId: null,
    claimId: null,
    name: null,
    bindingStep: null,
    resumeStep: null,
    restartFrom: null,
    destroyAt: null,
    revision: 1,
    revisionApplied: 1,
    gatewayVersion: 1,
    keyVersion: 0,
    keysPrunedTo: 0,
    allocationId: '00000000-0000-4000-8000-000000000001',
    nodeId: '00000000-0000-4000-8000-0000000000aa',
    address: '127.0.0.1:20000',
    suspectAt: null,
    startGrantedAt: NOON,
    blockedBy: null,
    replacedBy: null,
    failure: null,
    createdAt: NOON,
    stateAt: NOON,
    readyAt: null,
    ...changes,
  };
}

/** An instance with an owner, its binding just begun; pass `state` and more for later moments. */
export function aClaimedInstance(changes: Partial<Instance> = {}): Instance {
  return anInstance({
    state: 'binding',
    fence: 2,
    tenantId: aTenantId(),
    claimId: aClaimId(),
    name: 'default',
    bindingStep: 'claimed',
    ...changes,
  });
}

/** A product's backend, which may act for all of its tenants. */
export function aPrincipal(changes: Partial<Principal> = {}): Principal {
  return { subject: 'test-product', role: 'product', tenantRef: null, ...changes };
}

/** Who calls, as commands want it: a product unless told otherwise. */
export function aCaller(changes: Partial<Principal> = {}): Caller {
  return { principal: aPrincipal(changes), requestId: 'req-test', from: '192.0.2.1' };
}

/** What a fresh member is told: the first revision, the pool's token, no keys. */
export function anAnnouncement(changes: Partial<Announcement> = {}): Announcement {
  return { revision: 1, gatewayVersion: 1, keyVersion: 0, config: '{}', ...changes };
}

/** A gateway that discovery sees and whose checks pass. */
export function aCatalogEntry(changes: Partial<CatalogEntry> = {}): CatalogEntry {
  return {
    instanceId: anInstanceId(),
    allocationId: '00000000-0000-4000-8000-000000000001',
    nodeName: 'test-node',
    address: '127.0.0.1:20000',
    isPassing: true,
    ...changes,
  };
}

function defaultPoolId(): PoolId {
  return poolIdOf(aPoolKey());
}

/** Counts in base32, so that ids are valid, different, and the same in every run. */
function nextSuffix(): string {
  idsMade += 1;
  let rest = idsMade;
  let suffix = '';
  while (suffix.length < 12) {
    suffix = BASE32.charAt(rest % 32) + suffix;
    rest = Math.floor(rest / 32);
  }
  return suffix;
}

/** Keys by name, each where a key lies that was set and never rotated. */
export function placed(...names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name) => [name, 0]));
}
