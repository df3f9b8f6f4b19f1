import type { Failure, Instance } from './instance.js';

/**
 * How long an instance may be on its way back: what it serves may end first, which OpenClaw gives 330 s,
 * and a boot has as long as any.
 */
export const RESUME_LIMIT_MS = 600_000;

/** What a restart needs to know of the task that is to end. */
export interface SeenTask {
  readonly phase: 'pending' | 'running' | 'complete' | 'failed' | 'lost' | 'unknown';
  readonly startedAt: Date | null;
  /** It was told to restart since it was last started. */
  readonly isRestarting: boolean;
}

export type ResumePlan =
  | { readonly kind: 'mark'; readonly from: Date | null }
  | { readonly kind: 'restart' }
  | { readonly kind: 'await' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'prove' }
  | { readonly kind: 'fail'; readonly failure: Failure };

/**
 * Decides the next step of an instance's way back to ready. Its process is told to end once: the one to
 * end was written down before, so whoever goes on after a crash knows a new one when they see it, and
 * the scheduler says whether the order was given. `task` is null where there is none.
 */
export function planResume(instance: Instance, task: SeenTask | null, now: Date): ResumePlan {
  const { resumeStep, restartFrom, stateAt } = instance;
  if (now.getTime() - stateAt.getTime() > RESUME_LIMIT_MS) {
    const sentence = `Not ready again within ${RESUME_LIMIT_MS / 1000} s.`;
    return { kind: 'fail', failure: { code: 'resume_deadline', sentence } };
  }
  switch (resumeStep) {
    case null:
    case 'awaited':
      return { kind: 'prove' };
    case 'restart_wanted':
      // What does not run is being started anyway, and nothing of it is left to end.
      if (task?.phase !== 'running') return { kind: 'await' };
      return { kind: 'mark', from: task.startedAt };
    case 'restart_marked':
      if (task === null || task.startedAt?.getTime() !== restartFrom?.getTime()) {
        return { kind: 'await' };
      }
      return { kind: task.phase !== 'running' || task.isRestarting ? 'wait' : 'restart' };
  }
}
