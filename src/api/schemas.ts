import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { CLAIM_OUTCOMES } from '../domain/claim.js';
import { KEY_OWNERS } from '../domain/key-campaign/key-campaign.js';
import { INSTANCE_STATES } from '../domain/instance.js';
import { POOL_HOLDS } from '../domain/pool.js';
import { SIZE_CLASS_NAMES } from '../domain/size-classes.js';
import { FAULT_CODES } from '../errors/index.js';
import type { FaultCode } from '../errors/index.js';

extendZodWithOpenApi(z);

const FAULT_CODE_NAMES = Object.keys(FAULT_CODES) as [FaultCode, ...FaultCode[]];
const instant = z.iso.datetime().openapi({ example: '2026-11-23T12:00:00.000Z' });

/** A product's own name for a tenant: anything printable that fits a line. */
export const tenantRef = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/, 'use 1–128 letters, digits and . _ : @ -')
  .openapi({ description: 'The product’s own name for the tenant.', example: 'alice' });

const instanceName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'use 1–63 lower-case letters, digits and hyphens')
  .openapi({ description: 'The tenant’s name for the instance.', example: 'default' });

const region = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'use 1–63 lower-case letters, digits and hyphens')
  .openapi({ description: 'Where to run it; the installation’s own region by default.' });

const keyName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}(\/[a-z0-9][a-z0-9-]{0,39})?$/, 'no key has a name like this')
  .openapi({
    description: 'A provider’s or channel’s name; its slash is sent as %2F.',
    example: 'anthropic',
  });

export const InstancePath = z.object({
  id: z
    .string()
    .max(40)
    .openapi({ description: 'Id of the instance.', example: 'oc-4fzk2m7qwxyz' }),
});

export const KeyPath = InstancePath.extend({ name: keyName });

export const ListQuery = z.object({
  state: z.enum(INSTANCE_STATES).optional(),
  tenant: tenantRef.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(40).optional().openapi({ description: 'nextCursor of the page before.' }),
});

/** A week: long enough for a holiday, short enough for what it holds of a node. */
const GRACE_S_MAX = 604_800;

export const DeleteQuery = z.object({
  grace: z.coerce
    .number()
    .int()
    .min(0)
    .max(GRACE_S_MAX)
    .optional()
    .openapi({
      description:
        'Seconds in which it can be restored; as many as the installation allows by default and at ' +
        'most. 0 destroys it at once.',
    }),
});

export const ClaimBody = z
  .strictObject({
    name: instanceName.default('default'),
    tenant: tenantRef.optional(),
    sizeClass: z.enum(SIZE_CLASS_NAMES).default('s'),
    region: region.optional(),
  })
  .openapi('Claim');

/** Whose key a value is. */
export const ownerField = z
  .enum(KEY_OWNERS)
  .default('tenant')
  .openapi({
    description:
      'Whose keys the new values are. platform: yours, so that a key campaign may exchange them; ' +
      'not for tenants.',
  });

export const KeyBody = z
  .strictObject({
    owner: ownerField,
    value: z.string().min(1).openapi({ format: 'password', description: 'Kept in Vault alone.' }),
  })
  .openapi('KeyValue');

export const KeyShown = z
  .object({
    name: z.string(),
    version: z.number().int().openapi({ description: 'Version of the keys that brought it.' }),
    state: z.enum(['pending', 'live']).openapi({ description: 'live: the gateway uses it.' }),
    setAt: instant,
    lastProvenAt: instant.nullable().openapi({
      description: 'When a live call by the gateway was last answered with it.',
    }),
    owner: z.enum(KEY_OWNERS).openapi({ description: 'Whose key it is.' }),
    renewalDueAt: instant.nullable().openapi({
      description: 'Since when its tenant is asked to bring another one, as after a breach.',
    }),
  })
  .openapi('Key');

export const InstanceShown = z
  .object({
    id: z.string(),
    name: z.string().nullable(),
    tenant: z.string().nullable(),
    state: z.enum(INSTANCE_STATES),
    progress: z
      .object({ step: z.number().int(), of: z.number().int(), what: z.string() })
      .nullable()
      .openapi({ description: 'How far a claim is on its way to ready.' }),
    sizeClass: z.enum(SIZE_CLASS_NAMES),
    url: z.url(),
    keys: z.array(KeyShown),
    openclawVersion: z.string(),
    createdAt: instant,
    readyAt: instant.nullable(),
    destroyAt: instant.nullable().openapi({
      description: 'When what is in the trash is destroyed; until then it can be restored.',
    }),
    failure: z.object({ code: z.string(), sentence: z.string() }).nullable(),
    links: z
      .object({ self: z.string(), keys: z.string(), access: z.string(), config: z.string() })
      .openapi({ description: 'Paths of this API.' }),
  })
  .openapi('Instance');

export const ClaimedShown = InstanceShown.extend({
  claim: z.object({
    outcome: z.enum([...CLAIM_OUTCOMES, 'replayed']).openapi({
      description:
        'warm: it was idle. queued: it was starting already. cold: it was started for this. ' +
        'replayed: this Idempotency-Key claimed it before.',
    }),
  }),
}).openapi('ClaimedInstance');

export const InstancePage = z
  .object({ items: z.array(InstanceShown), nextCursor: z.string().nullable() })
  .openapi('InstancePage');

export const InstanceEvents = z.string().openapi('InstanceEvents', {
  description:
    'Server-sent events: `instance` with an Instance as its data, or at last `problem` with a ' +
    'Problem; comments keep the connection alive.',
  example: 'id: 3q2-7wFp1Zc0aXbY\nevent: instance\ndata: {"id":"oc-4fzk2m7qwxyz",…}\n\n',
});

export const KeyList = z.object({ items: z.array(KeyShown) }).openapi('KeyList');

export const AccessShown = z
  .object({
    url: z.url(),
    token: z.string().openapi({ description: 'Opens the gateway as its admin; keep it secret.' }),
  })
  .openapi('Access');

const Override = z
  .strictObject({
    cron: z.string().max(100).openapi({ example: '0 8 * * 1-5' }),
    timeZone: z.string().max(64).openapi({ example: 'Europe/Paris' }),
    forMinutes: z.number().int(),
    idleFloor: z.number().int(),
  })
  .openapi('PoolOverride');

/** More than anybody can keep in mind; each is looked at whenever its pool is planned. */
const OVERRIDES_MAX = 20;
/** Far above any quota, so that the quota's own sentence is what an operator reads. */
const membersBound = z.number().int().min(0).max(1_000_000);

export const PoolPath = z.object({
  id: z.string().max(200).openapi({ example: 's-2026.9.6-c1-default' }),
});

export const PoolChange = z
  .strictObject({
    idleFloor: membersBound.optional(),
    idleCeiling: membersBound.optional(),
    membersMax: membersBound.optional(),
    overrides: z.array(Override).max(OVERRIDES_MAX).optional(),
    isPaused: z.boolean().optional().openapi({ description: 'A paused pool starts nothing.' }),
    isBreakerOpen: z
      .literal(false)
      .optional()
      .openapi({ description: 'false closes the breaker and forgets the failures.' }),
  })
  .refine((change) => Object.values(change).some((part) => part !== undefined), {
    message: 'Name what to change.',
  })
  .openapi('PoolChange');

export const PoolShown = z
  .object({
    id: z.string(),
    sizeClass: z.enum(SIZE_CLASS_NAMES),
    openclawVersion: z.string(),
    region: z.string(),
    idleFloor: z.number().int(),
    idleCeiling: z.number().int(),
    idleTarget: z.number().int().openapi({ description: 'What demand asks for just now.' }),
    membersMax: z.number().int().openapi({ description: 'Claimed ones included.' }),
    overrides: z.array(Override),
    hold: z
      .enum([...POOL_HOLDS, 'breaker_final'])
      .nullable()
      .openapi({
        description:
          'What keeps the pool below its target; breaker_final: until an operator closes it.',
      }),
    holdReason: z
      .string()
      .nullable()
      .openapi({ description: 'Nomad’s words for no_place, e.g. memory exhausted on 1 node.' }),
    supersededBy: z.string().nullable().openapi({ description: 'Serves new claims instead.' }),
    waiting: z.number().int().openapi({ description: 'Claims that wait for a start.' }),
    counts: z.record(z.enum(INSTANCE_STATES), z.number().int()),
    stockOut: z
      .object({
        predicted: z.number().openapi({
          description:
            'Share of claims, 0 to 1, that are expected to find no idle member at the present target.',
        }),
        offeredLoad: z.number().openapi({
          description: 'Claims to be expected while one member is refilled.',
        }),
        refillMs: z.number().nullable().openapi({
          description: 'Mean time until a claimed member is replaced; null before the first was.',
        }),
        observed: z
          .array(
            z.object({
              from: instant,
              warm: z.number().int().openapi({ description: 'Claims that found an idle member.' }),
              waited: z.number().int().openapi({ description: 'Claims that waited for a start.' }),
              refused: z.number().int().openapi({ description: 'Claims that were refused.' }),
            }),
          )
          .openapi({ description: 'The last hour in pieces of five minutes, oldest first.' }),
      })
      .openapi('PoolStockOut', {
        description: 'How often claims find no idle member; counted per size class and region.',
      }),
  })
  .openapi('Pool');

export const PoolList = z.object({ items: z.array(PoolShown) }).openapi('PoolList');

export const TenantPath = z.object({ ref: tenantRef });

export const SuspensionShown = z
  .object({ tenant: z.string(), suspendedAt: instant.nullable() })
  .openapi('Suspension');

export const Liveness = z.object({ status: z.literal('live') }).openapi('Liveness');

export const ReadinessShown = z
  .object({
    status: z.enum(['ready', 'not_ready']),
    checks: z
      .record(z.string(), z.string())
      .openapi({ description: '`ok`, or a sentence, for each thing the process depends on.' }),
  })
  .openapi('Readiness');

export const ProblemShown = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.enum(FAULT_CODE_NAMES),
    requestId: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .openapi('Problem');
