import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import type { ResponseConfig, RouteConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { rolesWith } from '../domain/scopes.js';
import type { EventType } from '../domain/webhooks/event-types.js';
import { EVENT_TYPES } from '../domain/webhooks/event-types.js';
import type { FaultCode, FaultKind } from '../errors/index.js';
import { FAULT_CODES } from '../errors/index.js';
import type { Endpoint } from './endpoint.js';
import { WAIT_SECONDS_MAX } from './headers.js';
import type { OpenRoute } from './open-route.js';
import { statusOf } from './problem.js';
import { ProblemShown } from './schemas.js';
import { EVENTS, eventSchema } from './webhook-event-schemas.js';

/** Codes that any operation can end with. */
const COMMON_FAULTS: readonly FaultCode[] = [
  'request_invalid',
  'request_too_large',
  'unauthenticated',
  'forbidden',
  'rate_limited',
  'issuer_unreachable',
  'database_unreachable',
  'internal',
];

const SECURITY =
  'A JWT of the issuer, or an API key (`cdk_…`). Its role bounds what it may do, its scopes narrow ' +
  'that; each operation names the scope it needs.';

const RequestHeaders = {
  'idempotency-key': z.string().max(200).optional().openapi({
    description: 'The same key gives the same answer for 24 hours; 409 with another body.',
  }),
  prefer: z
    .string()
    .optional()
    .openapi({
      description: `wait=N holds the answer for up to N ≤ ${WAIT_SECONDS_MAX} seconds until it is done.`,
      example: 'wait=10',
    }),
  'if-match': z.string().max(1_000).optional().openapi({
    description: 'ETag of what was read: 412 when it was changed since. * stands for any.',
  }),
  'if-none-match': z.string().max(1_000).optional().openapi({
    description: 'ETag of what is known: 304 while it is still so.',
  }),
  'last-event-id': z.string().max(64).optional().openapi({
    description: 'Id of the last event that was seen, which is then not sent again.',
  }),
};

/** The OpenAPI 3.1 document of these operations. */
export function openApiDocument(
  endpoints: readonly Endpoint[],
  openRoutes: readonly OpenRoute[],
  version: string,
): object {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT, or an API key',
    description: SECURITY,
  });
  for (const one of endpoints) registry.registerPath(routeOf(one));
  for (const one of openRoutes) registry.registerPath(openRouteOf(one));
  for (const type of EVENT_TYPES) registry.registerWebhook(webhookOf(type));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'ClawDeploy',
      version,
      description: 'Gives each user their own OpenClaw gateway from a warm pool.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ bearer: [] }],
  });
}

function routeOf(one: Endpoint): RouteConfig {
  const headers = {
    ...(one.isIdempotent ? { 'idempotency-key': RequestHeaders['idempotency-key'] } : {}),
    ...(one.canWait ? { prefer: RequestHeaders.prefer } : {}),
    ...(one.takesMatch ? { 'if-match': RequestHeaders['if-match'] } : {}),
    ...(one.isTagged ? { 'if-none-match': RequestHeaders['if-none-match'] } : {}),
    ...(one.isStream ? { 'last-event-id': RequestHeaders['last-event-id'] } : {}),
  };
  const request: NonNullable<RouteConfig['request']> = {};
  if (one.params !== null) request.params = one.params;
  if (one.query !== null) request.query = one.query;
  if (one.body !== null) {
    request.body = { required: true, content: { [one.bodyType]: { schema: one.body } } };
  }
  if (Object.keys(headers).length > 0) request.headers = z.object(headers);
  return {
    method: one.method,
    path: one.path.replaceAll(/:(\w+)/g, '{$1}'),
    operationId: one.operationId,
    summary: one.summary,
    description: `Needs the scope \`${one.scope}\`: ${rolesWith(one.scope).join(', ')}.`,
    security: [{ bearer: [one.scope] }],
    request,
    responses: { ...answersOf(one), ...problemsOf(faultsOf(one)) },
  };
}

/** What an operation can end with that takes If-Match need not be said each time. */
function faultsOf({ faults, takesMatch }: Endpoint): readonly FaultCode[] {
  return [...COMMON_FAULTS, ...faults, ...(takesMatch ? (['precondition_failed'] as const) : [])];
}

function openRouteOf({ path, operationId, summary, answers }: OpenRoute): RouteConfig {
  return {
    method: 'get',
    path,
    operationId,
    summary,
    security: [],
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, { says, type, schema }]) => [
        status,
        { description: says, content: { [type]: { schema } } },
      ]),
    ),
  };
}

/** What a webhook is sent: signed as Standard Webhooks 1.0.0 says. */
function webhookOf(type: EventType): RouteConfig {
  return {
    method: 'post',
    path: type,
    summary: EVENTS[type].says,
    security: [],
    request: {
      headers: SignatureHeaders,
      body: { required: true, content: { 'application/json': { schema: eventSchema(type) } } },
    },
    responses: {
      '2XX': { description: 'It is taken. Anything else is tried again for about a day.' },
      410: { description: 'The webhook is disabled.' },
    },
  };
}

const SignatureHeaders = z.object({
  'webhook-id': z.string().openapi({
    description: 'Of the event: the same at each attempt, so that a second one can be known.',
    example: 'ev-4fzk2m7qwxyz',
  }),
  'webhook-timestamp': z
    .string()
    .openapi({ description: 'Of the attempt, in seconds since 1970.' }),
  'webhook-signature': z.string().openapi({
    description: 'v1, and the HMAC-SHA256 in base64; two of them while a secret is changed.',
  }),
});

function answersOf({ answers, isStream, isTagged }: Endpoint): Record<string, ResponseConfig> {
  const usual = isStream ? 'text/event-stream' : 'application/json';
  const headers = isTagged ? { headers: TagHeader } : {};
  const shown = Object.entries(answers).map(([status, { says, schema, type = usual }]) => {
    const content = schema === null ? {} : { content: { [type]: { schema } } };
    return [status, { description: says, ...headers, ...content }] as const;
  });
  const unchanged = { description: 'Still what If-None-Match names.', headers: TagHeader };
  return {
    ...Object.fromEntries<ResponseConfig>(shown),
    ...(isTagged ? { 304: unchanged } : {}),
  };
}

const TagHeader = z.object({
  etag: z.string().openapi({ description: 'Names this state of it; for If-Match.' }),
});

/** One answer per status that names all codes which lead to it. */
function problemsOf(codes: readonly FaultCode[]): Record<string, ResponseConfig> {
  const byStatus = new Map<number, FaultCode[]>();
  for (const code of codes) {
    const kind: FaultKind = FAULT_CODES[code];
    const status = statusOf({ code, kind });
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: `Problem: ${list.join(', ')}`,
        content: { 'application/problem+json': { schema: ProblemShown } },
      },
    ]),
  );
}
