import type { Operations } from '../api/ops.js';
import type { ProbeOptions } from '../telemetry/health.js';
import { readinessOf } from '../telemetry/health.js';
import type { Metrics } from '../telemetry/metrics.js';

/** What probes and scrapers are answered, from these metrics and probes. */
export function operationsOf(
  { registry }: Metrics,
  probes: Readonly<Record<string, ProbeOptions>>,
): Operations {
  return {
    readiness: () => readinessOf(probes),
    metrics: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}
