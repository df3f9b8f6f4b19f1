import type { Release } from './releases.js';

/** One way to come by a thing. */
export type Step =
  | { readonly kind: 'path' }
  | { readonly kind: 'cache' }
  | { readonly kind: 'release'; readonly release: Release; readonly sha256: string }
  | { readonly kind: 'go' }
  | { readonly kind: 'npm' }
  | { readonly kind: 'debian' }
  | { readonly kind: 'skipped'; readonly step: 'release' | 'fetch'; readonly because: string };

/** What decides the order for one thing. */
export interface PlanFacts {
  /** The last resort: how it is made where nobody has it ready. */
  readonly lastResort: 'go' | 'npm' | 'debian';
  /** Null for things that no vendor releases as an archive. */
  readonly release: Release | null;
  readonly sha256: string | null;
  readonly isOffline: boolean;
}

/** Why nothing is fetched under --offline, as part of the sentence on what is missing. */
export const NOT_FETCHED = 'it is not in the cache and --offline was given';

/**
 * The ways to try, in order: what the machine has, what an earlier setup made, the vendor's release,
 * and a pinned package. Each is tried only after the one before it had nothing.
 *
 * A release without a pinned checksum is never downloaded: it is skipped with the reason why.
 */
export function planSteps({ lastResort, release, sha256, isOffline }: PlanFacts): readonly Step[] {
  const own: Step[] = [{ kind: 'path' }, { kind: 'cache' }];
  if (isOffline) return [...own, { kind: 'skipped', step: 'fetch', because: NOT_FETCHED }];
  if (release === null) return [...own, { kind: lastResort }];
  if (sha256 === null) {
    const because = 'no checksum pinned for this platform';
    return [...own, { kind: 'skipped', step: 'release', because }, { kind: lastResort }];
  }
  return [...own, { kind: 'release', release, sha256 }, { kind: lastResort }];
}
