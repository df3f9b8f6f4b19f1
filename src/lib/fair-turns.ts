import { FairQueue } from './fair-queue.js';
import { deadline } from './timers.js';
import { Scope } from './scope.js';

export interface FairTurnsOptions {
  /** How much work is done at once. */
  readonly atOnce: number;
  /** How much of one key may wait. */
  readonly waitingPerKeyMax: number;
  /** How much may wait in all. */
  readonly waitingMax: number;
  /** How long anything waits at most. */
  readonly waitMaxMs: number;
  /** What is thrown for work that finds no place, or waited for too long. */
  readonly refusal: () => Error;
  /** Told how much runs and waits, whenever that changes. */
  readonly onChange?: (running: number, waiting: number) => void;
}

interface Waiting {
  readonly begin: () => void;
  readonly giveUp: () => void;
}

/** Does so much work at once, and gives those who wait for it their turns one by one, key by key. */
export class FairTurns {
  readonly #queue: FairQueue<Waiting>;
  #running = 0;

  constructor(private readonly options: FairTurnsOptions) {
    const { waitingPerKeyMax: perKeyMax, waitingMax: max } = options;
    this.#queue = new FairQueue({ perKeyMax, max });
  }

  /** Does `work` when it is `key`'s turn; whatever becomes of it, the next one follows. */
  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.options.atOnce) await this.#turn(key);
    else this.#running += 1;
    this.#tell();
    try {
      return await work();
    } finally {
      this.#handOn();
      this.#tell();
    }
  }

  /** Whoever ends hands its place to the next one, which so never has to look for one. */
  #handOn(): void {
    const next = this.#queue.next();
    if (next === undefined) this.#running -= 1;
    else next.begin();
  }

  #turn(key: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const wait = new Scope();
      const settle = (how: () => void) => (): void => {
        wait.end();
        how();
      };
      const giveUp = settle(() => {
        reject(this.options.refusal());
      });
      const waiting: Waiting = { begin: settle(resolve), giveUp };
      const offered = this.#queue.offer(key, waiting);
      if (offered.kind === 'refused') {
        giveUp();
        return;
      }
      if (offered.kind === 'queued_instead') offered.of.giveUp();
      deadline(this.options.waitMaxMs, wait.signal).addEventListener('abort', () => {
        if (this.#queue.remove(key, waiting)) giveUp();
      });
      this.#tell();
    });
  }

  #tell(): void {
    this.options.onChange?.(this.#running, this.#queue.size);
  }
}
