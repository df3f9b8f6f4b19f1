import type { Outside } from '../controllers/instance/outside.js';
import type { SweepReport } from '../domain/sweep/report.js';
import { Sweeper } from '../controllers/sweep/sweeper.js';
import { SweepRounds } from '../controllers/sweep/sweep-rounds.js';
import type { Census } from '../ports/index.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Foundation } from './foundation.js';

export interface SweepingParts {
  readonly outside: Outside;
  readonly census: Census;
  /** Who we are, as our jobs say it. */
  readonly installation: string;
  /** Who holds leases. */
  readonly holder: string;
}

/** The sweeper of a controller, its reports in metrics; it does not run yet. */
export function sweeping(foundation: Foundation, parts: SweepingParts): SweepRounds {
  const { config, log, metrics } = foundation;
  const { outside, holder } = parts;
  return new SweepRounds({
    sweeper: new Sweeper(parts),
    leases: outside.store.leases,
    sweeps: outside.store.sweeps,
    holder,
    isDryRun: config.CLAWDEPLOY_SWEEP === 'report',
    log,
    onReport: (report) => {
      if (report === null) forgetSweep(metrics);
      else recordSweep(metrics, report);
    },
  });
}

function recordSweep(metrics: Metrics, { counts, acted, suspicion, at }: SweepReport): void {
  for (const [kind, found] of Object.entries(counts)) metrics.sweepFindings.set({ kind }, found);
  const kills = acted.filter(
    ({ isKill, outcome }) => isKill && (outcome === 'done' || outcome === 'begun'),
  );
  for (const { kind: act } of kills) metrics.sweepKills.inc({ act });
  metrics.sweepSuspicious.set(suspicion === null ? 0 : 1);
  metrics.sweepLastSuccess.set(at.getTime() / 1000);
}

function forgetSweep(metrics: Metrics): void {
  metrics.sweepFindings.reset();
  metrics.sweepSuspicious.remove();
  metrics.sweepLastSuccess.remove();
}
