import type { Failure, Instance } from './instance.js';

/** How long a member may take from the job's registration to a settled start-up. */
export const START_LIMIT_MS = 240_000;
/** Restarts of the task during its first start after which it is given up. */
export const START_RESTARTS_MAX = 2;
/** How long an idle member may fail its probes; far less than a boot, so it cannot come back cold. */
export const SUSPECT_LIMIT_MS = 3_000;
/** How long a claimed instance may take to become ready, a reboot in the middle included. */
export const BINDING_LIMIT_MS = 180_000;

/** What was seen of an instance from outside, at the moment of planning. */
export interface Sighting {
  /** Where the catalog says it listens; null while it is not registered. */
  readonly address: string | null;
  readonly allocationId: string | null;
  /** Its own answer about its start-up. */
  readonly startup: 'started' | 'starting' | 'unreachable';
  readonly phase: 'pending' | 'running' | 'complete' | 'failed' | 'lost' | 'unknown' | 'absent';
  readonly restarts: number;
  /** One line on the last thing that happened to the task or its placement, for the operator. */
  readonly lastEvent: string | null;
}

export type WarmingPlan =
  | { readonly kind: 'warm_up'; readonly address: string }
  | { readonly kind: 'fail'; readonly failure: Failure }
  | { readonly kind: 'wait' };

/** Decides about a member on its way into the stock. */
export function planWarming(instance: Instance, seen: Sighting, now: Date): WarmingPlan {
  const waitedMs = now.getTime() - instance.stateAt.getTime();
  const trail = seen.lastEvent ?? 'nothing was heard of it';
  if (seen.phase === 'failed' || seen.phase === 'lost' || seen.restarts > START_RESTARTS_MAX) {
    return fail('start_failed', `The gateway did not start: ${trail}.`);
  }
  if (seen.startup === 'started' && seen.address !== null) {
    return { kind: 'warm_up', address: seen.address };
  }
  if (waitedMs > START_LIMIT_MS) {
    return fail('start_deadline', `Not started within ${START_LIMIT_MS / 1000} s: ${trail}.`);
  }
  return { kind: 'wait' };
}

export type IdlePlan =
  | { readonly kind: 'keep' }
  | { readonly kind: 'suspect' }
  | { readonly kind: 'clear' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'fail'; readonly failure: Failure };

/**
 * Decides about a member in the stock. One failed probe makes it a suspect, which no claim gets;
 * a suspect that answers again soon was only slow, one that does not was lost or has restarted.
 */
export function planIdle(instance: Instance, seen: Sighting, now: Date): IdlePlan {
  const isSame = seen.allocationId === null || seen.allocationId === instance.allocationId;
  if (!isSame) return fail('lost', 'Its allocation was replaced by another one.');
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

export type BindingPlan =
  | { readonly kind: 'write_secrets' }
  | { readonly kind: 'announce' }
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'prove' }
  | { readonly kind: 'fail'; readonly failure: Failure };

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

function fail(code: Failure['code'], sentence: string): { kind: 'fail'; failure: Failure } {
  return { kind: 'fail', failure: { code, sentence } };
}
