import Queue from 'bull';
import type { Clock } from '../lib/clock.js';
import { plusMs } from '../lib/clock.js';
import type { Log, Store } from '../ports/index.js';

/** Name of the queue in Redis. */
export const HOUSEKEEPING_QUEUE = 'housekeeping';
/** How often old rows are cleared away. */
const EVERY_MS = 10 * 60_000;
/** Events older than this have been read by whoever wanted them. */
const EVENTS_KEPT_MS = 7 * 24 * 60 * 60_000;
/** Rows removed per statement, so that no delete holds its locks for long. */
const BATCH = 1_000;
/** Batches per run; what is left waits for the next one. */
const BATCHES_MAX = 50;

/** What one run cleared away. */
export interface Cleared {
  readonly idempotencyKeys: number;
  readonly events: number;
}

/** Removes expired idempotency keys and old events, in bounded batches. Safe to repeat or double. */
export async function clearOldRows(store: Store, now: Date): Promise<Cleared> {
  const before = plusMs(now, -EVENTS_KEPT_MS);
  return {
    idempotencyKeys: await inBatches(() => store.idempotency.deleteExpired(now, BATCH)),
    events: await inBatches(() => store.outbox.deleteBefore(before, BATCH)),
  };
}

async function inBatches(deleteBatch: () => Promise<number>): Promise<number> {
  let deleted = 0;
  for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
    const count = await deleteBatch();
    deleted += count;
    if (count < BATCH) break;
  }
  return deleted;
}

/**
 * Has `clearOldRows` run now and then by one of all workers. Redis only says when: work items
 * carry nothing, so a flushed, lost or doubled one costs a late or an idle run.
 */
export class Housekeeping {
  #queue: Queue.Queue | null = null;

  constructor(
    private readonly redisUrl: string,
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * Begins to work off the queue, and puts the repeating work item into it. Returns at once: with
   * Redis away, both happen when it is back.
   */
  start(): void {
    const queue = new Queue(HOUSEKEEPING_QUEUE, this.redisUrl, {
      prefix: '{clawdeploy}',
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    this.#queue = queue;
    queue.on('error', (error) => {
      this.log.warn('queue in trouble', { queue: HOUSEKEEPING_QUEUE, error });
    });
    queue.on('failed', (_item, error) => {
      this.log.warn('housekeeping failed', { error });
    });
    void queue.process(async () => {
      const cleared = await clearOldRows(this.store, this.clock.now());
      this.log.info('old rows cleared', { ...cleared });
    });
    queue
      .add({}, { repeat: { every: EVERY_MS }, jobId: 'clear-old-rows' })
      .catch((error: unknown) => {
        this.log.warn('housekeeping not scheduled', { error });
      });
  }

  /** Fails with what Redis says when it cannot be reached. */
  async ping(): Promise<void> {
    await this.#queue?.client.ping();
  }

  async stop(): Promise<void> {
    await this.#queue?.close();
  }
}
