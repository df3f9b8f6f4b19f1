import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';

/** What tells of webhooks; described with all others in docs/metrics.md. */
export function createWebhookMetrics(registers: Registry[]) {
  return {
    webhookAttempts: new Counter({
      name: 'webhook_attempts_total',
      help: 'Attempts to send webhooks: delivered, refused, unanswered, or put_back unmade.',
      labelNames: ['outcome'],
      registers,
    }),
    webhooksDisabled: new Counter({
      name: 'webhooks_disabled_total',
      help: 'Webhooks that were disabled by themselves: gone, failing.',
      labelNames: ['reason'],
      registers,
    }),
    webhookLag: new Gauge({
      name: 'webhook_overdue_seconds',
      help: 'How long the delivery that waits longest is overdue; alert above 60.',
      registers,
    }),
  };
}
