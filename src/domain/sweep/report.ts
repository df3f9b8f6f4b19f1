import type { InstanceId, SweepId } from '../ids.js';
import type { DifferenceKind } from './find-differences.js';
import type { Finding, Suspicion, SweepAction } from './plan-sweep.js';

/** How an act ended. `begun`: its job is stopping. `overtaken`: it is not as it was, so nothing. */
export const ACT_OUTCOMES = ['done', 'begun', 'overtaken', 'failed', 'dry_run'] as const;
export type ActOutcome = (typeof ACT_OUTCOMES)[number];

/** One thing that was done, or would have been in a dry run. */
export interface ActReport {
  readonly kind: SweepAction['kind'];
  readonly instanceId: InstanceId;
  readonly because: readonly DifferenceKind[];
  /** It cannot be undone. */
  readonly isKill: boolean;
  readonly outcome: ActOutcome;
}

/** How many things there were in each system. */
export interface SeenCounts {
  readonly rows: number;
  readonly jobs: number;
  readonly variables: number;
  readonly secrets: number;
  readonly services: number;
}

/** What one pass saw and did. */
export interface SweepReport {
  readonly at: Date;
  readonly isDryRun: boolean;
  readonly tookMs: number;
  readonly seen: SeenCounts;
  /** How many there are of each kind, also of those with none. */
  readonly counts: Readonly<Record<DifferenceKind, number>>;
  /** The first of them, by id. */
  readonly findings: readonly Finding[];
  readonly acted: readonly ActReport[];
  /** Ripe, but above what one pass may do. */
  readonly deferred: number;
  /** To be dealt with once they were there for long enough. */
  readonly waiting: number;
  /** Why nothing was done at all. */
  readonly suspicion: Suspicion | null;
}

/** A pass that somebody asked for, or one of the schedule's. */
export interface Sweep {
  readonly id: SweepId;
  readonly requestedAt: Date;
  /** Null for one of the schedule's. */
  readonly requestedBy: string | null;
  readonly isDryRun: boolean;
  /** Null until a controller has done it. */
  readonly report: SweepReport | null;
}
