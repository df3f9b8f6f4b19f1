import type { z } from 'zod';
import type { InstanceView } from '../commands/instance-view.js';
import type { PoolView, StockOutView } from '../commands/pool-view.js';
import type { ClaimOutcome } from '../domain/claim.js';
import { BINDING_STEPS } from '../domain/instance.js';
import type { Instance } from '../domain/instance.js';
import type { Pool } from '../domain/pool.js';
import type { KeyRecord, Tenant } from '../ports/index.js';
import type {
  ClaimedShown,
  InstanceShown,
  KeyShown,
  PoolShown,
  SuspensionShown,
} from './schemas.js';

/** How instances are reached by people, for the URLs that are shown. */
export interface PublicNames {
  readonly scheme: 'http' | 'https';
  readonly baseDomain: string;
  /** Port of the edge as people reach it. */
  readonly edgePort: number;
}

/**
 * What each step of a claim waits for, in words for people. A claim that found an idle member begins
 * at the third, so that the count never falls.
 */
const WAITING_FOR = {
  its_turn: 'its turn to start',
  start: 'a gateway to start',
  claimed: 'a token of its own',
  secrets_written: 'the gateway to be told',
  announced: 'the gateway to take its new owner',
  acknowledged: 'the proof through the edge',
} as const;

/** Ports that a URL need not name. */
const USUAL_PORTS = { http: 80, https: 443 } as const;

/** The URL that people open; names of unclaimed instances answer 404. */
export function urlOf({ scheme, baseDomain, edgePort }: PublicNames, id: string): string {
  const port = edgePort === USUAL_PORTS[scheme] ? '' : `:${edgePort}`;
  return `${scheme}://${id}.${baseDomain}${port}/`;
}

/** An instance as the API shows it: nothing in it opens anything. */
export function presentInstance(
  names: PublicNames,
  { instance, tenantRef, keys }: InstanceView,
): z.infer<typeof InstanceShown> {
  const { id, name, state, sizeClass, openclawVersion } = instance;
  const { createdAt, readyAt, destroyAt, failure } = instance;
  return {
    id,
    name,
    tenant: tenantRef,
    state,
    progress: progressOf(instance),
    sizeClass,
    url: urlOf(names, id),
    keys: keys.map(presentKey),
    openclawVersion,
    createdAt: createdAt.toISOString(),
    readyAt: readyAt?.toISOString() ?? null,
    destroyAt: state === 'trashed' ? (destroyAt?.toISOString() ?? null) : null,
    failure,
    links: linksOf(id),
  };
}

/** An instance as the answer to a claim shows it; `outcome` is null for a replay. */
export function presentClaimed(
  names: PublicNames,
  view: InstanceView,
  outcome: ClaimOutcome | null,
): z.infer<typeof ClaimedShown> {
  return { ...presentInstance(names, view), claim: { outcome: outcome ?? 'replayed' } };
}

/** A key as the API shows it: its name and versions, never a part of its value. */
export function presentKey(key: KeyRecord): z.infer<typeof KeyShown> {
  const { name, version, owner, setAt, provenAt, isLive, renewalDueAt } = key;
  return {
    name,
    version,
    state: isLive ? 'live' : 'pending',
    setAt: setAt.toISOString(),
    lastProvenAt: provenAt?.toISOString() ?? null,
    owner,
    renewalDueAt: renewalDueAt?.toISOString() ?? null,
  };
}

/** A pool as the API shows it. */
export function presentPool({
  pool,
  counts,
  waiting,
  stockOut,
}: PoolView): z.infer<typeof PoolShown> {
  const { id, sizeClass, openclawVersion, nodePool: region, overrides, supersededBy } = pool;
  const { idleFloor, idleCeiling, idleTarget, membersMax } = pool;
  return {
    ...{ id, sizeClass, openclawVersion, region },
    ...{ idleFloor, idleCeiling, idleTarget, membersMax },
    overrides: overrides.map((override) => ({ ...override })),
    hold: holdOf(pool),
    holdReason: pool.holdReason,
    supersededBy,
    waiting,
    counts: Object.fromEntries(counts) as z.infer<typeof PoolShown>['counts'],
    stockOut: presentStockOut(stockOut),
  };
}

function presentStockOut({
  observed,
  ...expected
}: StockOutView): z.infer<typeof PoolShown>['stockOut'] {
  const claims = observed.map(({ from, ...served }) => ({ from: from.toISOString(), ...served }));
  return { ...expected, observed: claims };
}

/** A tenant's suspension as the API shows it. */
export function presentSuspension({
  externalRef,
  suspendedAt,
}: Tenant): z.infer<typeof SuspensionShown> {
  return { tenant: externalRef, suspendedAt: suspendedAt?.toISOString() ?? null };
}

/** What people and failures stopped shows at once; the rest is as the planner last found it. */
function holdOf({ pausedAt, breakerOpenedAt, isBreakerFinal, hold }: Pool) {
  if (pausedAt !== null) return 'paused';
  if (breakerOpenedAt !== null) return isBreakerFinal ? 'breaker_final' : 'breaker_open';
  return hold === 'paused' || hold === 'breaker_open' ? null : hold;
}

function linksOf(id: string): z.infer<typeof InstanceShown>['links'] {
  const self = `/v1/instances/${id}`;
  return { self, keys: `${self}/keys`, access: `${self}/access`, config: `${self}/config` };
}

type ProgressStep = keyof typeof WAITING_FOR;
const STEPS: readonly ProgressStep[] = ['its_turn', 'start', ...BINDING_STEPS];

function progressOf(instance: Instance): z.infer<typeof InstanceShown>['progress'] {
  const step = stepOf(instance);
  if (step === null) return null;
  const what = `waiting for ${WAITING_FOR[step]}`;
  return { step: STEPS.indexOf(step) + 1, of: STEPS.length, what };
}

/** Where a claim is on its way to ready; null for members and for whatever is there already. */
function stepOf({ state, tenantId, startGrantedAt, bindingStep }: Instance): ProgressStep | null {
  if (tenantId === null) return null;
  switch (state) {
    case 'creating':
      return startGrantedAt === null ? 'its_turn' : 'start';
    case 'warming':
      return 'start';
    case 'binding':
      return bindingStep;
    default:
      return null;
  }
}
