import { Chance } from './chance.js';

/** Every kind of trouble that a run may have. */
export const TROUBLES = [
  'crashes',
  'stalls',
  'lost requests',
  'lost answers',
  'repeated requests',
  'slow calls',
  'partitions',
  'stale catalog',
  'lost notices',
  'lost database connections',
  'clocks that jump',
  'gateways that die',
  'gateways that hang',
  'boots that fail',
  'nodes that close',
  'ports used again',
  'keys that are destroyed',
  'two size classes',
  'new versions',
  'bad versions',
  'edges that are away',
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** Those that make a world larger or last longer, and so cost several times what others do. */
const LARGE: readonly Trouble[] = [
  'two size classes',
  'new versions',
  'bad versions',
  'edges that are away',
];

/**
 * Which troubles a run has, and how much of them. Each seed has some of them only: with all of them
 * at once hardly anything would ever get far enough to go wrong in an interesting way.
 */
export class FaultPlan {
  readonly troubles: ReadonlySet<Trouble>;
  /** From now on nothing goes wrong any more. */
  isOver = false;
  readonly #chances = new Map<Trouble, Chance>();
  readonly #strength: number;

  constructor(seed: number, without: ReadonlySet<Trouble> = new Set()) {
    const choice = new Chance(seed, 'troubles');
    const chosen = TROUBLES.filter((trouble) =>
      choice.isTrue(LARGE.includes(trouble) ? 0.2 : 0.45),
    );
    this.troubles = new Set(chosen.filter((trouble) => !without.has(trouble)));
    this.#strength = [0.4, 1, 2.5][choice.between(0, 2)] ?? 1;
    for (const trouble of TROUBLES) this.#chances.set(trouble, new Chance(seed, trouble));
  }

  /** Whether the trouble strikes now; asked wherever it could, with how likely it is there. */
  strikes(trouble: Trouble, probability: number): boolean {
    if (this.isOver || !this.troubles.has(trouble)) return false;
    return this.chanceOf(trouble).isTrue(probability * this.#strength);
  }

  has(trouble: Trouble): boolean {
    return this.troubles.has(trouble) && !this.isOver;
  }

  chanceOf(trouble: Trouble): Chance {
    const chance = this.#chances.get(trouble);
    if (chance === undefined) throw new Error(`no such trouble: ${trouble}`);
    return chance;
  }
}
