import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import {
  KEY_CAMPAIGN_KINDS,
  KEY_CAMPAIGN_STATES,
  KEY_MOVE_STATES,
  SKIP_REASONS,
} from '../domain/key-campaign/key-campaign.js';
import { REVERT_REASONS } from '../domain/rotation.js';

extendZodWithOpenApi(z);

const instant = z.iso.datetime().openapi({ example: '2026-11-23T12:00:00.000Z' });
const keyName = z.string().max(81).openapi({ description: 'Name of the key.', example: 'openai' });

/** Failures that are a matter of course in a large fleet: a provider that is slow, a full disk. */
const BUDGET_USUAL = 0.05;

export const KeyCampaignBody = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('replace'),
      keyName,
      value: z.string().openapi({ format: 'password', description: 'Kept in Vault alone.' }),
      failureBudget: z.number().min(0).max(1).default(BUDGET_USUAL).openapi({
        description: 'Share of the instances that may keep their old key before it halts.',
      }),
    }),
    z.strictObject({ kind: z.literal('renew'), keyName }),
  ])
  .openapi('NewKeyCampaign');

export const KeyCampaignPath = z.object({
  id: z.string().max(40).openapi({ example: 'kc-4fzk2m7qwxyz' }),
});

export const KeyCampaignChange = z
  .strictObject({
    state: z.enum(['paused', 'running', 'aborted']).openapi({
      description: 'running: goes on where it was paused or halted, and accepts its failures.',
    }),
  })
  .openapi('KeyCampaignChange');

const counts = z
  .object(
    Object.fromEntries(KEY_MOVE_STATES.map((state) => [state, z.number().int()])) as Record<
      (typeof KEY_MOVE_STATES)[number],
      z.ZodNumber
    >,
  )
  .openapi('KeyMoveCounts');

export const KeyCampaignShown = z
  .object({
    id: z.string(),
    kind: z.enum(KEY_CAMPAIGN_KINDS),
    keyName: z.string(),
    state: z.enum(KEY_CAMPAIGN_STATES).openapi({
      description: 'halted: by itself, for more instances failed than its budget allows.',
    }),
    failureBudget: z.number(),
    requestedBy: z.string(),
    requestedAt: instant,
    stateAt: instant.openapi({ description: 'Since when it is in this state.' }),
    valueDestroyedAt: instant.nullable().openapi({
      description: 'When nothing was left of it: the value destroyed, and every instance settled.',
    }),
    instances: counts.extend({ total: z.number().int() }).openapi('KeyCampaignCounts'),
    waves: z.array(counts.extend({ wave: z.number().int() }).openapi('KeyCampaignWave')),
    unmoved: z
      .array(
        z.object({
          instance: z.string(),
          state: z.enum(['reverted', 'skipped']),
          reason: z.enum([...REVERT_REASONS, ...SKIP_REASONS]).nullable(),
        }),
      )
      .openapi({ description: 'The first hundred that ended without the new key, and why.' }),
  })
  .openapi('KeyCampaign');

export const KeyCampaignList = z
  .object({ items: z.array(KeyCampaignShown) })
  .openapi('KeyCampaignList');
