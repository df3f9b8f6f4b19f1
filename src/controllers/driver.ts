import type { LeaseKind } from '../domain/lease-names.js';
import { leaseNameOf } from '../domain/lease-names.js';
import { Fault } from '../errors/index.js';
import { monotonicMs } from '../lib/clock.js';
import type { Outcome, Slot } from '../lib/keyed-queue.js';
import { KeyedQueue } from '../lib/keyed-queue.js';
import { Scope } from '../lib/scope.js';
import { deadline, pause } from '../lib/timers.js';
import type { Lease, LeaseStore, Log } from '../ports/index.js';
import type { Reconciler } from './reconciler.js';
import { SETTLED, recheck } from './reconciler.js';

/** How long a lease outlives its holder's death: the worst hand-over after a kill. */
const LEASE_TTL_MS = 8_000;
/** A held lease is renewed when this much of its life is gone. */
const LEASE_RENEW_MS = 3_000;
/** The longest run of a reconciler: a member's first turn on a busy machine, and some more. */
const RUN_LIMIT_MS = 45_000;
/** How soon to look again at what another controller holds: it may be at its end. */
const HELD_ELSEWHERE_MS = 1_000;
/**
 * Who holds a lease for longer than one outlives its holder is alive and looks after it. It is then
 * left to that one, and to the rounds, which find what nobody holds: asking on would cost a statement
 * a second for each member of the stock and each further controller.
 */
const LEFT_TO_HOLDER_MS = LEASE_TTL_MS + HELD_ELSEWHERE_MS;
const CONCURRENCY = 48;
/** Slots that only keys get which somebody waits for; a warm-up may keep its own for a whole run. */
const RESERVED = 16;

export interface DriverOptions {
  readonly kind: LeaseKind;
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
  /** Since when somebody else was seen to hold a key. */
  readonly #elsewhereMs = new Map<string, number>();

  constructor(private readonly options: DriverOptions) {
    this.#queue = new KeyedQueue({
      ...{ concurrency: CONCURRENCY, reserved: RESERVED },
      handle: (key, signal, slot) =>
        this.#run(key, signal, slot).finally(() => this.#leaveBehind(key, signal)),
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

  /**
   * Gives all leases back, so that another controller goes on at once: those of keys at rest in the
   * same moment, each of the others as soon as its own run has heard that it is to end.
   */
  async stop(): Promise<void> {
    const stopped = this.#queue.stop();
    await this.#handOver((key) => !this.#queue.isRunning(key));
    await stopped;
  }

  /** A run that ends after {@link stop} keeps its lease for nobody, whatever else still runs. */
  async #leaveBehind(key: string, stopping: AbortSignal): Promise<void> {
    if (stopping.aborted) await this.#handOver((held) => held === key);
  }

  async #run(key: string, signal: AbortSignal, slot: Slot): Promise<Outcome> {
    if (!(await this.#holds(key))) return this.#leave(key);
    this.#elsewhereMs.delete(key);
    const startedMs = monotonicMs();
    const run = new Scope(signal);
    const limit = deadline(RUN_LIMIT_MS, run.signal);
    let result = 'failed';
    try {
      void this.#keepLease(key, run);
      const outcome = await this.options.reconciler.reconcile(key, limit, slot);
      if (outcome.kind === 'settled') await this.#giveBack(key);
      result = outcome.kind;
      return outcome;
    } finally {
      run.end();
      const seconds = (monotonicMs() - startedMs) / 1000;
      // Whoever steps aside has done nothing yet.
      if (result !== 'step_aside') this.options.onRun?.(this.options.kind, result, seconds);
    }
  }

  /** Looks again soon at what somebody else holds, until that one has proven to be alive. */
  #leave(key: string): Outcome {
    const nowMs = monotonicMs();
    const sinceMs = this.#elsewhereMs.get(key) ?? nowMs;
    if (nowMs - sinceMs < LEFT_TO_HOLDER_MS) {
      this.#elsewhereMs.set(key, sinceMs);
      return recheck(HELD_ELSEWHERE_MS);
    }
    this.#elsewhereMs.delete(key);
    return SETTLED;
  }

  /** Renews the lease while a run takes long; a run whose lease is lost is told to stop. */
  async #keepLease(key: string, run: Scope): Promise<void> {
    for (;;) {
      await pause(Math.min(LEASE_RENEW_MS, this.#leftMs(key)), run.signal);
      if (run.signal.aborted) return;
      // A renewal that fails, or hangs, leaves what was granted, and no more.
      const renewed = this.#holds(key).catch(() => this.#leftMs(key) > 0);
      const ranOut = pause(this.#leftMs(key), run.signal).then(() => run.signal.aborted);
      if (!(await Promise.race([renewed, ranOut]))) run.end();
    }
  }

  /** For how long the lease is ours for certain; it was granted after we asked for it. */
  #leftMs(key: string): number {
    const held = this.#held.get(key);
    return held === undefined ? 0 : held.grantedAtMs + LEASE_TTL_MS - monotonicMs();
  }

  async #holds(key: string): Promise<boolean> {
    const held = this.#held.get(key);
    if (held !== undefined && monotonicMs() - held.grantedAtMs < LEASE_RENEW_MS) return true;
    const grantedAtMs = monotonicMs();
    const { kind, leases, holder } = this.options;
    const lease = await leases.grant(leaseNameOf(kind, key), holder, LEASE_TTL_MS);
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

  async #handOver(isIncluded: (key: string) => boolean): Promise<void> {
    const given = [...this.#held].filter(([key]) => isIncluded(key));
    for (const [key] of given) this.#held.delete(key);
    if (given.length === 0) return;
    await this.options.leases
      .handOver(given.map(([, { lease }]) => lease))
      .catch((error: unknown) => {
        this.options.log.debug('leases not given back; they will expire', { error });
      });
  }

  #report(key: string, error: unknown, attempt: number): void {
    const { kind, log } = this.options;
    const fields = { kind, subject: key, attempt, error };
    if (error instanceof Fault && error.kind === 'bug') log.error('reconcile failed', fields);
    else log.warn('reconcile failed, trying again', fields);
  }
}
