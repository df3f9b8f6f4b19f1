import type { PoolKey } from './pool.js';
import { CONFIG_SCHEMA, offerNameOf } from './pool.js';
import type { SizeClass } from './size-classes.js';

/** How many idle members one size class keeps in one region. */
export interface OfferBounds {
  readonly sizeClass: SizeClass;
  /** A Nomad node pool by its name; null for the default one. */
  readonly region: string | null;
  readonly idleFloor: number;
  readonly idleCeiling: number;
}

/** What new claims can ask for here, by the name of `offerNameOf`. */
export type Offers = ReadonlyMap<string, Offer>;

export interface Offer {
  readonly key: PoolKey;
  readonly bounds: OfferBounds;
}

/** The pool that serves each size class in each region in which it is offered. */
export function offersOf(options: {
  readonly bounds: readonly OfferBounds[];
  readonly openclawVersion: string;
  readonly defaultRegion: string;
}): Offers {
  const { openclawVersion, defaultRegion } = options;
  return new Map(
    options.bounds.map((bounds) => {
      const nodePool = bounds.region ?? defaultRegion;
      const { sizeClass } = bounds;
      const key = { sizeClass, openclawVersion, configSchema: CONFIG_SCHEMA, nodePool };
      return [offerNameOf(key), { key, bounds }];
    }),
  );
}
