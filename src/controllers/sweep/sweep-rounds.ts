import { ID_SUFFIX_LENGTH, sweepIdOf } from '../../domain/ids.js';
import { GRACE_MS } from '../../domain/sweep/plan-sweep.js';
import type { Sweep, SweepReport } from '../../domain/sweep/report.js';
import { monotonicMs } from '../../lib/clock.js';
import { jittered, randomBase32 } from '../../lib/random.js';
import { Scope } from '../../lib/scope.js';
import { deadline, pause } from '../../lib/timers.js';
import type { Lease, LeaseStore, Log, SweepStore } from '../../ports/index.js';
import type { Sweeper } from './sweeper.js';

/** Between two passes that find nothing to do. */
const SWEEP_EVERY_MS = 30_000;
/** The next pass when something is to be dealt with: as soon as it can be ripe. */
const SWEEP_AGAIN_MS = GRACE_MS + 500;
/** One pass; what it does not get done, the next one does. */
const PASS_LIMIT_MS = 45_000;
/** How long the lease outlives its holder's death: the worst wait for another sweeper. */
const LEASE_TTL_MS = 10_000;
const LEASE_RENEW_MS = 3_000;
const LEASE_NAME = 'sweep';

export interface SweepRoundsOptions {
  readonly sweeper: Sweeper;
  readonly leases: LeaseStore;
  /** Where sweeps are asked for, and their reports are kept. */
  readonly sweeps: SweepStore;
  /** Who holds the lease: unique for each process's life. */
  readonly holder: string;
  /** Only look and report, e.g. after the database was restored from a backup. */
  readonly isDryRun: boolean;
  readonly log: Log;
  /** Told of each pass; null when another controller sweeps from now on. */
  readonly onReport: (report: SweepReport | null) => void;
}

/** Sweeps again and again and when asked to, in one of all controllers at a time. */
export class SweepRounds {
  readonly #stopping = new AbortController();
  #running: Promise<void> | null = null;
  #lease: Lease | null = null;
  /** Until when the lease is ours for certain. */
  #leaseUntilMs = 0;
  #dueMs = 0;
  /** Not before this, even when asked: the last pass failed. */
  #retryMs = 0;
  /** What the last report said, to log only what is news. */
  #said = '';

  constructor(private readonly options: SweepRoundsOptions) {}

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the pass that runs, and gives the lease back so that another controller goes on at once. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    if (this.#lease === null) return;
    await this.options.leases.release([this.#lease]).catch((error: unknown) => {
      this.options.log.debug('lease not given back; it will expire', { subject: 'sweep', error });
    });
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!this.#isStopping()) {
      try {
        if (await this.#holds()) await this.#passIfDue();
      } catch (error) {
        if (this.#isStopping()) return;
        this.options.log.warn('sweep failed, trying again', { error });
        this.#retryMs = monotonicMs() + SWEEP_AGAIN_MS;
      }
      await pause(LEASE_RENEW_MS, signal);
    }
  }

  /** Gets or renews the lease. Whoever gets it anew begins without a memory. */
  async #holds(): Promise<boolean> {
    const { leases, holder, sweeper, onReport } = this.options;
    const before = this.#lease;
    const askedMs = monotonicMs();
    this.#lease = await leases.grant(LEASE_NAME, holder, LEASE_TTL_MS);
    if (this.#lease?.fence !== before?.fence) {
      sweeper.forget();
      onReport(null);
    }
    this.#leaseUntilMs = askedMs + LEASE_TTL_MS;
    return this.#lease !== null;
  }

  async #passIfDue(): Promise<void> {
    const requested = await this.options.sweeps.nextRequested();
    const dueMs = requested === null ? Math.max(this.#dueMs, this.#retryMs) : this.#retryMs;
    if (monotonicMs() >= dueMs) await this.#pass(requested);
  }

  async #pass(requested: Sweep | null): Promise<void> {
    const { sweeper, sweeps, onReport, log } = this.options;
    const isDryRun = this.options.isDryRun || requested?.isDryRun === true;
    const pass = new Scope(this.#stopping.signal);
    const limit = deadline(PASS_LIMIT_MS, pass.signal);
    try {
      void this.#keepLease(pass);
      const report = await sweeper.sweep({ isDryRun }, limit);
      await sweeps.record({ ...(requested ?? scheduled(report)), report });
      onReport(report);
      this.#tell(log, report);
      this.#dueMs =
        monotonicMs() + (isUnfinished(report) ? SWEEP_AGAIN_MS : jittered(SWEEP_EVERY_MS));
    } finally {
      pass.end();
    }
  }

  /** A pass whose lease is lost, or could not be renewed for as long as it lasts, is told to stop. */
  async #keepLease(pass: Scope): Promise<void> {
    const leftMs = (): number => this.#leaseUntilMs - monotonicMs();
    for (;;) {
      await pause(Math.min(LEASE_RENEW_MS, leftMs()), pass.signal);
      if (pass.signal.aborted) return;
      const renewed = this.#holds().catch(() => leftMs() > 0);
      const ranOut = pause(leftMs(), pass.signal).then(() => pass.signal.aborted);
      if (!(await Promise.race([renewed, ranOut]))) pass.end();
    }
  }

  /** One line per pass at most, and none that only repeats the one before. */
  #tell(log: Log, report: SweepReport): void {
    const { suspicion, counts, acted, deferred, waiting, tookMs, isDryRun } = report;
    const findings = Object.values(counts).reduce((sum, found) => sum + found, 0);
    const fields = { findings, acted: acted.length, deferred, waiting, tookMs, isDryRun };
    const said = JSON.stringify([suspicion, counts, deferred, waiting, isDryRun]);
    const isNews = said !== this.#said || acted.length > 0;
    this.#said = said;
    if (suspicion !== null) {
      log.error('sweep refused to act: most of what exists seems lost', {
        ...fields,
        ...suspicion,
      });
    } else if (findings > 0 && isNews) {
      log.info('sweep found differences', fields);
    } else {
      log.debug('sweep found nothing new', fields);
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }
}

function scheduled({ at, isDryRun }: SweepReport): Sweep {
  const id = sweepIdOf(randomBase32(ID_SUFFIX_LENGTH));
  return { id, requestedAt: at, requestedBy: null, isDryRun, report: null };
}

/** Whether the next pass has something to do that this one could not. */
function isUnfinished({ waiting, deferred, acted }: SweepReport): boolean {
  const isOpen = acted.some(({ outcome }) => outcome === 'begun' || outcome === 'failed');
  return waiting + deferred > 0 || isOpen;
}
