import type { InstanceId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import { deadline, pause } from '../lib/timers.js';
import type { ChangeFeed, Store } from '../ports/index.js';
import type { InstanceView } from './instance-view.js';
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
    const { caller, instanceId, until, withinMs } = request;
    const over = deadline(withinMs, request.signal);
    let changed = new AbortController();
    let awaited = instanceId;
    const unsubscribe = this.changes.subscribe({
      onChange: (id) => {
        if (id === awaited || id === instanceId) changed.abort();
      },
      onGap: () => {
        changed.abort();
      },
    });
    try {
      for (;;) {
        // Renewed before the look, so that a change during it is not slept through.
        changed = new AbortController();
        const view = await visibleInstance(this.store, caller.principal, instanceId);
        awaited = view.instance.id;
        if (over.aborted || hasHappened(until, view)) return view;
        await pause(RECHECK_MS, AbortSignal.any([changed.signal, over]));
      }
    } finally {
      unsubscribe();
    }
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
