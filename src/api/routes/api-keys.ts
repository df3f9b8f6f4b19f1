import type { CreateApiKey } from '../../commands/create-api-key.js';
import type { ListApiKeys } from '../../commands/list-api-keys.js';
import type { RevokeApiKey } from '../../commands/revoke-api-key.js';
import { parseApiKeyId } from '../../domain/ids.js';
import {
  ApiKeyBody,
  ApiKeyCreatedShown,
  ApiKeyPage,
  ApiKeyPath,
  ApiKeyQuery,
  ApiKeyShown,
} from '../api-key-schemas.js';
import type { Endpoint } from '../endpoint.js';
import { endpoint } from '../endpoint.js';
import { presentApiKey } from '../present-api-key.js';

/** What the operations on API keys call. */
export interface ApiKeyCommands {
  readonly create: Pick<CreateApiKey, 'execute'>;
  readonly list: Pick<ListApiKeys, 'execute'>;
  readonly revoke: Pick<RevokeApiKey, 'execute'>;
}

/** The operations on the keys with which backends call this API. */
export function apiKeyEndpoints(commands: ApiKeyCommands): Endpoint[] {
  return [createApiKey(commands), listApiKeys(commands), revokeApiKey(commands)];
}

/**
 * A request that is repeated with its Idempotency-Key makes no second key, and is told which one it
 * made: nobody keeps its text, so an answer that is lost takes the key with it, to be revoked.
 */
function createApiKey({ create }: ApiKeyCommands): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/api-keys',
    operationId: 'createApiKey',
    scope: 'api-keys:write',
    summary: 'Make an API key for a backend; it is shown in this answer alone; for operators',
    params: null,
    query: null,
    body: ApiKeyBody,
    isIdempotent: true,
    answers: { 201: { says: 'The key; keep it, nobody else does.', schema: ApiKeyCreatedShown } },
    faults: ['idempotency_key_reused', 'api_key_shown_once'],
    async handle({ caller, scopes: granted, body, idempotencyKey }) {
      const { name, role, tenant: tenantRef = null, scopes = null, expiresInDays } = body;
      const wish = { name, role, tenantRef, scopes, expiresInDays };
      const { key, text } = await create.execute({ caller, granted, wish, idempotencyKey });
      return { status: 201, body: { ...presentApiKey(key), key: text } };
    },
  });
}

function listApiKeys({ list }: ApiKeyCommands): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/api-keys',
    operationId: 'listApiKeys',
    scope: 'api-keys:read',
    summary: 'List API keys, a page at a time, without what opens anything; for operators',
    params: null,
    query: ApiKeyQuery,
    body: null,
    answers: { 200: { says: 'One page, keys that are over included.', schema: ApiKeyPage } },
    async handle({ caller, query: { limit, cursor = null } }) {
      const { rows, nextCursor } = await list.execute({ caller, page: { limit, cursor } });
      return { status: 200, body: { items: rows.map(presentApiKey), nextCursor } };
    },
  });
}

function revokeApiKey({ revoke }: ApiKeyCommands): Endpoint {
  return endpoint({
    method: 'delete',
    path: '/v1/api-keys/:id',
    operationId: 'revokeApiKey',
    scope: 'api-keys:write',
    summary: 'Revoke an API key; it opens nothing from the next request on; for operators',
    params: ApiKeyPath,
    query: null,
    body: null,
    answers: { 200: { says: 'It is revoked, now or since earlier.', schema: ApiKeyShown } },
    faults: ['api_key_unknown'],
    async handle({ caller, params }) {
      const key = await revoke.execute({ caller, id: parseApiKeyId(params.id) });
      return { status: 200, body: presentApiKey(key) };
    },
  });
}
