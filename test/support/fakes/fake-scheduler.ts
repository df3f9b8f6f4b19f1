import type { InstanceId } from '../../../src/domain/ids.js';
import type { SeenJob } from '../../../src/domain/sweep/inventory.js';
import { Fault } from '../../../src/errors/index.js';
import type {
  AllocationView,
  InstanceSpec,
  PlacementTrouble,
  Scheduler,
} from '../../../src/ports/index.js';
import { Trouble } from './trouble.js';

interface Job {
  readonly spec: InstanceSpec | null;
  readonly installation: string | null;
  isStopped: boolean;
  /** Newest first. */
  allocations: AllocationView[];
}

export interface FakeSchedulerOptions {
  /** Why an instance finds no place; null, the default, places it at once. */
  readonly troubleOf?: (spec: InstanceSpec) => PlacementTrouble;
  /** Told which allocation of an instance runs now, whenever that may have changed. */
  readonly onChange?: (instanceId: InstanceId, running: AllocationView | null) => void;
  /** What jobs say of who registered them. */
  readonly installation?: string;
}

/** Jobs in memory: each start is one running allocation, at once. */
export class FakeScheduler implements Scheduler {
  readonly trouble = new Trouble<keyof Scheduler>('nomad_unreachable');
  readonly #jobs = new Map<InstanceId, Job>();
  readonly #slowToStop = new Set<InstanceId>();
  #allocationsMade = 0;
  #restartsAsked = 0;

  constructor(private readonly options: FakeSchedulerOptions = {}) {}

  startInstance(spec: InstanceSpec, signal: AbortSignal): Promise<void> {
    return this.trouble.meet('startInstance', signal, () => {
      if (this.#ours(spec.instanceId) !== undefined) return;
      const isPlaced = (this.options.troubleOf?.(spec) ?? null) === null;
      const allocations = isPlaced ? [this.#newAllocation()] : [];
      const { installation = 'test' } = this.options;
      this.#jobs.set(spec.instanceId, { spec, installation, isStopped: false, allocations });
      this.#changed(spec.instanceId);
    });
  }

  stopInstance(instanceId: InstanceId, signal: AbortSignal): Promise<'stopping' | 'gone'> {
    return this.trouble.meet('stopInstance', signal, () => {
      const job = this.#ours(instanceId);
      if (job === undefined) return 'gone';
      job.isStopped = true;
      job.allocations = job.allocations.map((allocation) => ({ ...allocation, isWanted: false }));
      if (this.#slowToStop.has(instanceId)) return 'stopping';
      this.#jobs.delete(instanceId);
      this.#changed(instanceId);
      return 'gone';
    });
  }

  restartInstance(
    instanceId: InstanceId,
    allocationId: string,
    signal: AbortSignal,
  ): Promise<void> {
    return this.trouble.meet('restartInstance', signal, () => {
      if (this.#ours(instanceId)?.allocations[0]?.id !== allocationId) return;
      this.#restartsAsked += 1;
      this.restartTask(instanceId, new Date(this.#restartsAsked));
    });
  }

  listAllocations(instanceId: InstanceId, signal: AbortSignal): Promise<readonly AllocationView[]> {
    return this.trouble.meet(
      'listAllocations',
      signal,
      () => this.#jobs.get(instanceId)?.allocations ?? [],
    );
  }

  explainPlacement(instanceId: InstanceId, signal: AbortSignal): Promise<PlacementTrouble> {
    return this.trouble.meet('explainPlacement', signal, () => {
      const spec = this.#jobs.get(instanceId)?.spec ?? null;
      return spec === null ? null : (this.options.troubleOf?.(spec) ?? null);
    });
  }

  listJobs(signal: AbortSignal): Promise<readonly SeenJob[]> {
    return this.trouble.meet('listJobs', signal, () =>
      [...this.#jobs].map(([instanceId, { spec, installation, isStopped }]) => ({
        instanceId,
        isManaged: spec !== null,
        installation,
        isStopped,
      })),
    );
  }

  /** A job of the instance's name that somebody else registered. */
  addStranger(instanceId: InstanceId): void {
    const job = { spec: null, installation: null, isStopped: false, allocations: [] };
    this.#jobs.set(instanceId, job);
  }

  /** The instance's job as another installation would have registered it. */
  addForeign(spec: InstanceSpec, installation: string): void {
    const allocations = [this.#newAllocation()];
    this.#jobs.set(spec.instanceId, { spec, installation, isStopped: false, allocations });
  }

  /** Somebody stops and purges the job behind our back. */
  loseJob(instanceId: InstanceId): void {
    this.#jobs.delete(instanceId);
    this.#changed(instanceId);
  }

  /** The task is killed and started again in place: same allocation, one restart more. */
  restartTask(instanceId: InstanceId, at: Date): void {
    this.#changeNewest(instanceId, ({ restarts }) => ({ restarts: restarts + 1, startedAt: at }));
  }

  /** Its machine is off: the allocation is kept, and nothing of it runs until `revive`. */
  switchOff(instanceId: InstanceId): void {
    this.#changeNewest(instanceId, () => ({ phase: 'pending' }));
  }

  /** Its machine is back, and the task was started anew, which is not counted as a restart. */
  revive(instanceId: InstanceId, at: Date): void {
    this.#changeNewest(instanceId, () => ({ phase: 'running', startedAt: at }));
  }

  /** The allocation fails for good; nothing takes its place. */
  failAllocation(
    instanceId: InstanceId,
    lastEvent = 'Terminated: Exit Code: 1',
    exitCode: number | null = 1,
  ): void {
    this.#changeNewest(instanceId, () => ({ phase: 'failed', lastEvent, exitCode }));
  }

  /** There is room now for an instance that found no place. */
  place(instanceId: InstanceId): void {
    this.#jobs.get(instanceId)?.allocations.unshift(this.#newAllocation());
    this.#changed(instanceId);
  }

  /** The node is lost, and the instance is placed anew elsewhere. */
  moveAllocation(instanceId: InstanceId): void {
    this.#changeNewest(instanceId, () => ({ phase: 'lost', isWanted: false }));
    this.#jobs.get(instanceId)?.allocations.unshift(this.#newAllocation());
    this.#changed(instanceId);
  }

  /** The task takes its time to end; `endTask` is when it has. */
  slowDownStop(instanceId: InstanceId): void {
    this.#slowToStop.add(instanceId);
  }

  endTask(instanceId: InstanceId): void {
    this.#slowToStop.delete(instanceId);
    this.#changeNewest(instanceId, () => ({ phase: 'complete' }));
  }

  /** How often a restart was asked for, of whatever instance. */
  get restartsAsked(): number {
    return this.#restartsAsked;
  }

  /** The allocation that runs right now, or null. */
  runningAllocation(instanceId: InstanceId): AllocationView | null {
    const allocations = this.#jobs.get(instanceId)?.allocations ?? [];
    return allocations.find(({ phase }) => phase === 'running') ?? null;
  }

  #changed(instanceId: InstanceId): void {
    this.options.onChange?.(instanceId, this.runningAllocation(instanceId));
  }

  #ours(instanceId: InstanceId): Job | undefined {
    const job = this.#jobs.get(instanceId);
    if (job?.spec !== null) return job;
    throw new Fault('nomad_refused', 'That job is not ours.', { details: { instanceId } });
  }

  #newAllocation(): AllocationView {
    this.#allocationsMade += 1;
    const suffix = String(this.#allocationsMade).padStart(12, '0');
    return {
      id: `00000000-0000-4000-8000-${suffix}`,
      nodeId: '00000000-0000-4000-8000-0000000000aa',
      placedAt: new Date(0),
      startedAt: new Date(0),
      phase: 'running',
      isWanted: true,
      isRestarting: false,
      restarts: 0,
      exitCode: null,
      lastEvent: 'Started: Task started by client',
    };
  }

  #changeNewest(
    instanceId: InstanceId,
    change: (allocation: AllocationView) => Partial<AllocationView>,
  ): void {
    const allocations = this.#jobs.get(instanceId)?.allocations;
    const [newest] = allocations ?? [];
    if (allocations === undefined || newest === undefined) {
      throw new Error(`${instanceId} has no allocation to change`);
    }
    allocations[0] = { ...newest, ...change(newest) };
    this.#changed(instanceId);
  }
}
