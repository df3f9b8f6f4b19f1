import type { Registry } from 'prom-client';
import { Counter } from 'prom-client';

/** What tells of keys across the fleet; described with all others in docs/metrics.md. */
export function createKeyMetrics(registers: Registry[]) {
  return {
    keyMoves: new Counter({
      name: 'key_moves_total',
      help: 'Instances whose part in a key campaign ended, by state: verified, reverted, skipped.',
      labelNames: ['state'],
      registers,
    }),
  };
}
