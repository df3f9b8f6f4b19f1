import { hostname } from 'node:os';
import { StartRotation } from '../commands/start-rotation.js';
import { readSecretFile } from '../config/read-config.js';
import type { SettingName } from '../config/settings.js';
import { systemClock } from '../lib/clock.js';
import { randomBase32 } from '../lib/random.js';
import { AuditChainer } from '../queue/audit-chainer.js';
import { HOUSEKEEPING_EVERY_MS, clearOldRows } from '../queue/housekeeping.js';
import type { CampaignPorts } from '../queue/key-campaigns/campaign-ports.js';
import { destroyLeftovers } from '../queue/key-campaigns/destroy-leftovers.js';
import { KeyCampaignRunner } from '../queue/key-campaigns/key-campaign-runner.js';
import { WakingQueue } from '../queue/waking-queue.js';
import { clearWebhooks } from '../queue/webhooks/clear-webhooks.js';
import { WebhookCourier } from '../queue/webhooks/webhook-courier.js';
import type { WebhookPorts } from '../queue/webhooks/webhook-ports.js';
import type { ProbeOptions } from '../telemetry/health.js';
import type { Database, Foundation } from './foundation.js';
import type { VaultStores } from './open-vault.js';
import { VAULT_SETTINGS, openVault } from './open-vault.js';
import { openWebhookSender } from './open-webhook-sender.js';

export const WORKER_SETTINGS: readonly SettingName[] = [
  ...VAULT_SETTINGS,
  'CLAWDEPLOY_DATABASE_URL_FILE',
  'CLAWDEPLOY_REDIS_URL_FILE',
];

/** How long a campaign that was asked for waits for its worker at most. */
const CAMPAIGNS_EVERY_MS = 2_000;
/** How long an event waits at most until webhooks are told of it. */
const WEBHOOKS_EVERY_MS = 1_000;

/** Starts what works off the queues; returns what its readiness depends on. */
export function startWorkerRole(
  foundation: Foundation,
  { store }: Database,
): Record<string, ProbeOptions> {
  const { config, log, started } = foundation;
  const file = config.CLAWDEPLOY_REDIS_URL_FILE;
  const redisUrl = readSecretFile('CLAWDEPLOY_REDIS_URL_FILE', file);
  const vault = openVault(foundation);
  const ports = campaignPortsOf(foundation, store, vault);
  const webhookPorts = webhookPortsOf(foundation, store, vault);
  const housekeeping = new WakingQueue({
    ...{ name: 'housekeeping', everyMs: HOUSEKEEPING_EVERY_MS, redisUrl, log },
    work: async (signal) => {
      log.info('old rows cleared', { ...(await clearOldRows(store, systemClock)) });
      await destroyLeftovers(ports, signal);
      log.info('old webhooks cleared', { ...(await clearWebhooks(webhookPorts, signal)) });
    },
  });
  const campaigns = new KeyCampaignRunner(ports);
  const campaignQueue = new WakingQueue({
    ...{ name: 'key-campaigns', everyMs: CAMPAIGNS_EVERY_MS, redisUrl, log },
    work: (signal) => campaigns.run(signal),
  });
  const courier = new WebhookCourier(webhookPorts);
  const webhookQueue = new WakingQueue({
    ...{ name: 'webhooks', everyMs: WEBHOOKS_EVERY_MS, redisUrl, log },
    work: (signal) => courier.run(signal),
  });
  const chainer = auditChainerOf(foundation, store);
  chainer.start();
  started.push({ name: 'audit chain', stop: () => chainer.stop() });
  started.push({ name: 'key campaigns', stop: () => campaigns.stop() });
  const queues = { housekeeping, 'key-campaigns': campaignQueue, webhooks: webhookQueue };
  for (const [name, queue] of Object.entries(queues)) {
    queue.start();
    started.push({ name: `queue ${name}`, stop: () => queue.stop() });
  }
  return {
    redis: { isRequired: true, probe: () => housekeeping.ping() },
    vault: { isRequired: true, probe: vault.ping },
  };
}

function campaignPortsOf(
  { log, metrics }: Foundation,
  store: Database['store'],
  vault: VaultStores,
): CampaignPorts {
  return {
    store,
    values: vault.campaignValues,
    rotations: new StartRotation(store, vault.keys, systemClock),
    clock: systemClock,
    log,
    holder: holderName(),
    onMoved: (state) => {
      metrics.keyMoves.inc({ state });
    },
  };
}

function webhookPortsOf(
  foundation: Foundation,
  store: Database['store'],
  { webhookSecrets: secrets }: VaultStores,
): WebhookPorts {
  const { log, metrics } = foundation;
  return {
    ...{ store, secrets, log, clock: systemClock },
    sender: openWebhookSender(foundation),
    onAttempt: (outcome) => {
      metrics.webhookAttempts.inc({ outcome });
    },
    onDisabled: (reason) => {
      metrics.webhooksDisabled.inc({ reason });
    },
    onLag: (overdueMs) => {
      metrics.webhookLag.set(overdueMs / 1000);
    },
  };
}

function auditChainerOf({ log, metrics }: Foundation, store: Database['store']): AuditChainer {
  return new AuditChainer({
    ...{ store, log, clock: systemClock, holder: holderName() },
    onLag: (waitedMs) => {
      metrics.auditUnsealed.set(waitedMs / 1000);
    },
    onSealed: (count) => {
      metrics.auditSealed.inc(count);
    },
  });
}

/** Names this process among all workers. */
function holderName(): string {
  return `${hostname()}/${process.pid}/${randomBase32(12)}`;
}
