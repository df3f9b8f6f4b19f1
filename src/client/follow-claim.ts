import type { ApiClient } from './api-client.js';
import type { Instance } from './operation.js';

/** A binding takes about a second; after this something is wrong, and waiting longer hides it. */
const READY_LIMIT_MS = 90_000;
/** A gateway that has to start is given up after four minutes at most; its owner is then moved. */
const START_LIMIT_MS = 360_000;
/** States that lead to ready. */
const ON_THE_WAY: readonly string[] = ['creating', 'warming', 'binding'];

/** Whether an instance with an owner is still to become ready. */
export function isOnTheWay({ state }: Pick<Instance, 'state'>): boolean {
  return ON_THE_WAY.includes(state);
}

/**
 * Follows a claimed instance until it is ready, or is no longer on the way there, or takes too long.
 * Returns the one that its owner has then: another one, if the first turned out to be dead.
 */
export function followClaim(
  client: ApiClient,
  id: string,
  {
    isWarm,
    ...watch
  }: {
    /** Whether it ran already when it was claimed. */
    readonly isWarm: boolean;
    readonly onLook?: (instance: Instance) => void;
    readonly signal: AbortSignal;
  },
): Promise<Instance> {
  return client.follow(id, {
    ...watch,
    until: (instance) => !isOnTheWay(instance),
    withinMs: isWarm ? READY_LIMIT_MS : START_LIMIT_MS,
  });
}
