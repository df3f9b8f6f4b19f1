import { seededRandom } from '../../bench/support/seeded-random.js';

/** Everything that chance decides in a run, the same for the same seed. */
export class Chance {
  readonly #next: () => number;

  /** @param topic keeps streams apart, so that more draws in one change nothing in another. */
  constructor(seed: number, topic: string) {
    let mixed = seed | 0;
    for (const letter of topic) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x01000193);
    this.#next = seededRandom(mixed);
    this.#next();
  }

  /** From 0 to below 1. */
  share(): number {
    return this.#next();
  }

  isTrue(probability: number): boolean {
    return this.#next() < probability;
  }

  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#next() * (most - least + 1));
  }

  pick<Thing>(things: readonly Thing[]): Thing | undefined {
    return things[Math.floor(this.#next() * things.length)];
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.between(0, 255)));
  }
}
