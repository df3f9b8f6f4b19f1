import type { InstanceState } from './instance.js';
import type { Pool } from './pool.js';

/** States that only an instance can be in whose start came to a good end. */
const STARTED_STATES: readonly InstanceState[] = [
  ...(['idle', 'binding', 'ready', 'resuming', 'stopped', 'trashed'] as const),
];

/**
 * The pool that keeps serving in place of `offered` while that one cannot: of those whose own starts are
 * not stopped the one that fails least, and the version that was superseded last among equals. Null
 * while the offered one serves, or when there is no other. When the offered one's starts are stopped
 * too, it is one whose breaker may close again, for nobody else would probe it.
 *
 * `counts` are those of the offered pool. It serves once one of its members has come up; until then it
 * may be a version that never will, which is known only after failures in a row.
 */
export function standInFor(
  offered: Pool,
  counts: ReadonlyMap<InstanceState, number>,
  pools: readonly Pool[],
): Pool | null {
  if (!isHeld(offered) && (offered.idleTarget === 0 || hasComeUp(counts))) return null;
  const [best = null] = pools
    .filter((pool) => pool.supersededBy === offered.id)
    .filter((pool) => !isHeld(pool) || (isHeld(offered) && mayRecover(pool)))
    .sort(
      (a, b) =>
        Number(isHeld(a)) - Number(isHeld(b)) ||
        a.failuresInARow - b.failuresInARow ||
        timeOf(b.supersededAt) - timeOf(a.supersededAt) ||
        (a.id < b.id ? 1 : -1),
    );
  return best;
}

/** Whether a pool starts nothing until somebody resumes it or its breaker closes. */
export function isHeld({ pausedAt, breakerOpenedAt }: Pool): boolean {
  return pausedAt !== null || breakerOpenedAt !== null;
}

function mayRecover({ pausedAt, isBreakerFinal }: Pool): boolean {
  return pausedAt === null && !isBreakerFinal;
}

function hasComeUp(counts: ReadonlyMap<InstanceState, number>): boolean {
  return STARTED_STATES.some((state) => (counts.get(state) ?? 0) > 0);
}

function timeOf(at: Date | null): number {
  return at?.getTime() ?? 0;
}
