import type { z } from 'zod';
import type { Sweep, SweepReport } from '../domain/sweep/report.js';
import type { SweepShown } from './sweep-schemas.js';

type Shown = z.infer<typeof SweepShown>;

/** A sweep as the API shows it. */
export function presentSweep(sweep: Sweep): Shown {
  const { id, requestedAt, requestedBy, isDryRun, report } = sweep;
  return {
    id,
    state: report === null ? 'waiting' : 'done',
    isDryRun,
    requestedAt: requestedAt.toISOString(),
    requestedBy,
    report: report === null ? null : presentReport(report),
  };
}

function presentReport(report: SweepReport): NonNullable<Shown['report']> {
  return {
    ...report,
    at: report.at.toISOString(),
    findings: report.findings.map((finding) => ({
      ...finding,
      firstSeenAt: finding.firstSeenAt.toISOString(),
    })),
    acted: report.acted.map((act) => ({ ...act, because: [...act.because] })),
  };
}
