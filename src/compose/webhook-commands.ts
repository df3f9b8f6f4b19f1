import type { WebhookCommands } from '../api/routes/webhooks.js';
import { ChangeWebhook } from '../commands/change-webhook.js';
import { CreateWebhook } from '../commands/create-webhook.js';
import { FindWebhook } from '../commands/find-webhook.js';
import { RenewWebhookSecret } from '../commands/renew-webhook-secret.js';
import { ReplayDeliveries } from '../commands/replay-deliveries.js';
import { TestWebhook } from '../commands/test-webhook.js';
import { systemClock } from '../lib/clock.js';
import type { Store, WebhookSecrets } from '../ports/index.js';
import type { Foundation } from './foundation.js';
import { openWebhookSender } from './open-webhook-sender.js';

/** What the API's operations on webhooks call. */
export function webhookCommands(
  foundation: Foundation,
  store: Store,
  secrets: WebhookSecrets,
): WebhookCommands {
  const sender = openWebhookSender(foundation);
  return {
    create: new CreateWebhook(store, secrets, sender, systemClock),
    change: new ChangeWebhook(store, sender, systemClock),
    renewSecret: new RenewWebhookSecret(store, secrets, systemClock),
    find: new FindWebhook(store),
    replay: new ReplayDeliveries(store, systemClock),
    test: new TestWebhook(store, systemClock),
  };
}
