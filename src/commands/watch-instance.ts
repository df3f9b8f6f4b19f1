import { Fault } from '../errors/index.js';
import type { InstanceId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import { jittered } from '../lib/random.js';
import type { ChangeFeed, Store } from '../ports/index.js';
import type { AttendanceLimits } from './attendance.js';
import { Attendance } from './attendance.js';
import type { InstanceView } from './instance-view.js';
import { looksAt } from './look-at-instance.js';

/** How long one watch goes on, in milliseconds; who wants more begins anew, with a fresh token. */
export const WATCH_LIMIT_MS = 10 * 60_000;
/** Notices are lost with their connection alone, and that is noticed; this is for what nobody saw. */
const RECHECK_MS = 30_000;
/** After about this long another watch has probably ended, in milliseconds. */
const RETRY_MS = 5_000;

export interface WatchRequest {
  readonly caller: Caller;
  readonly instanceId: InstanceId;
  /** Fires when whoever watches has gone. */
  readonly signal: AbortSignal;
}

/**
 * Follows an instance: first as it is, then after each change, until it is ready, failed or deleted,
 * time is up, or nobody watches any more. Views may repeat. Faults, each before the first view:
 * `instance_unknown`, `streams_limit_reached`.
 */
export class WatchInstance {
  readonly #attendance: Attendance;

  constructor(
    private readonly store: Store,
    private readonly changes: ChangeFeed,
    limits: AttendanceLimits,
  ) {
    this.#attendance = new Attendance(limits);
  }

  async *execute(request: WatchRequest): AsyncGenerator<InstanceView, void> {
    const leave = this.#attendance.enter(request.caller.principal, request.signal);
    if (leave === null) throw limitReached();
    try {
      const looking = { ...request, withinMs: WATCH_LIMIT_MS, recheckMs: RECHECK_MS };
      for await (const view of looksAt(this.store, this.changes, looking)) {
        yield view;
        if (hasSettled(view)) return;
      }
    } finally {
      leave();
    }
  }
}

/** Whether a claim has come to its end, so that there is nothing more to wait for. */
export function hasSettled({ instance: { state } }: InstanceView): boolean {
  return ['ready', 'trashed', 'failed', 'deleted'].includes(state);
}

function limitReached(): Fault {
  return new Fault('streams_limit_reached', 'Too many event streams are open; ask with GET.', {
    retryAfterMs: jittered(RETRY_MS),
  });
}
