import { Fault } from '../errors/index.js';
import type { InstanceId, RotationId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import type { Rotation } from '../domain/rotation.js';
import { CLOSED_ROTATION_STATES } from '../domain/rotation.js';
import type { ChangeFeed, Store } from '../ports/index.js';
import { Attendance } from './attendance.js';
import { WAITS_MAX } from './await-instance.js';
import { looksAt } from './look-at-instance.js';
import { visibleInstance } from './visibility.js';

/** A rotation ends with a change of its instance; a lost notice of that costs a second. */
const RECHECK_MS = 1_000;
/** Rotations shown of one instance; older ones are in the audit. */
const SHOWN_MAX = 50;

export interface RotationQuery {
  readonly caller: Caller;
  readonly instanceId: InstanceId;
  readonly rotationId: RotationId;
}

interface WaitLimits {
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

/** Reads rotations of an instance that the caller may see. Fault: `rotation_unknown`. */
export class FindRotation {
  /** @param attendance who waits in this process already, for whatever. */
  constructor(
    private readonly store: Store,
    private readonly changes: ChangeFeed,
    private readonly attendance = new Attendance(WAITS_MAX),
  ) {}

  async execute({ caller, instanceId, rotationId }: RotationQuery): Promise<Rotation> {
    await visibleInstance(this.store, caller.principal, instanceId);
    const rotation = await this.store.rotations.find(rotationId);
    if (rotation?.instanceId === instanceId) return rotation;
    throw new Fault('rotation_unknown', 'This instance has no rotation of that id.');
  }

  async list(caller: Caller, instanceId: InstanceId): Promise<readonly Rotation[]> {
    const { instance } = await visibleInstance(this.store, caller.principal, instanceId);
    return this.store.rotations.list(instance.id, SHOWN_MAX);
  }

  /**
   * The rotation once it is over, or as it is when time is up, or at once when as many callers wait as
   * may: like any wait for an instance.
   */
  async untilClosed(query: RotationQuery, limits: WaitLimits): Promise<Rotation> {
    const leave = this.attendance.enter(query.caller.principal, limits.signal);
    if (leave === null) return this.execute(query);
    try {
      return await this.#wait(query, limits);
    } finally {
      leave();
    }
  }

  async #wait(query: RotationQuery, { withinMs, signal }: WaitLimits): Promise<Rotation> {
    const { caller, instanceId } = query;
    const looking = { caller, instanceId, withinMs, recheckMs: RECHECK_MS, signal };
    for await (const _view of looksAt(this.store, this.changes, looking)) {
      const rotation = await this.execute(query);
      if (CLOSED_ROTATION_STATES.includes(rotation.state)) return rotation;
    }
    return this.execute(query);
  }
}
