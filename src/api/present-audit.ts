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

/** A sealed record as its line of an export: the very content that the hash covers, and the hash. */
export function exportLine({ record, seal }: SealedRecord): string {
  return `${JSON.stringify({ ...contentOf(record, seal), hash: seal.hash })}\n`;
}
