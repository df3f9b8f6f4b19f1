import Queue from 'bull';
import { Redis } from 'ioredis';
import { backoffMs } from '../lib/backoff.js';
import { BackgroundLoop } from '../lib/background-loop.js';
import { pause } from '../lib/timers.js';
import type { Log } from '../ports/index.js';

/** After so many turns the repeating work item is put back, in case Redis was flushed. */
const RESCHEDULE_AFTER = 5;

export interface WakingQueueOptions {
  /** Name of the queue in Redis. */
  readonly name: string;
  readonly redisUrl: string;
  readonly everyMs: number;
  /** What a work item starts; safe to repeat, to double and to leave out. */
  readonly work: (signal: AbortSignal) => Promise<void>;
  readonly log: Log;
}

/**
 * Has something done now and then by one of all workers. Redis only says when: work items carry
 * nothing, so a flushed, lost, stalled or doubled one costs a late or an idle run and nothing else.
 */
export class WakingQueue {
  #queue: Queue.Queue | null = null;
  readonly #connections: Redis[] = [];
  readonly #stopping = new AbortController();
  readonly #scheduling: BackgroundLoop;

  constructor(private readonly options: WakingQueueOptions) {
    const { name, everyMs, log } = options;
    this.#scheduling = new BackgroundLoop({
      turn: async (signal) => {
        await this.#schedule();
        await pause(RESCHEDULE_AFTER * everyMs, signal);
      },
      onFailure: (error, failures) => {
        log.warn('work not scheduled', { queue: name, error, retryMs: backoffMs(failures) });
      },
    });
  }

  /**
   * Begins to work off the queue, and puts the repeating work item into it. Returns at once: with
   * Redis away, both happen when it is back.
   */
  start(): void {
    const { name, work, log } = this.options;
    const queue = new Queue(name, {
      createClient: () => this.#connect(),
      prefix: '{clawdeploy}',
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    this.#queue = queue;
    queue.on('error', (error) => {
      log.warn('queue in trouble', { queue: name, error });
    });
    queue.on('failed', (_item, error) => {
      log.warn('work failed', { queue: name, error });
    });
    void queue.process(() => work(this.#stopping.signal));
    this.#scheduling.start();
  }

  /** Fails with what Redis says when it cannot be reached. */
  async ping(): Promise<void> {
    await this.#queue?.client.ping();
  }

  /** Ends the work that is under way, and waits for that; not for a Redis that is away. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const isAway = this.#connections.some(({ status }) => status !== 'ready');
    if (isAway) this.#disconnect();
    await Promise.all([this.#scheduling.stop(), this.#queue?.close()]);
    this.#disconnect();
  }

  /** Bull would wait for connections of its own until Redis is back, even to close them. */
  #connect(): Redis {
    const options = { maxRetriesPerRequest: null, enableReadyCheck: false };
    const connection = new Redis(this.options.redisUrl, options);
    this.#connections.push(connection);
    return connection;
  }

  #disconnect(): void {
    for (const connection of this.#connections) connection.disconnect();
  }

  /** Bull gives an item that repeats its name by its time, so putting it in again doubles nothing. */
  async #schedule(): Promise<void> {
    const { name, everyMs } = this.options;
    await this.#queue?.add({}, { repeat: { every: everyMs }, jobId: name });
  }
}
