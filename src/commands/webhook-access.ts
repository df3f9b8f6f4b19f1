import type { WebhookId } from '../domain/ids.js';
import type { Principal } from '../domain/principal.js';
import type { Webhook, WebhookAudience } from '../domain/webhooks/webhook.js';
import { audienceOfRole } from '../domain/webhooks/webhook.js';
import { Fault } from '../errors/index.js';
import type { Repositories } from '../ports/index.js';

/** The audience of whose webhooks the caller knows; `forbidden` for those who have none. */
export function audienceOf({ role }: Principal): WebhookAudience | 'all' {
  const audience = audienceOfRole(role);
  if (audience !== null) return audience;
  throw new Fault('forbidden', 'Webhooks are for products and operators.');
}

/**
 * The webhook, if it is one that the caller may know of; locked when `isLocked`. What is not theirs is
 * as unknown as what does not exist.
 */
export async function visibleWebhook(
  { webhooks }: Pick<Repositories, 'webhooks'>,
  principal: Principal,
  id: WebhookId,
  isLocked = false,
): Promise<Webhook> {
  const audience = audienceOf(principal);
  const webhook = await (isLocked ? webhooks.findForUpdate(id) : webhooks.find(id));
  if (webhook !== null && (audience === 'all' || audience === webhook.audience)) return webhook;
  throw new Fault('webhook_unknown', 'No such webhook; GET /v1/webhooks lists yours.');
}

/** As much of its address as audit and logs may know: people put tokens into the rest. */
export function hostOf(url: string): string {
  return new URL(url).host;
}

/** Refuses what a disabled webhook cannot do. */
export function assertEnabled({ disabledAt }: Webhook): void {
  if (disabledAt === null) return;
  throw new Fault('webhook_disabled', 'This webhook is disabled; enable it first.');
}
