import { Fault } from '../errors/index.js';
import { monotonicMs } from '../lib/clock.js';
import type { Outcome } from '../lib/keyed-queue.js';
import { KeyedQueue } from '../lib/keyed-queue.js';
import { Scope } from '../lib/scope.js';
import { deadline, pause } from '../lib/timers.js';
import type { Lease, LeaseStore, Log } from '../ports/index.js';
import type { Reconciler } from './reconciler.js';
import { recheck } from './reconciler.js';

/** How long a lease outlives its holder's death: the worst hand-over after a kill. */
const LEASE_TTL_MS = 8_000;
/** A held lease is renewed when this much of its life is gone. */
const LEASE_RENEW_MS = 3_000;
/** The longest run of a reconciler: a member's first turn on a busy machine, and some more. */
const RUN_LIMIT_MS = 45_000;
/** How soon to look again at what another controller holds. */
const HELD_ELSEWHERE_MS = 1_000;
const CONCURRENCY = 32;

export interface DriverOptions {
  /** `instance` or `pool`: the first part of lease names, and the label of metrics. */
  readonly kind: string;
  readonly reconciler: Reconciler;
  readonly leases: LeaseStore;
  /** Who holds leases: unique for each process's life. */
  readonly holder: string;
  readonly log: Log;
  readonly onRun?: (kind: string, outcome: string, seconds: number) => void;
}

interface Held {
  readonly lease: Lease;
  readonly grantedAtMs: number;
}

/**
 * Runs a reconciler for whatever keys it is woken with: one run per key at a time across all
 * controllers (by lease), a deadline on each, retries with backoff, one log line per failure.
 */
export class Driver {
  readonly #queue: KeyedQueue;
  readonly #held = new Map<string, Held>();

  constructor(private readonly options: DriverOptions) {
    this.#queue = new KeyedQueue({
      concurrency: CONCURRENCY,
      handle: (key, signal) => this.#run(key, signal),
      onFailure: (key, error, attempt) => {
        this.#report(key, error, attempt);
      },
    });
  }

  start(): void {
    this.#queue.start();
  }

  wake(key: string): void {
    this.#queue.wake(key);
  }

  /** Finishes what runs and gives all leases back, so that another controller goes on at once. */
  async stop(): Promise<void> {
    await this.#queue.stop();
    await Promise.all([...this.#held.keys()].map((key) => this.#giveBack(key)));
  }

  async #run(key: string, signal: AbortSignal): Promise<Outcome> {
    if (!(await this.#holds(key))) return recheck(HELD_ELSEWHERE_MS);
    const startedMs = monotonicMs();
    const run = new Scope(signal);
    const limit = deadline(RUN_LIMIT_MS, run.signal);
    let result = 'failed';
    try {
      void this.#keepLease(key, run);
      const outcome = await this.options.reconciler.reconcile(key, limit);
      if (outcome.kind === 'settled') await this.#giveBack(key);
      result = outcome.kind;
      return outcome;
    } finally {
      run.end();
      this.options.onRun?.(this.options.kind, result, (monotonicMs() - startedMs) / 1000);
    }
  }

  /** Renews the lease while a run takes long; a run whose lease is lost is told to stop. */
  async #keepLease(key: string, run: Scope): Promise<void> {
    for (;;) {
      await pause(LEASE_RENEW_MS, run.signal);
      if (run.signal.aborted) return;
      const isHeld = await this.#holds(key).catch(() => true);
      if (!isHeld) run.end();
    }
  }

  async #holds(key: string): Promise<boolean> {
    const held = this.#held.get(key);
    if (held !== undefined && monotonicMs() - held.grantedAtMs < LEASE_RENEW_MS) return true;
    const grantedAtMs = monotonicMs();
    const { kind, leases, holder } = this.options;
    const lease = await leases.grant(`${kind}:${key}`, holder, LEASE_TTL_MS);
    if (lease === null) this.#held.delete(key);
    else this.#held.set(key, { lease, grantedAtMs });
    return lease !== null;
  }

  async #giveBack(key: string): Promise<void> {
    const held = this.#held.get(key);
    this.#held.delete(key);
    if (held === undefined) return;
    await this.options.leases.release([held.lease]).catch((error: unknown) => {
      this.options.log.debug('lease not given back; it will expire', { subject: key, error });
    });
  }

  #report(key: string, error: unknown, attempt: number): void {
    const { kind, log } = this.options;
    const fields = { kind, subject: key, attempt, error };
    if (error instanceof Fault && error.kind === 'bug') log.error('reconcile failed', fields);
    else log.warn('reconcile failed, trying again', fields);
  }
}
