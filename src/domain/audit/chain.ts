import type { Json } from '../../lib/canonical-json.js';
import { canonicalJson } from '../../lib/canonical-json.js';
import { sha256Of } from '../../lib/sha256.js';
import type { AuditRecord } from './audit-entry.js';

/** A link of the chain by its number and hash: enough to notice any change of what lies before it. */
export interface ChainPoint {
  readonly number: number;
  readonly hash: string;
}

/** A record's place in the chain. */
export interface Seal extends ChainPoint {
  /** Hash of the link before. */
  readonly previous: string;
  readonly recordId: number;
  readonly sealedAt: Date;
}

/** Where the chain begins: what the first link names as the one before it. */
export const CHAIN_START: ChainPoint = { number: 0, hash: '0'.repeat(64) };

/** The record as it is exported, without its hash. Exactly this is what the hash covers. */
export function contentOf(record: AuditRecord, seal: Omit<Seal, 'hash'>) {
  const { id, at, actor, from, action, target, outcome, requestId, details } = record;
  return {
    number: seal.number,
    previous: seal.previous,
    sealedAt: seal.sealedAt.toISOString(),
    id,
    at: at.toISOString(),
    ...{ actor, from, action, target, outcome, requestId, details },
  };
}

/** SHA-256, in hexadecimal, of the content as canonical JSON (RFC 8785) in UTF-8. */
export function hashOf(content: Readonly<Record<string, Json>>): string {
  return sha256Of(canonicalJson(content));
}

/** Continues the chain after `head` with these records, in this order. */
export function sealAll(
  head: ChainPoint,
  records: readonly AuditRecord[],
  sealedAt: Date,
): readonly Seal[] {
  let last = head;
  return records.map((record) => {
    const place = { number: last.number + 1, previous: last.hash, recordId: record.id, sealedAt };
    const seal = { ...place, hash: hashOf(contentOf(record, place)) };
    last = seal;
    return seal;
  });
}
