import type { Failure, Instance } from './instance.js';
import { EARLY_DEATH_MS } from './pool.js';

/** How the start of a member ended, as its pool's breaker counts it. */
export type StartOutcome = 'admitted' | 'failed' | 'hopeless' | 'died_early';

/**
 * What the failure of a member says about starts of its pool; null when it says nothing. One that was
 * never launched waited for us, and one that found no place waited for room: neither is a fault of
 * the version. One that died right after its warm-up is, though it was admitted.
 */
export function failedStartOf(
  { state, stateAt, suspectAt, blockedBy }: Instance,
  { code }: Failure,
  now: Date,
): Exclude<StartOutcome, 'admitted'> | null {
  switch (state) {
    case 'warming':
      if (code === 'config_refused') return 'hopeless';
      return blockedBy === null ? 'failed' : null;
    case 'idle': {
      const livedMs = (suspectAt ?? now).getTime() - stateAt.getTime();
      return code === 'found_dead' && livedMs < EARLY_DEATH_MS ? 'died_early' : null;
    }
    default:
      return null;
  }
}
