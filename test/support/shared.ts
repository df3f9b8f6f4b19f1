/**
 * Something that is slow to start and that suites of one run take in turn: it is started for the
 * first of them, and stopped after the last one or else at the end of the run.
 */
export class Shared<Thing> {
  #users = 0;
  #thing: Promise<Thing> | null = null;

  constructor(
    private readonly start: () => Promise<Thing>,
    private readonly stop: (thing: Thing) => Promise<void>,
    /** Brings it back to how the next suite expects it; one that cannot be is started anew. */
    private readonly tidy: (thing: Thing) => Promise<void> = () => Promise.resolve(),
  ) {
    // A hook of the whole run; there is none outside of one, as in a benchmark.
    if (typeof after === 'function') after(() => this.#end());
  }

  /** Counts a suite in, which then gives back what it takes; to be called while it is described. */
  forSuite(): this {
    this.#users += 1;
    return this;
  }

  /** The running thing. One that did not start is tried again for the next who asks. */
  async take(): Promise<Thing> {
    this.#thing ??= this.start();
    try {
      return await this.#thing;
    } catch (error) {
      this.#thing = null;
      throw error;
    }
  }

  async giveBack(): Promise<void> {
    this.#users -= 1;
    const thing = await this.#thing;
    if (thing === null) return;
    if (this.#users === 0) return this.#end();
    try {
      await this.tidy(thing);
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  async #end(): Promise<void> {
    const thing = this.#thing;
    this.#thing = null;
    if (thing !== null) await this.stop(await thing);
  }
}
