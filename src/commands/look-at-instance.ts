import type { InstanceId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import { monotonicMs } from '../lib/clock.js';
import { Scope } from '../lib/scope.js';
import { pause } from '../lib/timers.js';
import type { ChangeFeed, Store } from '../ports/index.js';
import type { InstanceView } from './instance-view.js';
import { visibleInstance } from './visibility.js';

export interface LookRequest {
  readonly caller: Caller;
  readonly instanceId: InstanceId;
  readonly withinMs: number;
  /** Looks again after this long even without a notice, in milliseconds: notices can be lost. */
  readonly recheckMs: number;
  readonly signal: AbortSignal;
}

/**
 * An instance as it is now and again after each change, its owner followed to whichever instance they
 * are moved to. Ends with the last look when time is up or `signal` fires. Nothing is polled: a look
 * follows a notice, and a rare recheck.
 */
export async function* looksAt(
  store: Store,
  changes: ChangeFeed,
  { caller, instanceId, withinMs, recheckMs, signal }: LookRequest,
): AsyncGenerator<InstanceView, void> {
  const endMs = monotonicMs() + withinMs;
  let changed = new AbortController();
  let current = instanceId;
  const unsubscribe = changes.subscribe({
    onChange: (id) => {
      if (id === current || id === instanceId) changed.abort();
    },
    onGap: () => {
      changed.abort();
    },
  });
  // Whoever asked may go away between two looks and never come back for the next.
  signal.addEventListener('abort', unsubscribe, { once: true });
  try {
    for (;;) {
      // Renewed before the look, so that a change during it is not slept through.
      changed = new AbortController();
      const view = await visibleInstance(store, caller.principal, instanceId);
      current = view.instance.id;
      yield view;
      const leftMs = endMs - monotonicMs();
      if (leftMs <= 0 || signal.aborted) return;
      const until = new Scope(changed.signal, signal);
      await pause(Math.min(recheckMs, leftMs), until.signal);
      until.end();
    }
  } finally {
    signal.removeEventListener('abort', unsubscribe);
    unsubscribe();
  }
}
