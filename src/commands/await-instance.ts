import type { InstanceId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import type { ChangeFeed, Store } from '../ports/index.js';
import type { InstanceView } from './instance-view.js';
import { looksAt } from './look-at-instance.js';
import { visibleInstance } from './visibility.js';

/** What a caller may wait for; a failed or deleted instance ends every wait. */
export type AwaitedEvent = 'ready' | 'keys_live' | 'deleted';

/** Looks again even without a notice, so that a lost one costs a second and no more. */
const RECHECK_MS = 1_000;

export interface AwaitRequest {
  readonly caller: Caller;
  readonly instanceId: InstanceId;
  readonly until: AwaitedEvent;
  readonly withinMs: number;
  readonly signal: AbortSignal;
}

/**
 * Waits until something is true of an instance and returns it as it then is. When time is up it
 * returns the instance as it is: running out of time is an answer, not a failure.
 */
export class AwaitInstance {
  constructor(
    private readonly store: Store,
    private readonly changes: ChangeFeed,
  ) {}

  async execute(request: AwaitRequest): Promise<InstanceView> {
    const { caller, until } = request;
    const looking = { ...request, recheckMs: RECHECK_MS };
    let last: InstanceView | null = null;
    for await (const view of looksAt(this.store, this.changes, looking)) {
      if (hasHappened(until, view)) return view;
      last = view;
    }
    return last ?? visibleInstance(this.store, caller.principal, request.instanceId);
  }
}

function hasHappened(until: AwaitedEvent, { instance }: InstanceView): boolean {
  const { state } = instance;
  if (state === 'failed' || state === 'deleted') return true;
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
