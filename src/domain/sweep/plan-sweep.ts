import type { InstanceId } from '../ids.js';
import type { Failure, Instance } from '../instance.js';
import type { Difference, DifferenceKind } from './find-differences.js';
import { findDifferences, isProvenOurs, mustHaveJob } from './find-differences.js';
import type { SweepInventory } from './inventory.js';

/**
 * How long a difference must have been there before anything is done about it. What is being made
 * or torn down this moment is read from several systems one after the other, so a single look can
 * lie; two looks that are this far apart, and a third one right before the act, do not.
 */
export const GRACE_MS = 10_000;
/** Instances that one pass may destroy or fail; the rest waits for the next one. */
export const KILLS_MAX = 25;
/** Acts of one pass that destroy nothing: repeated announcements, and stops that were begun. */
export const REPAIRS_MAX = 100;
/** Fewer than this many are never suspicious: with two of three members lost it is just so. */
export const SUSPICIOUS_MIN = 3;
/** A larger part than this of all jobs or rows cannot be lost: then we look at the wrong place. */
export const SUSPICIOUS_SHARE = 0.5;

/** When each difference was first seen, by `keyOf`; kept by the caller from pass to pass. */
export type SweepMemory = ReadonlyMap<string, Date>;

export interface Finding extends Difference {
  readonly firstSeenAt: Date;
  /** It has been there for as long as the grace lasts. */
  readonly isRipe: boolean;
}

/** The kinds of `SweepAction`, for readers of reports. */
export const ACT_KINDS = ['clear_away', 'fail', 'announce'] as const;

export type SweepAction =
  | {
      readonly kind: 'clear_away';
      readonly instanceId: InstanceId;
      readonly because: readonly DifferenceKind[];
      /** Its job was told to stop before; this only sees it out. */
      readonly isBegun: boolean;
    }
  | {
      readonly kind: 'fail';
      /** As the inventory saw it; the move is refused when it changed since. */
      readonly instance: Instance;
      readonly failure: Failure;
      readonly because: readonly DifferenceKind[];
    }
  | {
      readonly kind: 'announce';
      readonly instance: Instance;
      readonly because: readonly DifferenceKind[];
    };

export const SUSPICION_KINDS = ['jobs_without_rows', 'rows_without_jobs'] as const;

/** Why nothing is done at all, with the figures that say so. */
export interface Suspicion {
  readonly kind: (typeof SUSPICION_KINDS)[number];
  readonly found: number;
  readonly of: number;
}

export interface SweepPlan {
  readonly findings: readonly Finding[];
  readonly actions: readonly SweepAction[];
  /** Ripe, but above what one pass may do. */
  readonly deferred: number;
  /** Not ripe yet, and something will be done about it once it is. */
  readonly waiting: number;
  readonly suspicion: Suspicion | null;
  readonly memory: SweepMemory;
}

/** Decides what one pass does. Pure: the same inventory, memory and time give the same plan. */
export function planSweep(inventory: SweepInventory, memory: SweepMemory, now: Date): SweepPlan {
  const findings = findDifferences(inventory, now).map((difference): Finding => {
    const firstSeenAt = memory.get(keyOf(difference)) ?? now;
    const isRipe = now.getTime() - firstSeenAt.getTime() >= GRACE_MS;
    return { ...difference, firstSeenAt, isRipe };
  });
  const suspicion = suspicionOf(inventory, findings);
  const wanted = suspicion === null ? actionsFor(inventory, findings) : [];
  const kills = wanted.filter(isKill);
  const repairs = wanted.filter((action) => !isKill(action));
  const actions = [...kills.slice(0, KILLS_MAX), ...repairs.slice(0, REPAIRS_MAX)];
  return {
    findings,
    actions,
    deferred: wanted.length - actions.length,
    waiting: findings.filter(({ isRipe, remedy }) => !isRipe && remedy !== 'report').length,
    suspicion,
    memory: new Map(findings.map((finding) => [keyOf(finding), finding.firstSeenAt])),
  };
}

/**
 * The memory without the instances in `ids`: what could not be done is waited for anew, so that
 * acts which fail again and again cannot use up every pass.
 */
export function forgetting(memory: SweepMemory, ids: ReadonlySet<InstanceId>): SweepMemory {
  return new Map([...memory].filter(([key]) => !ids.has(instanceOf(key))));
}

/** True for what cannot be undone. */
export function isKill(action: SweepAction): boolean {
  return action.kind === 'fail' || (action.kind === 'clear_away' && !action.isBegun);
}

function keyOf({ kind, instanceId }: Difference): string {
  return `${kind} ${instanceId}`;
}

function instanceOf(key: string): InstanceId {
  return key.slice(key.indexOf(' ') + 1) as InstanceId;
}

/** One act per instance, for its worst finding, in the order of ids. */
function actionsFor(inventory: SweepInventory, findings: readonly Finding[]): SweepAction[] {
  const rows = new Map(inventory.rows.map((row) => [row.id, row]));
  const begun = new Set(
    inventory.jobs.flatMap(({ instanceId, isStopped }) => (isStopped ? [instanceId] : [])),
  );
  return [...ripeByInstance(findings)].flatMap(([instanceId, ripe]): SweepAction[] => {
    const because = ripe.map(({ kind }) => kind);
    const remedies = new Set(ripe.map(({ remedy }) => remedy));
    if (remedies.has('clear_away')) {
      return [{ kind: 'clear_away', instanceId, because, isBegun: begun.has(instanceId) }];
    }
    const instance = rows.get(instanceId);
    if (instance === undefined) return [];
    if (remedies.has('fail')) {
      return [{ kind: 'fail', instance, failure: failureFor(because), because }];
    }
    return remedies.has('announce') ? [{ kind: 'announce', instance, because }] : [];
  });
}

function ripeByInstance(findings: readonly Finding[]): ReadonlyMap<InstanceId, Finding[]> {
  const byInstance = new Map<InstanceId, Finding[]>();
  for (const finding of findings) {
    if (!finding.isRipe || finding.remedy === 'report') continue;
    const known = byInstance.get(finding.instanceId);
    if (known === undefined) byInstance.set(finding.instanceId, [finding]);
    else known.push(finding);
  }
  return byInstance;
}

function failureFor(because: readonly DifferenceKind[]): Failure {
  const sentence = because.includes('row_without_secrets')
    ? 'Its gateway token is gone from Vault.'
    : because.includes('row_with_stopped_job')
      ? 'Its job was stopped by somebody else.'
      : 'Its job is gone from the scheduler.';
  return { code: 'lost', sentence };
}

/**
 * When most of what we know seems lost, the likelier truth is that we look at another database or
 * another scheduler than yesterday: then nothing is done. Rows that say deleted do not count, for a
 * wrong database would not know them.
 */
function suspicionOf(
  { installation, jobs, rows }: SweepInventory,
  findings: readonly Finding[],
): Suspicion | null {
  const ripe = findings.filter(({ isRipe }) => isRipe);
  const suspicions: readonly Suspicion[] = [
    {
      kind: 'jobs_without_rows',
      found: ripe.filter(({ kind, remedy }) => kind === 'job_without_row' && remedy !== 'report')
        .length,
      of: jobs.filter((job) => isProvenOurs(job, installation)).length,
    },
    {
      kind: 'rows_without_jobs',
      found: ripe.filter(({ kind }) => kind === 'row_without_job').length,
      of: rows.filter(mustHaveJob).length,
    },
  ];
  return (
    suspicions.find(({ found, of }) => found >= SUSPICIOUS_MIN && found > of * SUSPICIOUS_SHARE) ??
    null
  );
}
