import type { AuditEntry } from '../domain/audit/audit-entry.js';
import type { Refusal } from '../domain/audit/refusal-tally.js';
import { RefusalTally } from '../domain/audit/refusal-tally.js';
import type { Clock } from '../lib/clock.js';
import type { Store } from '../ports/index.js';

/**
 * Writes refusals down, a little later and several at once: a refusal must cost whoever floods us with
 * them more than us, so no answer waits for it and what is alike becomes one line with a count.
 *
 * A process that is killed loses what it noted since the last `flush`.
 */
export class RecordRefusals {
  #tally = new RefusalTally();
  /** Drawn up, and not written yet. */
  #pending: readonly AuditEntry[] = [];

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  note(refusal: Refusal): void {
    this.#tally.add(refusal);
  }

  /** Writes what was noted; when it fails, the same entries are written by the next call. */
  async flush(): Promise<void> {
    if (this.#pending.length === 0) this.#drawUp();
    const entries = this.#pending;
    if (entries.length === 0) return;
    await this.store.transaction(async (tx) => {
      for (const entry of entries) await tx.audit.append(entry);
    });
    this.#pending = [];
  }

  /** What comes from now on goes with the next flush. */
  #drawUp(): void {
    const full = this.#tally;
    this.#tally = new RefusalTally();
    this.#pending = full.entries(this.clock.now());
  }
}
