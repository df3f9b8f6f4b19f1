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

export interface SealColumns {
  readonly number: string;
  readonly previous: string;
  readonly hash: string;
  readonly sealed_at: Date;
}

/** All null for a record without a seal. */
export type PlacedColumns = RecordColumns & (SealColumns | Record<keyof SealColumns, null>);

/** A row of `audit` as the domain knows it. */
export function toRecord(row: RecordColumns): AuditRecord {
  const { at, actor, action, target, outcome, details } = row;
  const { id, request_id: requestId, from_address: from } = row;
  return { id: Number(id), at, actor, from, action, target, outcome, requestId, details };
}

/** A row of `audit_seals`, which is that of this record. */
export function sealOf(row: SealColumns, recordId: string): Seal {
  const { number, previous, hash, sealed_at: sealedAt } = row;
  return { number: Number(number), recordId: Number(recordId), previous, hash, sealedAt };
}

/** The record's place in the chain, if it has one. */
export function toSeal(row: PlacedColumns): Seal | null {
  return row.number === null ? null : sealOf(row, row.id);
}
