import type { Registry } from 'prom-client';
import { Gauge } from 'prom-client';

/** What each pool has, is to have, and what keeps it from that; described in docs/metrics.md. */
export function createPoolMetrics(registers: Registry[]) {
  return {
    poolMembers: new Gauge({
      name: 'pool_members',
      help: 'Instances of a pool by state.',
      labelNames: ['pool', 'state'],
      registers,
    }),
    poolIdleTarget: new Gauge({
      name: 'pool_idle_target',
      help: 'Idle members that a pool is to keep.',
      labelNames: ['pool'],
      registers,
    }),
    poolPredictedStockOut: new Gauge({
      name: 'pool_stock_out_predicted',
      help: 'Share of claims that are expected to find no idle member at the present target.',
      labelNames: ['pool'],
      registers,
    }),
    poolStartsWanted: new Gauge({
      name: 'pool_starts_wanted',
      help: 'Starts at once that demand asks for; alert when pool_starts_allowed is below it.',
      labelNames: ['pool'],
      registers,
    }),
    poolStartsAllowed: new Gauge({
      name: 'pool_starts_allowed',
      help: 'Starts at once that the eligible nodes allow.',
      labelNames: ['pool'],
      registers,
    }),
    poolBreakerOpen: new Gauge({
      name: 'pool_breaker_open',
      help: '1 while failed starts keep a pool from starting members.',
      labelNames: ['pool'],
      registers,
    }),
    poolHeldBack: new Gauge({
      name: 'pool_held_back',
      help: '1 while something keeps a pool below its target, by what it is.',
      labelNames: ['pool', 'reason'],
      registers,
    }),
    poolStranded: new Gauge({
      name: 'pool_stranded',
      help: 'Members of a pool on nodes that take no work; no claim gets them.',
      labelNames: ['pool'],
      registers,
    }),
  };
}
