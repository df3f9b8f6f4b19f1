import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { AUDIT_OUTCOMES } from '../domain/audit/audit-entry.js';

extendZodWithOpenApi(z);

const instant = z.iso.datetime().openapi({ example: '2026-11-23T12:00:00.000Z' });
const word = z.string().min(1).max(250);

/** Links of one export; half a megabyte or so. */
const EXPORT_MAX = 5_000;
const EXPORT_USUAL = 1_000;

export const AuditQuery = z.object({
  target: word
    .optional()
    .openapi({ description: 'What it was about.', example: 'oc-4fzk2m7qwxyz' }),
  actor: word.optional().openapi({ description: 'Who.', example: 'product:shop' }),
  action: word.optional().openapi({ example: 'instance.claim' }),
  outcome: z.enum(AUDIT_OUTCOMES).optional(),
  since: instant.optional().openapi({ description: 'At this time or later.' }),
  until: instant.optional().openapi({ description: 'Before this time.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'use nextCursor of the page before')
    .optional()
    .openapi({ description: 'nextCursor of the page before.' }),
});

export const ExportQuery = z.object({
  after: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(0)
    .openapi({
      // Said here, for no text of a query is null, which the coercion would take for 0.
      ...{ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 },
      description: 'Number of the last line that you have; 0 to begin with the first.',
    }),
  limit: z.coerce.number().int().min(1).max(EXPORT_MAX).default(EXPORT_USUAL),
});

const record = z.object({
  id: z.number().int(),
  at: instant,
  actor: z.string(),
  from: z.string().nullable().openapi({ description: 'The address that it was asked from.' }),
  action: z.string(),
  target: z.string(),
  outcome: z.string().openapi({ description: 'done or refused.' }),
  requestId: z.string().nullable(),
  details: z.unknown().openapi({ type: 'object', additionalProperties: true }),
});

export const AuditRecordShown = record
  .extend({
    seal: z.object({ number: z.number().int(), hash: z.string() }).nullable().openapi({
      description: 'Its place in the chain; null for a second or so after it was written.',
    }),
  })
  .openapi('AuditRecord');

export const AuditPage = z
  .object({
    items: z.array(AuditRecordShown),
    nextCursor: z.string().nullable().openapi({
      description: 'A page may be short, even empty, and not the last: this alone says so.',
    }),
  })
  .openapi('AuditPage');

export const AuditExport = z.string().openapi('AuditExport', {
  description:
    'One JSON object a line, in the order of the chain; empty when there is nothing after `after`. ' +
    '`hash` is SHA-256 of the line without `hash`, as canonical JSON (RFC 8785).',
  example:
    '{"number":1,"previous":"000…","sealedAt":"2026-11-23T12:00:01.000Z","id":1,…,"hash":"9f2…"}\n',
});
