import type { Clock } from '../lib/clock.js';
import type { Log, Store } from '../ports/index.js';

/**
 * Counts refused claims into the database, so that pools grow with them. A refusal waits for nothing
 * of it: while one write is under way the next ones gather, so a storm costs a few statements and
 * never more than one connection. What a process had not written when it ended is lost, and so is
 * what the database would not take: a few refusals less change no target.
 */
export class RefusalTally {
  #gathered = new Map<string, number>();
  #isWriting = false;

  constructor(
    private readonly store: Pick<Store, 'claims'>,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Counts one refusal of that offer. */
  add(offer: string): void {
    this.#gathered.set(offer, (this.#gathered.get(offer) ?? 0) + 1);
    if (!this.#isWriting) void this.#write();
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      while (this.#gathered.size > 0) {
        const taken = this.#gathered;
        this.#gathered = new Map();
        for (const [offer, refusals] of taken) {
          await this.store.claims.recordRefusals(offer, refusals, this.clock.now());
        }
      }
    } catch (error) {
      this.log.warn('refused claims were not counted', { error });
    } finally {
      this.#isWriting = false;
    }
  }
}
