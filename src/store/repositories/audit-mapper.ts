import type { AuditRecord } from '../../domain/audit/audit-entry.js';
import type { Seal } from '../../domain/audit/chain.js';
import type { Json } from '../../lib/canonical-json.js';

/** What a statement selects of `audit a`. */
export const RECORD_COLUMNS = `
  a.id, a.at, a.actor, a.action, a.target, a.outcome, a.request_id, a.from_address, a.details`;
/** What a statement selects of `audit_seals s`. */
export const SEAL_COLUMNS = `s.number, s.previous, s.hash, s.sealed_at`;

export interface RecordColumns {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly outcome: string;
  readonly request_id: string | null;
  readonly from_address: string | null;
  readonly details: Json;
}

/** All null for a record without a seal. */
export interface PlacedColumns extends RecordColumns {
  readonly number: string | null;
  readonly previous: string | null;
  readonly hash: string | null;
  readonly sealed_at: Date | null;
}

/** A row of `audit` as the domain knows it. */
export function toRecord(row: RecordColumns): AuditRecord {
  const { at, actor, action, target, outcome, details } = row;
  const { id, request_id: requestId, from_address: from } = row;
  return { id: Number(id), at, actor, from, action, target, outcome, requestId, details };
}

/** The record's place in the chain, if it has one. */
export function toSeal(row: PlacedColumns): Seal | null {
  const { id, number, previous, hash, sealed_at: sealedAt } = row;
  if (number === null || previous === null || hash === null || sealedAt === null) return null;
  return { number: Number(number), recordId: Number(id), previous, hash, sealedAt };
}
