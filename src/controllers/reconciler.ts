import type { Outcome, Slot } from '../lib/keyed-queue.js';

/**
 * Brings one thing closer to what its row says. It is given the key alone, reads what it needs,
 * and may be run any number of times; retries, deadlines and leases are its driver's.
 */
export interface Reconciler {
  reconcile(key: string, signal: AbortSignal, slot: Slot): Promise<Outcome>;
}

/** Leaves a reserved slot to whoever is waited for, and goes on in a common one. */
export const STEP_ASIDE: Outcome = { kind: 'step_aside' };

export const SETTLED: Outcome = { kind: 'settled' };

/** Asks to be run again after `afterMs` milliseconds, or earlier when something changes. */
export function recheck(afterMs: number): Outcome {
  return { kind: 'recheck', afterMs };
}
