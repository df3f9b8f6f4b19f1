import { Fault } from '../errors/index.js';
import type { InstanceId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import { jittered } from '../lib/random.js';
import type { ChangeFeed, Store } from '../ports/index.js';
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

export interface WatchOptions {
  /** Watches at once in this process; each holds a connection of its caller. */
  readonly openMax: number;
  /** Of these, by the token of one tenant, so that no tenant takes all of them. */
  readonly openPerTenantMax: number;
  /** Told how many are open, whenever that changes. */
  readonly onOpen?: (open: number) => void;
}

/**
 * Follows an instance: first as it is, then after each change, until it is ready, failed or deleted,
 * time is up, or nobody watches any more. Views may repeat. Faults, each before the first view:
 * `instance_unknown`, `streams_limit_reached`.
 */
export class WatchInstance {
  #open = 0;
  readonly #openByTenant = new Map<string, number>();

  constructor(
    private readonly store: Store,
    private readonly changes: ChangeFeed,
    private readonly options: WatchOptions,
  ) {}

  async *execute(request: WatchRequest): AsyncGenerator<InstanceView, void> {
    const close = this.#openOne(request);
    try {
      const looking = { ...request, withinMs: WATCH_LIMIT_MS, recheckMs: RECHECK_MS };
      for await (const view of looksAt(this.store, this.changes, looking)) {
        yield view;
        if (hasSettled(view)) return;
      }
    } finally {
      close();
    }
  }

  /** Counts a watch in and returns what counts it out, once, at its end or when its caller goes. */
  #openOne({ caller, signal }: WatchRequest): () => void {
    const { openMax, openPerTenantMax } = this.options;
    const { tenantRef } = caller.principal;
    const ofTenant = tenantRef === null ? 0 : (this.#openByTenant.get(tenantRef) ?? 0);
    if (this.#open >= openMax || ofTenant >= openPerTenantMax) throw limitReached();
    this.#count(tenantRef, 1);
    let isOpen = true;
    const close = (): void => {
      if (isOpen) this.#count(tenantRef, -1);
      isOpen = false;
      signal.removeEventListener('abort', close);
    };
    signal.addEventListener('abort', close, { once: true });
    return close;
  }

  #count(tenantRef: string | null, more: number): void {
    this.#open += more;
    this.options.onOpen?.(this.#open);
    if (tenantRef === null) return;
    const ofTenant = (this.#openByTenant.get(tenantRef) ?? 0) + more;
    if (ofTenant > 0) this.#openByTenant.set(tenantRef, ofTenant);
    else this.#openByTenant.delete(tenantRef);
  }
}

/** Whether a claim has come to its end, so that there is nothing more to wait for. */
export function hasSettled({ instance: { state } }: InstanceView): boolean {
  return state === 'ready' || state === 'failed' || state === 'deleted';
}

function limitReached(): Fault {
  return new Fault('streams_limit_reached', 'Too many event streams are open; ask with GET.', {
    retryAfterMs: jittered(RETRY_MS),
  });
}
