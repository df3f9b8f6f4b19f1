import type { Failure, Instance } from './instance.js';

/** How long a member may wait for its start, and the longest that any start may take. */
export const START_LIMIT_MS = 240_000;
/** OpenClaw ends with this code (EX_CONFIG) when its configuration is wrong: no restart mends it. */
export const CONFIG_REFUSED_EXIT = 78;
/** Restarts of the task during its first start after which it is given up. */
export const START_RESTARTS_MAX = 2;
/** How long an idle member may fail its probes; on a busy machine the living can be that slow. */
export const SUSPECT_LIMIT_MS = 12_000;
/** How long a claimed instance may take to become ready, a reboot in the middle included. */
export const BINDING_LIMIT_MS = 180_000;
/** After this an instance that is being bound is looked at: if it is dead, its owner is moved. */
export const BINDING_LOOK_MS = 10_000;

/** What was seen of an instance from outside, at the moment of planning. */
export interface Sighting {
  /** Where the catalog says it listens; null while it is not registered. */
  readonly address: string | null;
  readonly allocationId: string | null;
  /** Its own answer about its start-up. */
  readonly startup: 'started' | 'starting' | 'unreachable';
  readonly phase: 'pending' | 'running' | 'complete' | 'failed' | 'lost' | 'unknown' | 'absent';
  /** When its process was last started; null when it never was or nobody asked. */
  readonly startedAt: Date | null;
  readonly restarts: number;
  /** When it was given its place; null while it has none or nobody asked. */
  readonly placedAt: Date | null;
  /** Why the scheduler finds no place for it; null when it has one or nobody can say. */
  readonly blockedBy: string | null;
  /** What its process last ended with; null while it runs or when nobody can say. */
  readonly exitCode: number | null;
  /** One line on the last thing that happened to the task or its placement, for the operator. */
  readonly lastEvent: string | null;
}

/**
 * Whether a member may be launched now, or has waited too long: for its start to be granted, or for
 * the systems that a launch needs.
 */
export function planLaunch(
  { stateAt, startGrantedAt }: Instance,
  now: Date,
): { kind: 'launch' } | { kind: 'wait' } | FailPlan {
  const waitedMs = now.getTime() - stateAt.getTime();
  if (waitedMs <= START_LIMIT_MS) return { kind: startGrantedAt === null ? 'wait' : 'launch' };
  return fail('start_deadline', `It could not be launched within ${START_LIMIT_MS / 1000} s.`);
}

interface FailPlan {
  readonly kind: 'fail';
  readonly failure: Failure;
}

export type WarmingPlan =
  | { readonly kind: 'warm_up'; readonly address: string }
  | { readonly kind: 'wait' }
  | { readonly kind: 'blocked'; readonly by: string }
  | FailPlan;

/**
 * Decides about a member on its way into the stock. One that finds no place is left where it is: the
 * scheduler places it as soon as there is room, and another one would find none either. Somebody who
 * waits for it is not left waiting like that.
 */
export function planWarming(
  instance: Instance,
  seen: Sighting,
  { now, deadlineMs }: { readonly now: Date; readonly deadlineMs: number },
): WarmingPlan {
  // One that waited for room has its whole time from when it got some.
  const since = Math.max(instance.stateAt.getTime(), seen.placedAt?.getTime() ?? 0);
  const waitedMs = now.getTime() - since;
  const trail = seen.lastEvent ?? 'nothing was heard of it';
  if (seen.exitCode === CONFIG_REFUSED_EXIT) {
    return fail('config_refused', `OpenClaw refused its configuration: ${trail}.`);
  }
  if (seen.phase === 'failed' || seen.phase === 'lost' || seen.restarts > START_RESTARTS_MAX) {
    return fail('start_failed', `The gateway did not start: ${trail}.`);
  }
  if (seen.startup === 'started' && seen.address !== null) {
    return { kind: 'warm_up', address: seen.address };
  }
  if (seen.blockedBy !== null && instance.tenantId === null) {
    return { kind: 'blocked', by: seen.blockedBy };
  }
  if (waitedMs > deadlineMs) {
    const limit = Math.round(deadlineMs / 1000);
    return fail('start_deadline', `Not started within ${limit} s: ${trail}.`);
  }
  return { kind: 'wait' };
}

export type IdlePlan =
  | { readonly kind: 'keep' }
  | { readonly kind: 'suspect' }
  | { readonly kind: 'clear' }
  | { readonly kind: 'rewarm' }
  | { readonly kind: 'wait' }
  | FailPlan;

/**
 * Decides about a member in the stock. One failed probe makes it a suspect, which no claim gets. A
 * suspect that answers again in the same process was only slow. One whose gateway was started anew
 * holds nobody's data, so it is warmed up again where it is; one that stays silent is given up.
 */
export function planIdle(instance: Instance, seen: Sighting, now: Date): IdlePlan {
  const isSame = seen.allocationId === null || seen.allocationId === instance.allocationId;
  if (!isSame) return fail('lost', 'Its allocation was replaced by another one.');
  if (seen.restarts > START_RESTARTS_MAX) {
    return fail('found_dead', `Its gateway was restarted ${seen.restarts} times.`);
  }
  if (isCold(instance, seen)) return { kind: 'rewarm' };
  if (seen.startup === 'started') {
    return { kind: instance.suspectAt === null ? 'keep' : 'clear' };
  }
  if (instance.suspectAt === null) return { kind: 'suspect' };
  if (now.getTime() - instance.suspectAt.getTime() < SUSPECT_LIMIT_MS) return { kind: 'wait' };
  return fail(
    'found_dead',
    `It stopped answering while idle: ${seen.lastEvent ?? 'no reason seen'}.`,
  );
}

/**
 * Whether the gateway's process is another one than the one that was warmed up. Restarts alone do not
 * tell: one that ended while nobody watched it, as in the night of its machine, is started anew
 * without being counted. Clocks of nodes that are wrong by less than a boot takes do no harm.
 */
function isCold({ stateAt }: Instance, { phase, startedAt, restarts }: Sighting): boolean {
  if (phase === 'pending') return true;
  return startedAt === null ? restarts > 0 : startedAt > stateAt;
}

export type BindingPlan =
  | { readonly kind: 'write_secrets' }
  | { readonly kind: 'announce' }
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'prove' }
  | FailPlan;

/** Decides the next step of binding an instance to its new owner. */
export function planBinding(instance: Instance, now: Date): BindingPlan {
  const waitedMs = now.getTime() - instance.stateAt.getTime();
  if (waitedMs > BINDING_LIMIT_MS) {
    const step = instance.bindingStep ?? 'claimed';
    return fail('binding_deadline', `Not ready ${BINDING_LIMIT_MS / 1000} s after ${step}.`);
  }
  switch (instance.bindingStep) {
    case null:
    case 'claimed':
      return { kind: 'write_secrets' };
    case 'secrets_written':
      return { kind: 'announce' };
    case 'announced':
      return { kind: 'acknowledge' };
    case 'acknowledged':
      return { kind: 'prove' };
  }
}

/**
 * Whether a binding takes so long that its gateway must be looked at: most take a second. One that
 * was given keys is waited for, as they would be lost with it: only the instance can read them.
 */
export function isBindingSlow({ stateAt, keyVersion }: Instance, now: Date): boolean {
  return keyVersion === 0 && now.getTime() - stateAt.getTime() > BINDING_LOOK_MS;
}

/** Why the gateway of a slow binding is given up; null while it answers. */
export function planSlowBinding(seen: Sighting): Failure | null {
  if (seen.startup !== 'unreachable') return null;
  const trail = seen.lastEvent ?? 'nothing was heard of it';
  return {
    code: 'found_dead',
    sentence: `It stopped answering before its owner could have it: ${trail}.`,
  };
}

/**
 * Why a claimed member that cannot be told of its owner is left at once; null when it should be asked
 * again. In the stock it had started, so if it is starting now, somebody would wait for a whole boot,
 * and for the first turn that its warm-up was to take off them.
 */
export function planRestartedBinding(
  { stateAt, keyVersion }: Instance,
  { startup, phase, startedAt, lastEvent }: Sighting,
): Failure | null {
  const isNew = startedAt !== null && startedAt > stateAt;
  const isRestarting = startup === 'starting' || phase === 'pending' || isNew;
  if (keyVersion > 0 || startup === 'started' || !isRestarting) return null;
  return {
    code: 'found_dead',
    sentence: `It was started anew before its owner could have it: ${lastEvent ?? 'no reason seen'}.`,
  };
}

function fail(code: Failure['code'], sentence: string): FailPlan {
  return { kind: 'fail', failure: { code, sentence } };
}
