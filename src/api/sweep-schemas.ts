import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { DIFFERENCE_KINDS, REMEDIES } from '../domain/sweep/find-differences.js';
import { ACT_KINDS, SUSPICION_KINDS } from '../domain/sweep/plan-sweep.js';
import { ACT_OUTCOMES } from '../domain/sweep/report.js';

extendZodWithOpenApi(z);

const instant = z.iso.datetime().openapi({ example: '2026-11-23T12:00:00.000Z' });
const count = z.number().int();
const kind = z.enum(DIFFERENCE_KINDS);

export const SweepPath = z.object({
  id: z
    .string()
    .max(40)
    .openapi({ description: 'Id of the sweep, or `latest`.', example: 'latest' }),
});

export const SweepBody = z
  .strictObject({
    isDryRun: z.boolean().openapi({ description: 'Only tell what would be done.' }),
  })
  .openapi('SweepRequest');

const SweepReportShown = z
  .object({
    at: instant,
    isDryRun: z.boolean(),
    tookMs: count,
    seen: z
      .object({ rows: count, jobs: count, variables: count, secrets: count, services: count })
      .openapi({ description: 'How many things there were in each system.' }),
    counts: z
      .record(kind, count)
      .openapi({ description: 'Differences by kind; what they mean stands in docs/sweeper.md.' }),
    findings: z.array(
      z.object({
        kind,
        instanceId: z.string(),
        remedy: z.enum(REMEDIES),
        firstSeenAt: instant,
        isRipe: z
          .boolean()
          .openapi({ description: 'It was there for as long as the grace lasts.' }),
      }),
    ),
    acted: z.array(
      z.object({
        kind: z.enum(ACT_KINDS),
        instanceId: z.string(),
        because: z.array(kind),
        isKill: z.boolean(),
        outcome: z.enum(ACT_OUTCOMES),
      }),
    ),
    deferred: count.openapi({ description: 'Above what one sweep may do.' }),
    waiting: count.openapi({ description: 'To be dealt with when the grace is over.' }),
    suspicion: z
      .object({ kind: z.enum(SUSPICION_KINDS), found: count, of: count })
      .nullable()
      .openapi({ description: 'Why nothing was done: most of what exists seems lost.' }),
  })
  .openapi('SweepReport');

export const SweepShown = z
  .object({
    id: z.string(),
    state: z.enum(['waiting', 'done']),
    isDryRun: z.boolean(),
    requestedAt: instant,
    requestedBy: z
      .string()
      .nullable()
      .openapi({ description: 'Null for one of the schedule’s, each half minute.' }),
    report: SweepReportShown.nullable(),
  })
  .openapi('Sweep');
