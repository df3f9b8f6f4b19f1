import type { SendOutcome } from '../../../src/domain/webhooks/plan-retry.js';
import { Fault } from '../../../src/errors/index.js';
import type { WebhookMessage, WebhookSender } from '../../../src/ports/index.js';

/** Names that lead to the public, and so may be sent to; nothing is. */
const PUBLIC = /^https:\/\/([\w-]+\.)*example\.(com|org)(:\d+)?(\/|$)/;

/** Takes note of what would be sent. */
export class FakeWebhookSender implements WebhookSender {
  readonly sent: WebhookMessage[] = [];
  /** What each attempt ends with. */
  outcome: SendOutcome = { kind: 'answered', status: 204, retryAfterMs: null };

  async check(url: string): Promise<void> {
    if (PUBLIC.test(url)) return;
    throw new Fault('webhook_url_refused', 'This leads to an address that is not public.');
  }

  async send(message: WebhookMessage): Promise<SendOutcome> {
    if (message.signal.aborted) throw new Error('The worker stops.');
    this.sent.push(message);
    if (PUBLIC.test(message.url)) return this.outcome;
    return { kind: 'failed', reason: 'address_refused' };
  }
}
