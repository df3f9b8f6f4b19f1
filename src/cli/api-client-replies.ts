import { z } from 'zod';

/**
 * What a client reads of the API's answers. Unknown fields and states are let through: a client may
 * be older than the API it speaks to.
 */
const KeyReply = z.object({
  name: z.string(),
  version: z.number(),
  state: z.string(),
  setAt: z.string(),
  /** Absent from an API that proves no keys yet. */
  lastProvenAt: z.string().nullable().default(null),
  renewalDueAt: z.string().nullable().default(null),
});

export const RotationReply = z.object({
  id: z.string(),
  instance: z.string(),
  names: z.array(z.string()),
  state: z.string(),
  failure: z.object({ code: z.string(), sentence: z.string() }).nullable(),
  requestedAt: z.string(),
  provenAt: z.string().nullable(),
});

const MoveCounts = z.record(z.string(), z.number());

export const CampaignReply = z.object({
  id: z.string(),
  kind: z.string(),
  keyName: z.string(),
  state: z.string(),
  requestedBy: z.string(),
  requestedAt: z.string(),
  valueDestroyedAt: z.string().nullable(),
  instances: MoveCounts,
  waves: z.array(MoveCounts),
  unmoved: z.array(
    z.object({ instance: z.string(), state: z.string(), reason: z.string().nullable() }),
  ),
});

export const CampaignListReply = z.object({ items: z.array(CampaignReply) });

export const InstanceReply = z.object({
  id: z.string(),
  name: z.string().nullable(),
  tenant: z.string().nullable(),
  state: z.string(),
  progress: z.object({ step: z.number(), of: z.number(), what: z.string() }).nullable(),
  sizeClass: z.string(),
  url: z.string(),
  keys: z.array(KeyReply),
  openclawVersion: z.string(),
  createdAt: z.string(),
  readyAt: z.string().nullable(),
  failure: z.object({ code: z.string(), sentence: z.string() }).nullable(),
});

export const ClaimedReply = InstanceReply.extend({
  claim: z.object({ outcome: z.string() }),
});

export const InstancePageReply = z.object({
  items: z.array(InstanceReply),
  nextCursor: z.string().nullable(),
});

export const KeyListReply = z.object({ items: z.array(KeyReply) });

export const AccessReply = z.object({ url: z.string(), token: z.string() });

export const PoolReply = z.object({
  id: z.string(),
  sizeClass: z.string(),
  openclawVersion: z.string(),
  region: z.string(),
  idleFloor: z.number(),
  idleCeiling: z.number(),
  idleTarget: z.number(),
  membersMax: z.number(),
  overrides: z.array(
    z.object({
      cron: z.string(),
      timeZone: z.string(),
      forMinutes: z.number(),
      idleFloor: z.number(),
    }),
  ),
  hold: z.string().nullable(),
  /** Absent from an API that keeps no reasons yet. */
  holdReason: z.string().nullable().default(null),
  supersededBy: z.string().nullable(),
  waiting: z.number(),
  counts: z.record(z.string(), z.number()),
});

export const PoolListReply = z.object({ items: z.array(PoolReply) });

export const SuspensionReply = z.object({
  tenant: z.string(),
  suspendedAt: z.string().nullable(),
});

export const SweepReply = z.object({
  id: z.string(),
  state: z.string(),
  isDryRun: z.boolean(),
  requestedAt: z.string(),
  requestedBy: z.string().nullable(),
  report: z
    .object({
      at: z.string(),
      isDryRun: z.boolean(),
      tookMs: z.number(),
      seen: z.record(z.string(), z.number()),
      counts: z.record(z.string(), z.number()),
      findings: z.array(
        z.object({
          kind: z.string(),
          instanceId: z.string(),
          remedy: z.string(),
          firstSeenAt: z.string(),
          isRipe: z.boolean(),
        }),
      ),
      acted: z.array(
        z.object({
          kind: z.string(),
          instanceId: z.string(),
          because: z.array(z.string()),
          isKill: z.boolean(),
          outcome: z.string(),
        }),
      ),
      deferred: z.number(),
      waiting: z.number(),
      suspicion: z.object({ kind: z.string(), found: z.number(), of: z.number() }).nullable(),
    })
    .nullable(),
});

export const ApiKeyReply = z.object({
  id: z.string(),
  name: z.string(),
  role: z.string(),
  tenant: z.string().nullable(),
  scopes: z.array(z.string()),
  expiresAt: z.string(),
  lastUsedAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
});

export const ApiKeyCreatedReply = ApiKeyReply.extend({ key: z.string() });

export const ApiKeyPageReply = z.object({
  items: z.array(ApiKeyReply),
  nextCursor: z.string().nullable(),
});

export const AuditPageReply = z.object({
  items: z.array(
    z.object({
      id: z.number(),
      at: z.string(),
      actor: z.string(),
      from: z.string().nullable(),
      action: z.string(),
      target: z.string(),
      outcome: z.string(),
      requestId: z.string().nullable(),
      details: z.unknown(),
      seal: z.object({ number: z.number(), hash: z.string() }).nullable(),
    }),
  ),
  nextCursor: z.string().nullable(),
});

export const ProblemReply = z.object({
  code: z.string(),
  detail: z.string(),
  requestId: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
});

export type InstanceAnswer = z.infer<typeof InstanceReply>;
export type KeyAnswer = z.infer<typeof KeyReply>;
export type RotationAnswer = z.infer<typeof RotationReply>;
export type CampaignAnswer = z.infer<typeof CampaignReply>;
export type AccessAnswer = z.infer<typeof AccessReply>;
export type ApiKeyAnswer = z.infer<typeof ApiKeyReply>;
export type ApiKeyCreatedAnswer = z.infer<typeof ApiKeyCreatedReply>;
export type AuditPageAnswer = z.infer<typeof AuditPageReply>;
export type AuditRecordAnswer = AuditPageAnswer['items'][number];
export type SweepAnswer = z.infer<typeof SweepReply>;
export type ClaimedAnswer = z.infer<typeof ClaimedReply>;
export type PoolAnswer = z.infer<typeof PoolReply>;
export type SuspensionAnswer = z.infer<typeof SuspensionReply>;
