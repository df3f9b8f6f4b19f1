import { z } from 'zod';
import type { InstanceId } from '../../domain/ids.js';
import { isInstanceId } from '../../domain/ids.js';
import { DIFFERENCE_KINDS, REMEDIES } from '../../domain/sweep/find-differences.js';
import { ACT_KINDS, SUSPICION_KINDS } from '../../domain/sweep/plan-sweep.js';
import { ACT_OUTCOMES } from '../../domain/sweep/report.js';

const count = z.number().int();
const kind = z.enum(DIFFERENCE_KINDS);
const instanceId = z.string().refine((text): text is InstanceId => isInstanceId(text));

/** A report of the sweeper as it lies in the database. */
export const StoredSweepReport = z.object({
  at: z.coerce.date(),
  isDryRun: z.boolean(),
  tookMs: count,
  seen: z.object({ rows: count, jobs: count, variables: count, secrets: count, services: count }),
  counts: z.record(kind, count),
  findings: z.array(
    z.object({
      kind,
      instanceId,
      remedy: z.enum(REMEDIES),
      firstSeenAt: z.coerce.date(),
      isRipe: z.boolean(),
    }),
  ),
  acted: z.array(
    z.object({
      kind: z.enum(ACT_KINDS),
      instanceId,
      because: z.array(kind),
      isKill: z.boolean(),
      outcome: z.enum(ACT_OUTCOMES),
    }),
  ),
  deferred: count,
  waiting: count,
  suspicion: z.object({ kind: z.enum(SUSPICION_KINDS), found: count, of: count }).nullable(),
});
