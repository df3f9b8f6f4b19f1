import type { InstanceId } from '../domain/ids.js';
import type { PoolKey } from '../domain/pool.js';
import type { SeenJob } from '../domain/sweep/inventory.js';

/** What the scheduler needs to start an instance; the rest stands in the jobspec. */
export interface InstanceSpec {
  readonly instanceId: InstanceId;
  readonly pool: PoolKey;
}

export type AllocationPhase = 'pending' | 'running' | 'complete' | 'failed' | 'lost' | 'unknown';

/** One placement of an instance's job, in our words. */
export interface AllocationView {
  readonly id: string;
  readonly nodeId: string;
  /** When it was given its place. */
  readonly placedAt: Date;
  readonly phase: AllocationPhase;
  /** False once the scheduler means to stop it. */
  readonly isWanted: boolean;
  /** When its task's process was last started, by its node's clock; null before the first time. */
  readonly startedAt: Date | null;
  /** Its task was told to restart since its process was last started. */
  readonly isRestarting: boolean;
  /**
   * How often its task was restarted in place. One that ended while nobody watched it, as when its
   * machine is switched off, is started anew without being counted.
   */
  readonly restarts: number;
  /** What its process last ended with; null when it has not ended yet. */
  readonly exitCode: number | null;
  /** The last events of its task in one line, for the operator; free of secrets. */
  readonly lastEvent: string | null;
}

/** Why nothing was placed yet, e.g. "memory exhausted on 1 node"; null when placed or unknown. */
export type PlacementTrouble = string | null;

/**
 * Starts and stops instances. Every call names its target by our own id, so that repeating it is
 * harmless. All calls fail with `nomad_unreachable` or `nomad_refused`.
 */
export interface Scheduler {
  /** Registers the instance's job; registering it again changes nothing. */
  startInstance(spec: InstanceSpec, signal: AbortSignal): Promise<void>;
  /**
   * Stops the job for good: its task ends at once, whatever it serves, and the job is forgotten when
   * nothing of it runs any more; ask again until it is `gone`. Refuses a job that is not ours.
   */
  stopInstance(instanceId: InstanceId, signal: AbortSignal): Promise<'stopping' | 'gone'>;
  /**
   * Has the allocation's task end as its jobspec wants it ended, and start again where it is, with its
   * files. Returns once the process has ended, which may take as long as what it serves; a call that is
   * given up before that was obeyed all the same, and the allocation says so.
   */
  restartInstance(instanceId: InstanceId, allocationId: string, signal: AbortSignal): Promise<void>;
  listAllocations(instanceId: InstanceId, signal: AbortSignal): Promise<readonly AllocationView[]>;
  explainPlacement(instanceId: InstanceId, signal: AbortSignal): Promise<PlacementTrouble>;
  /** Every job that has the name of an instance, running or not, whoever registered it. */
  listJobs(signal: AbortSignal): Promise<readonly SeenJob[]>;
}
