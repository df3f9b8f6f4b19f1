import type { PoolKey } from './pool.js';
import { CONFIG_SCHEMA } from './pool.js';
import type { SizeClass } from './size-classes.js';

/** The key of the pool that serves new claims, per size class that is offered at all. */
export function offeredPools(options: {
  readonly sizeClasses: Iterable<SizeClass>;
  readonly openclawVersion: string;
  readonly nodePool: string;
}): ReadonlyMap<SizeClass, PoolKey> {
  const { openclawVersion, nodePool } = options;
  return new Map(
    [...options.sizeClasses].map((sizeClass) => [
      sizeClass,
      { sizeClass, openclawVersion, configSchema: CONFIG_SCHEMA, nodePool },
    ]),
  );
}
