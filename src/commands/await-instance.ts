import type { InstanceId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import { jittered } from '../lib/random.js';
import type { ChangeFeed, Store } from '../ports/index.js';
import type { AttendanceLimits } from './attendance.js';
import { Attendance } from './attendance.js';
import type { InstanceView } from './instance-view.js';
import { looksAt } from './look-at-instance.js';
import { visibleInstance } from './visibility.js';

/** What a caller may wait for; a failed, trashed or deleted instance ends every wait. */
export type AwaitedEvent = 'ready' | 'keys_live' | 'deleted';

/** Looks again even without a notice: one is lost only with the process that was to send it. */
const RECHECK_MS = 5_000;

/** As for event streams: what each holds is the same. */
export const WAITS_MAX: AttendanceLimits = { openMax: 1_000, openPerTenantMax: 10 };

export interface AwaitRequest {
  readonly caller: Caller;
  readonly instanceId: InstanceId;
  readonly until: AwaitedEvent;
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

/**
 * Waits until something is true of an instance and returns it as it then is. When time is up it
 * returns the instance as it is: running out of time is an answer, not a failure. So it is when as
 * many callers wait as may: this one is told at once how it stands.
 */
export class AwaitInstance {
  /** @param attendance who waits in this process already, for whatever. */
  constructor(
    private readonly store: Store,
    private readonly changes: ChangeFeed,
    private readonly attendance = new Attendance(WAITS_MAX),
  ) {}

  async execute(request: AwaitRequest): Promise<InstanceView> {
    const { principal } = request.caller;
    const leave = this.attendance.enter(principal, request.signal);
    if (leave === null) return visibleInstance(this.store, principal, request.instanceId);
    try {
      return await this.#wait(request);
    } finally {
      leave();
    }
  }

  async #wait(request: AwaitRequest): Promise<InstanceView> {
    const { caller, until, instanceId } = request;
    const looking = { ...request, recheckMs: jittered(RECHECK_MS) };
    let last: InstanceView | null = null;
    for await (const view of looksAt(this.store, this.changes, looking)) {
      if (hasHappened(until, view)) return view;
      last = view;
    }
    return last ?? visibleInstance(this.store, caller.principal, instanceId);
  }
}

function hasHappened(until: AwaitedEvent, { instance }: InstanceView): boolean {
  const { state } = instance;
  if (state === 'failed' || state === 'trashed' || state === 'deleted') return true;
  if (state === 'deleting') return until !== 'deleted';
  switch (until) {
    case 'ready':
      return state === 'ready';
    case 'keys_live':
      return state === 'ready' && instance.revisionApplied >= instance.revision;
    case 'deleted':
      return false;
  }
}
