import type { AfterAttempt, SendOutcome } from '../../domain/webhooks/plan-retry.js';
import { isTaken, planRetry } from '../../domain/webhooks/plan-retry.js';
import { secondsOf, signaturesOf } from '../../domain/webhooks/signature.js';
import type { Delivery, Webhook } from '../../domain/webhooks/webhook.js';
import { signingVersions } from '../../domain/webhooks/webhook.js';
import { plusMs } from '../../lib/clock.js';
import { jittered } from '../../lib/random.js';
import type { DeliveryStep, Repositories, TakenDelivery } from '../../ports/index.js';
import type { AttemptOutcome, WebhookPorts } from './webhook-ports.js';

/** An attempt that could not be made is made again after so long; it does not count. */
const PUT_BACK_MS = 10_000;

/**
 * Makes one attempt and records what came of it. Never fails: what it cannot record, the lease's end
 * brings back. A worker that dies between the answer and the record has it sent once more, which the
 * receiver knows by `webhook-id`.
 */
export async function attempt(
  ports: WebhookPorts,
  taken: TakenDelivery,
  signal: AbortSignal,
): Promise<void> {
  const { log, onAttempt } = ports;
  const { delivery, webhook } = taken;
  const fields = { webhookId: webhook.id, deliveryId: delivery.id, type: delivery.type };
  try {
    const outcome = await send(ports, taken, signal).catch((error: unknown) => {
      if (!signal.aborted) log.warn('webhook not sent', { ...fields, error });
      return null;
    });
    if (outcome === null) {
      const pauseMs = signal.aborted ? 0 : PUT_BACK_MS;
      await ports.store.deliveries.putBack(delivery, plusMs(ports.clock.now(), pauseMs));
      onAttempt('put_back');
      return;
    }
    await record(ports, taken, outcome);
    onAttempt(nameOf(outcome));
    log.debug('webhook sent', { ...fields, attempt: delivery.attempts, ...outcome });
  } catch (error) {
    log.warn('what came of a webhook is not recorded; it will be sent again', { ...fields, error });
  }
}

async function send(
  { secrets, sender, clock }: WebhookPorts,
  { delivery, webhook }: TakenDelivery,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const found: string[] = [];
  for (const version of signingVersions(webhook, clock.now())) {
    const secret = await secrets.read(webhook.id, version, signal);
    if (secret !== null) found.push(secret);
  }
  if (found.length === 0) throw new Error('Nothing is there to sign with.');
  const body = bodyOf(delivery);
  const sentAt = clock.now();
  const signatures = signaturesOf({ id: delivery.eventId, sentAt, body }, found);
  return sender.send({
    url: webhook.url,
    headers: {
      'content-type': 'application/json',
      'webhook-id': delivery.eventId,
      'webhook-timestamp': String(secondsOf(sentAt)),
      'webhook-signature': signatures,
    },
    body,
    signal,
  });
}

/** The same bytes at each attempt. */
function bodyOf({ type, occurredAt, data }: Delivery): string {
  return JSON.stringify({ type, timestamp: occurredAt.toISOString(), data });
}

async function record(
  { store, clock, log, onDisabled }: WebhookPorts,
  { delivery, webhook }: TakenDelivery,
  outcome: SendOutcome,
): Promise<void> {
  const at = clock.now();
  const next = await store.transaction(async (tx) => {
    const failingForMs = await noted(tx, delivery, outcome, at);
    const after = planRetry(outcome, { attempts: delivery.attempts, failingForMs });
    await tx.deliveries.finish(delivery, stepOf(after, outcome, at));
    const isMine = after.kind === 'disable' && (await disable(tx, webhook, after.reason, at));
    return isMine ? after : null;
  });
  if (next?.kind !== 'disable') return;
  onDisabled(next.reason);
  log.warn('webhook disabled', { webhookId: webhook.id, reason: next.reason });
}

/** Notes how its webhook fares, and returns for how long that one has failed, in milliseconds. */
async function noted(
  { webhooks }: Repositories,
  { webhookId }: Delivery,
  outcome: SendOutcome,
  at: Date,
): Promise<number> {
  if (!isTaken(outcome)) {
    return at.getTime() - (await webhooks.noteFailure(webhookId, at)).getTime();
  }
  await webhooks.noteSuccess(webhookId);
  return 0;
}

function stepOf(after: AfterAttempt, outcome: SendOutcome, at: Date): DeliveryStep {
  const status = outcome.kind === 'answered' ? outcome.status : null;
  const failure = outcome.kind === 'failed' ? outcome.reason : null;
  switch (after.kind) {
    case 'delivered':
      return { state: 'delivered', nextAttemptAt: null, status, failure };
    case 'retry': {
      const nextAttemptAt = plusMs(at, jittered(after.afterMs));
      return { state: 'pending', nextAttemptAt, status, failure };
    }
    case 'give_up':
    case 'disable':
      return { state: 'failed', nextAttemptAt: null, status, failure };
  }
}

/** Writes down that it is, for its owners and for the audit; false when somebody was first. */
async function disable(
  tx: Repositories,
  { id }: Webhook,
  reason: 'gone' | 'failing',
  at: Date,
): Promise<boolean> {
  const disabled = await tx.webhooks.disable(id, reason, at);
  if (disabled === null) return false;
  const { audience } = disabled;
  await tx.audit.append({
    ...{ at, actor: 'worker', action: 'webhook.disable', target: id, outcome: 'done' },
    ...{ requestId: null, from: null, details: { audience, reason } },
  });
  await tx.outbox.append({ topic: 'webhook.disabled', key: id, payload: { audience, reason }, at });
  return true;
}

function nameOf(outcome: SendOutcome): AttemptOutcome {
  if (outcome.kind === 'failed') return 'unanswered';
  return isTaken(outcome) ? 'delivered' : 'refused';
}
