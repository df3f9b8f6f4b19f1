import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';

/** Metrics of how many requests are let in. */
export function createLimitMetrics(registers: Registry[]) {
  return {
    rateLimited: new Counter({
      name: 'rate_limited_requests_total',
      help: 'Requests that were refused, by the limit they ran into.',
      labelNames: ['limit'],
      registers,
    }),
    rateLimitsAlone: new Gauge({
      name: 'rate_limits_counted_alone',
      help: '1 while this process counts its own requests because there is no Redis.',
      registers,
    }),
    createsRunning: new Gauge({
      name: 'creates_running',
      help: 'Claims that are worked on by this process right now.',
      registers,
    }),
    createsWaiting: new Gauge({
      name: 'creates_waiting',
      help: 'Claims that wait in this process for their turn.',
      registers,
    }),
  };
}
