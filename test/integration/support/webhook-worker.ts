import { z } from 'zod';
import { systemResolve } from '../../../src/clients/http/stranger-post.js';
import { HttpWebhookSender } from '../../../src/clients/webhooks/http-webhook-sender.js';
import { systemClock } from '../../../src/lib/clock.js';
import { WakingQueue } from '../../../src/queue/waking-queue.js';
import { WebhookCourier } from '../../../src/queue/webhooks/webhook-courier.js';
import { createDataSource } from '../../../src/store/data-source.js';
import { createPostgresStore } from '../../../src/store/postgres-store.js';
import { quietLog } from '../../support/quiet-log.js';
import { webhookSecretsFor } from '../../support/webhook-world.js';

/** What a worker is told to work with, as its one argument. */
const Plan = z.object({
  databaseUrl: z.string(),
  redisUrl: z.string(),
  vaultAddress: z.string(),
  appRole: z.object({ roleId: z.string(), secretId: z.string() }),
});

const EVERY_MS = 100;

/** Delivers webhooks as a worker does, woken through Redis, until somebody kills it. */
async function main(planText: string): Promise<void> {
  const { databaseUrl: url, redisUrl, vaultAddress, appRole } = Plan.parse(JSON.parse(planText));
  const dataSource = createDataSource({ url, connectionsMax: 5, applicationName: 'webhooks' });
  await dataSource.initialize();
  const courier = new WebhookCourier({
    store: createPostgresStore(dataSource),
    secrets: webhookSecretsFor({ address: vaultAddress }, appRole),
    sender: new HttpWebhookSender({ mayUseLoopback: true, resolve: systemResolve }),
    ...{ clock: systemClock, log: quietLog },
    onAttempt: () => undefined,
    onDisabled: () => undefined,
    onLag: () => undefined,
  });
  new WakingQueue({
    ...{ name: 'webhooks', redisUrl, everyMs: EVERY_MS, log: quietLog },
    work: (signal) => courier.run(signal),
  }).start();
}

await main(process.argv[2] ?? '');
