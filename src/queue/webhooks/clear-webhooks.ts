import { plusMs } from '../../lib/clock.js';
import { BATCH, inBatches } from '../housekeeping.js';
import type { WebhookPorts } from './webhook-ports.js';

/** Deliveries can be looked at and replayed for so long. */
export const DELIVERIES_KEPT_MS = 14 * 24 * 60 * 60_000;
/** Longer than any request that may still write the secret of a webhook that is removed meanwhile. */
const REMOVED_REST_MS = 10 * 60_000;
/** Removed webhooks per run; what is left waits for the next one. */
const REMOVED_MAX = 50;

/**
 * Forgets old deliveries, and removed webhooks once what signed for them is destroyed: the row goes
 * last, so that a worker that dies in between is followed by one that knows what to do.
 */
export async function clearWebhooks(
  { store, secrets, clock }: Pick<WebhookPorts, 'store' | 'secrets' | 'clock'>,
  signal: AbortSignal,
): Promise<{ readonly deliveries: number; readonly webhooks: number }> {
  const { webhooks, deliveries } = store;
  const before = plusMs(clock.now(), -DELIVERIES_KEPT_MS);
  const old = await inBatches(() => deliveries.deleteBefore(before, BATCH));
  const removed = await webhooks.listRemoved(plusMs(clock.now(), -REMOVED_REST_MS), REMOVED_MAX);
  for (const id of removed) {
    await secrets.destroy(id, signal);
    await inBatches(() => deliveries.deleteOf(id, BATCH));
    await webhooks.forget(id);
  }
  return { deliveries: old, webhooks: removed.length };
}
