import { systemResolve } from '../clients/http/stranger-post.js';
import { HttpWebhookSender } from '../clients/webhooks/http-webhook-sender.js';
import type { WebhookSender } from '../ports/index.js';
import type { Foundation } from './foundation.js';

/** What sends webhooks, to the addresses that this installation allows. */
export function openWebhookSender({ config }: Foundation): WebhookSender {
  const mayUseLoopback = config.CLAWDEPLOY_WEBHOOK_LOOPBACK === 'allow';
  return new HttpWebhookSender({ mayUseLoopback, resolve: systemResolve });
}
