import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { CONFIG_CHANGE_STATES, PUT_BACK_REASONS } from '../domain/config/config-change.js';
import type { JsonObject } from '../domain/config/json.js';
import { InstancePath } from './schemas.js';

extendZodWithOpenApi(z);

const instant = z.iso.datetime().openapi({ example: '2026-11-23T12:00:00.000Z' });

/** Any object: what may be in it is for OpenClaw's own schema to say, which differs by version. */
const anyObject = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'send an object',
);

export const ConfigPatch = anyObject.openapi('ConfigPatch', {
  type: 'object',
  additionalProperties: true,
  description: 'A JSON Merge Patch (RFC 7396): null removes, a list replaces a list.',
  example: { agents: { defaults: { thinkingDefault: 'low' } } },
});

export const DryRunQuery = z.object({
  dry_run: z
    .enum(['true', 'false'])
    .default('false')
    .openapi({ description: 'true: only says what would change.' }),
});

export const ConfigChangePath = InstancePath.extend({
  change: z.string().max(40).openapi({ example: 'cc-4fzk2m7qwxyz' }),
});

export const ConfigShown = z
  .object({
    instance: z.string(),
    openclawVersion: z.string().openapi({ description: 'By whose schema it is checked.' }),
    revision: z.number().int().openapi({ description: 'Grows with each change; 0 before one.' }),
    config: anyObject.openapi({
      type: 'object',
      additionalProperties: true,
      description: 'The tenant’s own part; no secret is in it.',
    }),
    platformOwned: z
      .array(z.object({ path: z.string(), why: z.string() }))
      .openapi({ description: 'Settings that cannot be changed here.' }),
  })
  .openapi('Config');

const diff = z
  .array(
    z.object({
      path: z.string().openapi({ example: '/agents/defaults/thinkingDefault' }),
      change: z.enum(['added', 'removed', 'changed']),
      effect: z.enum(['hot', 'next_use', 'restart']).openapi({
        description:
          'hot: within a second. next_use: when it is read next. restart: the gateway starts again ' +
          'by itself, 10–25 s.',
      }),
    }),
  )
  .openapi('ConfigDiff');

export const ConfigChangeShown = z
  .object({
    id: z.string(),
    instance: z.string(),
    revision: z.number().int(),
    state: z.enum(CONFIG_CHANGE_STATES).openapi({
      description:
        'applied: the gateway was seen to run with it. reverted: it did not take it, and goes on ' +
        'with what it had before.',
    }),
    diff,
    failure: z.object({ code: z.enum(PUT_BACK_REASONS), sentence: z.string() }).nullable(),
    requestedAt: instant,
    closedAt: instant.nullable(),
  })
  .openapi('ConfigChange');

export const ConfigOutcomeShown = z
  .object({
    diff,
    needsRestart: z.boolean(),
    // Not nullable(), which would make every change in the document one that may be null.
    change: z
      .union([ConfigChangeShown, z.null()])
      .openapi({ description: 'null where nothing differs, and for a dry run.' }),
  })
  .openapi('ConfigOutcome');

export const ConfigChangeList = z
  .object({ items: z.array(ConfigChangeShown) })
  .openapi('ConfigChangeList');
