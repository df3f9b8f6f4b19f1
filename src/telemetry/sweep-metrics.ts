import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';

/** Metrics of the sweeper. Gauges are those of whoever sweeps now; all others have none. */
export function createSweepMetrics(registers: Registry[]) {
  return {
    sweepFindings: new Gauge({
      name: 'sweep_findings',
      help: 'Differences between the database and the outside in the last pass, by kind.',
      labelNames: ['kind'],
      registers,
    }),
    sweepKills: new Counter({
      name: 'sweep_kills_total',
      help: 'Instances that the sweeper cleared away or failed.',
      labelNames: ['act'],
      registers,
    }),
    sweepSuspicious: new Gauge({
      name: 'sweep_suspicious',
      help: '1 while most of what exists seems lost, and so nothing is swept.',
      registers,
    }),
    sweepLastSuccess: new Gauge({
      name: 'sweep_last_success_timestamp_seconds',
      help: 'When the last pass ended that saw everything, in seconds since 1970.',
      registers,
    }),
  };
}
