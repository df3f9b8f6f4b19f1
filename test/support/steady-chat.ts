import { setTimeout as pauseMs } from 'node:timers/promises';
import type { Product } from './product.js';

/** What a tenant heard who went on talking all the time. */
export interface Heard {
  readonly turns: number;
  /** What was said in place of an answer; empty when every turn was answered. */
  readonly failures: readonly string[];
}

/** Between the end of one turn and the next. */
const EVERY_MS = 150;

/** A tenant who talks to their agent, one turn after the other, until they are told to stop. */
export class SteadyChat {
  readonly #stopping = new AbortController();
  readonly #failures: string[] = [];
  readonly #running: Promise<void>;
  #turns = 0;

  constructor(
    private readonly product: Product,
    private readonly instanceId: string,
    private readonly token: string,
  ) {
    this.#running = this.#talk();
  }

  async stop(): Promise<Heard> {
    this.#stopping.abort();
    await this.#running;
    return { turns: this.#turns, failures: this.#failures };
  }

  async #talk(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const said = await this.product
        .chat(this.instanceId, this.token, 'Are you there?')
        .catch((error: unknown) => `no answer: ${String(error)}`);
      this.#turns += 1;
      if (!said.startsWith('key:')) this.#failures.push(said);
      await pauseMs(EVERY_MS);
    }
  }
}
