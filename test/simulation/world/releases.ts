import type { Offers } from '../../../src/domain/offers.js';
import type { PoolKey } from '../../../src/domain/pool.js';
import { offerNameOf } from '../../../src/domain/pool.js';
import type { SizeClass } from '../../../src/domain/size-classes.js';
import { aPoolKey } from '../../support/builders.js';
import { Chance } from '../core/chance.js';
import type { FaultPlan } from '../core/fault-plan.js';

/** What is wrong with every start of a version. */
export type BootFlaw = 'crashes' | 'hangs' | 'refuses its configuration';

/** A version that an operator brings in, and when, in milliseconds. */
export interface Release {
  readonly atMs: number;
  readonly version: string;
}

const FLAWS: readonly BootFlaw[] = ['crashes', 'hangs', 'refuses its configuration'];
const FIRST = '2026.9.6';
const SECOND = '2026.10.1';
const THIRD = '2026.10.2';

/**
 * The versions of OpenClaw that a world meets: one from the beginning; later perhaps another one,
 * good or bad; and after a bad one perhaps a mended one, or the first one again.
 */
export class Releases {
  readonly planned: readonly Release[];
  readonly sizeClasses: readonly SizeClass[];
  readonly bounds: { readonly idleFloor: number; readonly idleCeiling: number };
  readonly #flaws = new Map<string, BootFlaw>();
  #current = FIRST;

  constructor(seed: number, faults: FaultPlan) {
    const chance = new Chance(seed, 'releases');
    const idleFloor = chance.between(2, 3);
    this.bounds = { idleFloor, idleCeiling: idleFloor + 2 };
    this.sizeClasses = faults.troubles.has('two size classes') ? ['s', 'm'] : ['s'];
    const second = { atMs: chance.between(10_000, 60_000), version: SECOND };
    const flaw = chance.pick(FLAWS) ?? 'crashes';
    const isMended = chance.isTrue(0.6);
    const version = chance.isTrue(0.5) ? THIRD : FIRST;
    const mended = { atMs: second.atMs + chance.between(15_000, 55_000), version };
    const isBad = faults.troubles.has('bad versions');
    if (isBad) this.#flaws.set(SECOND, flaw);
    const isReleased = isBad || faults.troubles.has('new versions');
    this.planned = isReleased ? [second, ...(isBad && isMended ? [mended] : [])] : [];
  }

  /** From now on processes that start know this version. */
  release({ version }: Release): void {
    this.#current = version;
  }

  flawOf(version: string): BootFlaw | null {
    return this.#flaws.get(version) ?? null;
  }

  keys(): readonly PoolKey[] {
    return this.sizeClasses.map((sizeClass) =>
      aPoolKey({ sizeClass, openclawVersion: this.#current }),
    );
  }

  /** What a process offers that starts now. */
  offers(): Offers {
    return new Map(
      this.keys().map((key) => {
        const bounds = { sizeClass: key.sizeClass, region: null, ...this.bounds };
        return [offerNameOf(key), { key, bounds }];
      }),
    );
  }
}
