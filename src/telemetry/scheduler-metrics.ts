import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';

/** What tells of the scheduler and the watch on it; described with all others in docs/metrics.md. */
export function createSchedulerMetrics(registers: Registry[]) {
  return {
    schedulerWatchAge: new Gauge({
      name: 'scheduler_watch_age_seconds',
      help: 'Time since the scheduler last gave a sign of life to the watch; alert above 90.',
      registers,
    }),
    signalsForbidden: new Counter({
      name: 'scheduler_signals_forbidden_total',
      help: 'Signals to tasks that Nomad refused for want of a right; alert on any.',
      registers,
    }),
    schedulerRelists: new Counter({
      name: 'scheduler_watch_relists_total',
      help: 'Listings of all placements, after each loss of events and once a minute.',
      registers,
    }),
  };
}
