import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { EVENT_TYPES } from '../domain/webhooks/event-types.js';
import {
  DELIVERY_STATES,
  DISABLED_REASONS,
  SEND_FAILURES,
  WEBHOOK_AUDIENCES,
} from '../domain/webhooks/webhook.js';

extendZodWithOpenApi(z);

const instant = z.iso.datetime().openapi({ example: '2026-11-23T12:00:00.000Z' });

const url = z
  .url({ protocol: /^https?$/ })
  .max(1_000)
  .regex(/^[\x21-\x7e]+$/, 'write names of other alphabets as xn--…')
  .openapi({
    description:
      'https, and a name that leads to public addresses alone. It is shown to all who see the ' +
      'webhook: put no secret into it, the signature is what proves who calls.',
    example: 'https://hooks.example.com/clawdeploy',
  });
/** Where a page begins: the id of the last one before it. */
const cursor = z
  .string()
  .regex(/^[a-z]{2}-[a-z2-7]{12}$/, 'use nextCursor of the page before')
  .optional()
  .openapi({ description: 'nextCursor of the page before.' });
const eventTypes = z
  .array(z.enum(EVENT_TYPES))
  .min(1)
  .max(EVENT_TYPES.length)
  .nullable()
  .openapi({ description: 'Null for every event, those of later releases included.' });
const description = z
  .string()
  .regex(/^[\p{L}\p{N} ._:@/()-]{0,200}$/u, 'use up to 200 letters, digits, blanks and ._:@/()-')
  .openapi({ description: 'What you call it.' });

export const WebhookBody = z
  .strictObject({
    url,
    eventTypes: eventTypes.default(null),
    description: description.default(''),
    isEnabled: z.boolean().default(true),
  })
  .openapi('NewWebhook');

export const WebhookChange = z
  .strictObject({
    url: url.optional(),
    eventTypes: eventTypes.optional(),
    description: description.optional(),
    isEnabled: z.boolean().optional(),
  })
  .refine((change) => Object.values(change).some((part) => part !== undefined), {
    message: 'Name what to change.',
  })
  .openapi('WebhookChange');

export const WebhookShown = z
  .object({
    id: z.string().openapi({ example: 'wh-4fzk2m7qwxyz' }),
    audience: z.enum(WEBHOOK_AUDIENCES).openapi({
      description:
        'product: hears of instances that have or had a tenant. operator: of everything.',
    }),
    url: z.string(),
    eventTypes: z.array(z.enum(EVENT_TYPES)).nullable(),
    description: z.string(),
    isEnabled: z.boolean(),
    createdAt: instant,
    createdBy: z.string(),
    disabledAt: instant.nullable(),
    disabledReason: z.enum(DISABLED_REASONS).nullable().openapi({
      description: 'asked: by a caller. gone: it answered 410. failing: it took nothing for days.',
    }),
    failingSince: instant.nullable().openapi({
      description: 'Since when every attempt has failed; null when the last one did not.',
    }),
    previousSecretUntil: instant.nullable().openapi({
      description: 'Until when the secret before signs as well.',
    }),
  })
  .openapi('Webhook');

export const WebhookSecretShown = WebhookShown.extend({
  secret: z.string().openapi({
    format: 'password',
    description: 'What signs for it: whsec_ and base64. It is shown this once.',
  }),
}).openapi('WebhookWithSecret');

export const WebhookPage = z
  .object({ items: z.array(WebhookShown), nextCursor: z.string().nullable() })
  .openapi('WebhookPage');

/** A week: long enough to change over a receiver that is deployed rarely. */
const OVERLAP_SECONDS_MAX = 7 * 24 * 3_600;
const OVERLAP_SECONDS_USUAL = 24 * 3_600;

export const SecretRenewal = z
  .strictObject({
    overlapSeconds: z.number().int().min(0).max(OVERLAP_SECONDS_MAX).default(OVERLAP_SECONDS_USUAL),
  })
  .openapi('SecretRenewal', {
    description: 'For how long the old secret signs as well; 0 after a leak.',
  });

export const WebhookQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor,
});

export const WebhookPath = z.object({
  id: z.string().max(40).openapi({ example: 'wh-4fzk2m7qwxyz' }),
});

export const DeliveryPath = WebhookPath.extend({
  delivery: z.string().max(40).openapi({ example: 'wd-4fzk2m7qwxyz' }),
});

export const DeliveryQuery = WebhookQuery.extend({ state: z.enum(DELIVERY_STATES).optional() });

export const DeliveryShown = z
  .object({
    id: z.string(),
    eventId: z.string().openapi({ description: 'The header webhook-id of each attempt.' }),
    type: z.enum(EVENT_TYPES),
    occurredAt: instant,
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    state: z.enum(DELIVERY_STATES).openapi({
      description: 'failed: given up, or its webhook said that it is gone; it can be replayed.',
    }),
    attempts: z.number().int().openapi({ description: 'Since it was made or last replayed.' }),
    nextAttemptAt: instant.nullable(),
    lastAttemptAt: instant.nullable(),
    lastStatus: z.number().int().nullable(),
    lastFailure: z.enum(SEND_FAILURES).nullable().openapi({
      description: 'Why the last attempt got no answer.',
    }),
    createdAt: instant,
  })
  .openapi('WebhookDelivery');

export const DeliveryPage = z
  .object({ items: z.array(DeliveryShown), nextCursor: z.string().nullable() })
  .openapi('WebhookDeliveryPage');

export const ReplayBody = z
  .strictObject({
    since: instant.openapi({ description: 'Of events that happened at or after it.' }),
    states: z
      .array(z.enum(['failed', 'delivered']))
      .min(1)
      .max(2)
      .default(['failed']),
    cursor,
  })
  .openapi('WebhookReplay');

export const ReplayedShown = z
  .object({
    count: z.number().int().openapi({ description: 'Deliveries that are made anew now.' }),
    nextCursor: z.string().nullable().openapi({ description: 'There may be more: ask again.' }),
  })
  .openapi('WebhookReplayed');
