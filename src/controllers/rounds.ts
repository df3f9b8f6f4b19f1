import { jittered } from '../lib/random.js';
import { pause } from '../lib/timers.js';
import type { Log, Store } from '../ports/index.js';
import type { Driver } from './driver.js';

/** How long a lost wake-up can go unnoticed. */
const ROUND_MS = 2_000;
/** Instances looked at per round; the rest follow in later ones, longest waiting first. */
const DUE_MAX = 500;

/** Wakes everything that has work to do, again and again, so that no single wake-up matters. */
export class Rounds {
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;

  constructor(
    private readonly store: Store,
    private readonly pools: Driver,
    private readonly instances: Driver,
    private readonly log: Log,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** One round now, e.g. after changes may have been missed. */
  async once(): Promise<void> {
    try {
      const [pools, due] = await Promise.all([
        this.store.pools.list(),
        this.store.instances.listDue(DUE_MAX),
      ]);
      for (const { id } of pools) this.pools.wake(id);
      for (const id of due) this.instances.wake(id);
    } catch (error) {
      this.log.warn('round skipped', { error });
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.once();
      await pause(jittered(ROUND_MS), this.#stopping.signal);
    }
  }
}
