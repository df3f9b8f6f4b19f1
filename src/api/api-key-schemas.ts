import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { API_KEY_DAYS_MAX } from '../domain/api-key.js';
import { ROLES } from '../domain/principal.js';
import { SCOPES, scopesOfRole } from '../domain/scopes.js';
import { tenantRef } from './schemas.js';

extendZodWithOpenApi(z);

const instant = z.iso.datetime().openapi({ example: '2026-11-23T12:00:00.000Z' });
const scope = z.enum(SCOPES);

export const ApiKeyBody = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[\p{L}\p{N}][\p{L}\p{N} ._:@/-]{0,63}$/u,
        'use 1–64 letters, digits, blanks and ._:@/-',
      )
      .openapi({ description: 'What you call it.', example: 'shop backend' }),
    role: z.enum(ROLES),
    tenant: tenantRef.optional().openapi({ description: 'Whom a key of the role tenant is for.' }),
    scopes: z
      .array(scope)
      .min(1)
      .max(SCOPES.length)
      .optional()
      .openapi({ description: 'What it is narrowed to; all that its role may do by default.' }),
    expiresInDays: z.number().int().min(1).max(API_KEY_DAYS_MAX),
  })
  .refine(({ role, tenant }) => (role === 'tenant') === (tenant !== undefined), {
    path: ['tenant'],
    message: 'Name a tenant for the role tenant, and none for the others.',
  })
  .refine(({ role, scopes = [] }) => scopes.every((one) => scopesOfRole(role).includes(one)), {
    path: ['scopes'],
    message: 'That role may not do all of this.',
  })
  .openapi('NewApiKey');

export const ApiKeyShown = z
  .object({
    id: z.string().openapi({ example: 'ak-4fzk2m7qwxyz' }),
    name: z.string(),
    role: z.enum(ROLES),
    tenant: z.string().nullable(),
    scopes: z.array(scope).openapi({ description: 'All that it may do.' }),
    createdAt: instant,
    createdBy: z.string(),
    expiresAt: instant,
    lastUsedAt: instant.nullable().openapi({ description: 'To about five minutes.' }),
    revokedAt: instant.nullable(),
  })
  .openapi('ApiKey');

export const ApiKeyCreatedShown = ApiKeyShown.extend({
  key: z.string().openapi({
    format: 'password',
    description: 'The key itself: cdk_, 12 characters, _, 59 characters. It is shown this once.',
  }),
}).openapi('CreatedApiKey');

export const ApiKeyPage = z
  .object({ items: z.array(ApiKeyShown), nextCursor: z.string().nullable() })
  .openapi('ApiKeyPage');

export const ApiKeyQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(40).optional().openapi({ description: 'nextCursor of the page before.' }),
});

export const ApiKeyPath = z.object({
  id: z.string().max(40).openapi({ example: 'ak-4fzk2m7qwxyz' }),
});
