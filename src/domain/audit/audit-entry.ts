import type { Json } from '../../lib/canonical-json.js';

/** One act or refusal, as it is written down in the moment in which it happens. */
export interface AuditEntry {
  readonly at: Date;
  /** Who: the token's role and subject, or the part of the control plane that acted by itself. */
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly outcome: AuditOutcome;
  readonly requestId: string | null;
  /** The address that it was asked from; null for what nobody outside asked for. */
  readonly from: string | null;
  /** Facts without secrets: they are exported and kept. */
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}

export const AUDIT_OUTCOMES = ['done', 'refused'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/**
 * What a committed row says, whoever wrote it: it is sealed and shown as it stands, so that a row that
 * nobody here would write can neither hold up the chain nor hide.
 */
export interface AuditRecord extends Omit<AuditEntry, 'outcome' | 'details'> {
  /** Counted in the order of insertion, which says nothing of commits. */
  readonly id: number;
  readonly outcome: string;
  readonly details: Json;
}
