import type { SweepCommands } from '../../../src/api/routes/sweeps.js';
import { assertOperator, assertOverseer } from '../../../src/commands/assert-operator.js';
import { sweepIdOf } from '../../../src/domain/ids.js';
import type { DifferenceKind } from '../../../src/domain/sweep/find-differences.js';
import { DIFFERENCE_KINDS } from '../../../src/domain/sweep/find-differences.js';
import type { Sweep, SweepReport } from '../../../src/domain/sweep/report.js';
import { Fault } from '../../../src/errors/index.js';
import { NOON, anInstanceId } from '../../support/builders.js';

/** What a pass saw and did that found one leftover, by default. */
export function aSweepReport(changes: Partial<SweepReport> = {}): SweepReport {
  const instanceId = anInstanceId();
  const none = Object.fromEntries(DIFFERENCE_KINDS.map((kind) => [kind, 0]));
  const counts = { ...none, job_of_deleted: 1 } as Record<DifferenceKind, number>;
  const found = { instanceId, isRipe: true, firstSeenAt: NOON } as const;
  return {
    at: NOON,
    isDryRun: false,
    tookMs: 12,
    seen: { rows: 2, jobs: 3, variables: 2, secrets: 2, services: 2 },
    counts,
    findings: [{ ...found, kind: 'job_of_deleted', remedy: 'clear_away' }],
    acted: [
      {
        kind: 'clear_away',
        instanceId,
        because: ['job_of_deleted'],
        isKill: true,
        outcome: 'done',
      },
    ],
    deferred: 0,
    waiting: 0,
    suspicion: null,
    ...changes,
  };
}

/** Sweeps in memory; one is done at the first look after it was asked for. */
export class MemorySweeps {
  /** What the next sweep will have found. */
  report = aSweepReport();
  #asked: Sweep | null = null;

  get commands(): SweepCommands {
    return {
      request: {
        execute: async ({ caller, isDryRun }) => {
          assertOperator(caller.principal);
          const id = sweepIdOf('aaaaaaaaaaaa');
          const requestedBy = `operator:${caller.principal.subject}`;
          this.#asked = { id, requestedAt: NOON, requestedBy, isDryRun, report: null };
          return this.#asked;
        },
      },
      find: {
        execute: async ({ caller, id }) => {
          assertOverseer(caller.principal);
          const asked = this.#asked;
          if (asked === null || (id !== 'latest' && id !== asked.id)) {
            throw new Fault('sweep_unknown', 'No such sweep.');
          }
          return { ...asked, report: { ...this.report, isDryRun: asked.isDryRun } };
        },
      },
    };
  }
}
