import { BackgroundLoop } from '../lib/background-loop.js';
import { jittered } from '../lib/random.js';
import { pause } from '../lib/timers.js';
import type { Log, Store } from '../ports/index.js';
import type { Driver } from './driver.js';

/** How long a lost wake-up can go unnoticed. */
const ROUND_MS = 2_000;
/**
 * Instances with work looked at per round, and as many idle ones that nobody looks after; the rest
 * follow in later ones. A large stock is taken over from a dead controller in a few of them.
 */
const DUE_MAX = 1_000;

/** Wakes everything that has work to do, again and again, so that no single wake-up matters. */
export class Rounds {
  readonly #loop = new BackgroundLoop({
    turn: async (signal) => {
      await this.once();
      await pause(jittered(ROUND_MS), signal);
    },
    onFailure: (error) => {
      this.#skipped(error);
    },
  });

  constructor(
    private readonly store: Store,
    private readonly pools: Driver,
    private readonly instances: Driver,
    private readonly log: Log,
  ) {}

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
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
      this.#skipped(error);
    }
  }

  #skipped(error: unknown): void {
    this.log.warn('round skipped', { error });
  }
}
