import type { Registry } from 'prom-client';
import { Counter } from 'prom-client';

/** What tells of keys and settings across the fleet; described with all others in docs/metrics.md. */
export function createKeyMetrics(registers: Registry[]) {
  return {
    keyMoves: new Counter({
      name: 'key_moves_total',
      help: 'Instances whose part in a key campaign ended, by state: verified, reverted, skipped.',
      labelNames: ['state'],
      registers,
    }),
    configChanges: new Counter({
      name: 'config_changes_total',
      help: 'Changes of tenants’ configuration that came to their end: applied, or put_back.',
      labelNames: ['outcome'],
      registers,
    }),
  };
}
