import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';

/** What tells of the audit's chain; described with all others in docs/metrics.md. */
export function createAuditMetrics(registers: Registry[]) {
  return {
    auditUnsealed: new Gauge({
      name: 'audit_unsealed_seconds',
      help: 'How long the oldest audit record has waited for its seal; alert above 60.',
      registers,
    }),
    auditSealed: new Counter({
      name: 'audit_sealed_total',
      help: 'Audit records that this worker has sealed into the chain.',
      registers,
    }),
  };
}
