import type { Clock } from '../lib/clock.js';
import { plusMs } from '../lib/clock.js';
import type { Store } from '../ports/index.js';

/** How often old rows are cleared away. */
export const HOUSEKEEPING_EVERY_MS = 10 * 60_000;
/** Events older than this, of which everybody was told who is to hear of them, are forgotten. */
const EVENTS_KEPT_MS = 7 * 24 * 60 * 60_000;
/** Rows removed per statement, so that no delete holds its locks for long. */
export const BATCH = 1_000;
/** Batches per run; what is left waits for the next one. */
const BATCHES_MAX = 50;

/** What one run cleared away. */
export interface Cleared {
  readonly idempotencyKeys: number;
  readonly events: number;
  readonly leases: number;
}

/**
 * Removes expired idempotency keys, old events, and leases on what is deleted, in bounded batches.
 * Safe to repeat or double.
 */
export async function clearOldRows(store: Store, clock: Clock): Promise<Cleared> {
  const before = plusMs(clock.now(), -EVENTS_KEPT_MS);
  return {
    idempotencyKeys: await inBatches(() => store.idempotency.deleteExpired(BATCH)),
    events: await inBatches(() => store.outbox.deleteBefore(before, BATCH)),
    leases: await inBatches(() => store.leases.deleteSettled(BATCH)),
  };
}

/** Deletes batch by batch until one is not full; returns how many rows went. */
export async function inBatches(deleteBatch: () => Promise<number>): Promise<number> {
  let deleted = 0;
  for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
    const count = await deleteBatch();
    deleted += count;
    if (count < BATCH) break;
  }
  return deleted;
}
