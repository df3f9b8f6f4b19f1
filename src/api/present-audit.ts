import type { z } from 'zod';
import { contentOf } from '../domain/audit/chain.js';
import type { PlacedRecord, SealedRecord } from '../ports/index.js';
import type { AuditRecordShown } from './audit-schemas.js';

/** A record as lists show it. */
export function presentRecord({ record, seal }: PlacedRecord): z.infer<typeof AuditRecordShown> {
  return {
    ...record,
    at: record.at.toISOString(),
    seal: seal === null ? null : { number: seal.number, hash: seal.hash },
  };
}

/**
 * A sealed record as its line of an export: the very content that the hash covers, and the hash. Of a
 * record that is gone there is its place, and that it is.
 */
export function exportLine({ record, seal }: SealedRecord): string {
  const { number, previous, recordId: id, hash } = seal;
  const sealedAt = seal.sealedAt.toISOString();
  const content =
    record === null ? { number, previous, sealedAt, id, isMissing: true } : contentOf(record, seal);
  return `${JSON.stringify({ ...content, hash })}\n`;
}
