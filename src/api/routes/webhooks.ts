import type { ChangeWebhook } from '../../commands/change-webhook.js';
import type { CreateWebhook } from '../../commands/create-webhook.js';
import type { FindWebhook } from '../../commands/find-webhook.js';
import type { RenewWebhookSecret } from '../../commands/renew-webhook-secret.js';
import type { ReplayDeliveries } from '../../commands/replay-deliveries.js';
import type { TestWebhook } from '../../commands/test-webhook.js';
import { parseWebhookId } from '../../domain/ids.js';
import type { Endpoint } from '../endpoint.js';
import { endpoint } from '../endpoint.js';
import { presentWebhook } from '../present-webhook.js';
import {
  SecretRenewal,
  WebhookBody,
  WebhookChange,
  WebhookPage,
  WebhookPath,
  WebhookQuery,
  WebhookSecretShown,
  WebhookShown,
} from '../webhook-schemas.js';

/** What the operations on webhooks and their deliveries call. */
export interface WebhookCommands {
  readonly create: Pick<CreateWebhook, 'execute'>;
  readonly change: Pick<ChangeWebhook, 'execute' | 'remove'>;
  readonly renewSecret: Pick<RenewWebhookSecret, 'execute'>;
  readonly find: Pick<FindWebhook, 'execute' | 'list' | 'deliveries'>;
  readonly replay: Pick<ReplayDeliveries, 'one' | 'since'>;
  readonly test: Pick<TestWebhook, 'execute'>;
}

/** The operations on the addresses that are told of events. */
export function webhookEndpoints(commands: WebhookCommands): Endpoint[] {
  return [
    createWebhook(commands),
    listWebhooks(commands),
    showWebhook(commands),
    changeWebhook(commands),
    deleteWebhook(commands),
    renewWebhookSecret(commands),
  ];
}

/**
 * Takes no Idempotency-Key: an answer that is lost takes the secret with it. The list shows the
 * webhook that nobody can verify, to be deleted or given another secret.
 */
function createWebhook({ create }: WebhookCommands): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/webhooks',
    operationId: 'createWebhook',
    scope: 'webhooks:write',
    summary: 'Have an address told of events; what signs for it is shown in this answer alone',
    params: null,
    query: null,
    body: WebhookBody,
    answers: { 201: { says: 'The webhook with its secret.', schema: WebhookSecretShown } },
    faults: ['webhook_url_refused', 'webhooks_limit_reached', 'webhook_unknown', ...VAULT_FAULTS],
    async handle({ caller, body: wish, signal }) {
      const { webhook, secret } = await create.execute({ caller, wish, signal });
      return { status: 201, body: { ...presentWebhook(webhook), secret } };
    },
  });
}

const VAULT_FAULTS = ['vault_unreachable', 'vault_sealed', 'write_superseded'] as const;

function listWebhooks({ find }: WebhookCommands): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/webhooks',
    operationId: 'listWebhooks',
    scope: 'webhooks:read',
    summary: 'List webhooks, a page at a time; a product sees the products’, an operator all',
    params: null,
    query: WebhookQuery,
    body: null,
    answers: { 200: { says: 'One page.', schema: WebhookPage } },
    async handle({ caller, query: { limit, cursor = null } }) {
      const { rows, nextCursor } = await find.list(caller, { limit, cursor });
      return { status: 200, body: { items: rows.map(presentWebhook), nextCursor } };
    },
  });
}

function showWebhook({ find }: WebhookCommands): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/webhooks/:id',
    operationId: 'getWebhook',
    scope: 'webhooks:read',
    summary: 'Show a webhook',
    params: WebhookPath,
    query: null,
    body: null,
    answers: { 200: { says: 'The webhook, without its secret.', schema: WebhookShown } },
    faults: ['webhook_unknown'],
    async handle({ caller, params }) {
      const webhook = await find.execute(caller, parseWebhookId(params.id));
      return { status: 200, body: presentWebhook(webhook) };
    },
  });
}

function changeWebhook({ change }: WebhookCommands): Endpoint {
  return endpoint({
    method: 'patch',
    path: '/v1/webhooks/:id',
    operationId: 'changeWebhook',
    scope: 'webhooks:write',
    summary: 'Change a webhook’s address, events or description; disable it or enable it again',
    params: WebhookPath,
    query: null,
    body: WebhookChange,
    answers: { 200: { says: 'As it is now.', schema: WebhookShown } },
    faults: ['webhook_unknown', 'webhook_url_refused'],
    async handle({ caller, params, body, signal }) {
      const id = parseWebhookId(params.id);
      const webhook = await change.execute({ caller, id, wish: given(body), signal });
      return { status: 200, body: presentWebhook(webhook) };
    },
  });
}

function deleteWebhook({ change }: WebhookCommands): Endpoint {
  return endpoint({
    method: 'delete',
    path: '/v1/webhooks/:id',
    operationId: 'deleteWebhook',
    scope: 'webhooks:write',
    summary: 'Delete a webhook with its deliveries and its secret',
    params: WebhookPath,
    query: null,
    body: null,
    answers: { 204: { says: 'It is told nothing any more.', schema: null } },
    faults: ['webhook_unknown'],
    async handle({ caller, params }) {
      await change.remove({ caller, id: parseWebhookId(params.id) });
      return { status: 204, body: null };
    },
  });
}

function renewWebhookSecret({ renewSecret }: WebhookCommands): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/webhooks/:id/secret',
    operationId: 'renewWebhookSecret',
    scope: 'webhooks:write',
    summary: 'Give a webhook another secret; for a while both sign each request',
    params: WebhookPath,
    query: null,
    body: SecretRenewal,
    answers: { 200: { says: 'The webhook with its new secret.', schema: WebhookSecretShown } },
    faults: ['webhook_unknown', ...VAULT_FAULTS],
    async handle({ caller, params, body: { overlapSeconds }, signal }) {
      const id = parseWebhookId(params.id);
      const overlapMs = overlapSeconds * 1000;
      const { webhook, secret } = await renewSecret.execute({ caller, id, overlapMs, signal });
      return { status: 200, body: { ...presentWebhook(webhook), secret } };
    },
  });
}

/** The parts that are there: an absent one and one that is undefined are the same. */
function given<Parts extends object>(parts: Parts): Given<Parts> {
  const there = Object.entries(parts).filter(([, part]) => part !== undefined);
  return Object.fromEntries(there) as Given<Parts>;
}

type Given<Parts> = { [Name in keyof Parts]?: Exclude<Parts[Name], undefined> };
