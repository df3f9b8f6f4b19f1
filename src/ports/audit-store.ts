import type { AuditEntry, AuditOutcome, AuditRecord } from '../domain/audit/audit-entry.js';
import type { ChainPoint, Seal } from '../domain/audit/chain.js';
import type { Page, Paged } from './store.js';

/** Which records are wanted; absent parts do not matter. */
export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  /** Inclusive. */
  readonly since?: Date | undefined;
  /** Exclusive. */
  readonly until?: Date | undefined;
}

/** A record with its place in the chain; null for one that was committed a moment ago. */
export interface PlacedRecord {
  readonly record: AuditRecord;
  readonly seal: Seal | null;
}

export interface AuditStore {
  append(entry: AuditEntry): Promise<void>;
  /**
   * The newest first. One call looks at a bounded number of records, so a page may hold fewer than
   * its limit, even none, and still name a next one.
   */
  list(filter: AuditFilter, page: Page): Promise<Paged<PlacedRecord>>;
}

/** The chain that records are sealed into, and what it is made from. */
export interface AuditChainStore {
  /** The last link, or null before the first one. */
  head(): Promise<ChainPoint | null>;
  /**
   * The next records to seal, in the order in which they are to be: only such that no transaction
   * can come to stand before them any more.
   */
  unsealed(limit: number): Promise<readonly AuditRecord[]>;
  /** When the record was written that has waited longest for its seal; null when none waits. */
  waitingSince(): Promise<Date | null>;
  /** Adds links, all or none; false when somebody else has added one in their place. */
  append(seals: readonly Seal[]): Promise<boolean>;
  /** Sealed records in the order of the chain, from the one after `number` on. */
  listAfter(number: number, limit: number): Promise<readonly SealedRecord[]>;
}

export interface SealedRecord {
  /** Null when it is gone, which nobody but the owner of the database can have brought about. */
  readonly record: AuditRecord | null;
  readonly seal: Seal;
}
