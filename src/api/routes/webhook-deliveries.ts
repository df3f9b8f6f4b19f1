import { parseDeliveryId, parseWebhookId } from '../../domain/ids.js';
import type { Endpoint } from '../endpoint.js';
import { endpoint } from '../endpoint.js';
import { presentDelivery } from '../present-webhook.js';
import {
  DeliveryPage,
  DeliveryPath,
  DeliveryQuery,
  DeliveryShown,
  ReplayBody,
  ReplayedShown,
  WebhookPath,
} from '../webhook-schemas.js';
import type { WebhookCommands } from './webhooks.js';

/** The operations on what became of events that a webhook was to be told of. */
export function webhookDeliveryEndpoints(commands: WebhookCommands): Endpoint[] {
  return [
    listDeliveries(commands),
    replayDelivery(commands),
    replayDeliveries(commands),
    testWebhook(commands),
  ];
}

function listDeliveries({ find }: WebhookCommands): Endpoint {
  return endpoint({
    method: 'get',
    path: '/v1/webhooks/:id/deliveries',
    operationId: 'listWebhookDeliveries',
    scope: 'webhooks:read',
    summary: 'List a webhook’s deliveries of the last two weeks, newest first',
    params: WebhookPath,
    query: DeliveryQuery,
    body: null,
    answers: { 200: { says: 'One page.', schema: DeliveryPage } },
    faults: ['webhook_unknown'],
    async handle({ caller, params, query: { state = null, limit, cursor = null } }) {
      const id = parseWebhookId(params.id);
      const page = { limit, cursor };
      const { rows, nextCursor } = await find.deliveries({ caller, id, state, page });
      return { status: 200, body: { items: rows.map(presentDelivery), nextCursor } };
    },
  });
}

function replayDelivery({ replay }: WebhookCommands): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/webhooks/:id/deliveries/:delivery/replay',
    operationId: 'replayWebhookDelivery',
    scope: 'webhooks:write',
    summary: 'Have a delivery made anew, with the same webhook-id and the same body',
    params: DeliveryPath,
    query: null,
    body: null,
    answers: { 202: { says: 'A worker makes it.', schema: DeliveryShown } },
    faults: ['webhook_unknown', 'delivery_unknown', 'webhook_disabled'],
    async handle({ caller, params }) {
      const webhookId = parseWebhookId(params.id);
      const delivery = await replay.one({
        caller,
        webhookId,
        id: parseDeliveryId(params.delivery),
      });
      return { status: 202, body: presentDelivery(delivery) };
    },
  });
}

function replayDeliveries({ replay }: WebhookCommands): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/webhooks/:id/replay',
    operationId: 'replayWebhookDeliveries',
    scope: 'webhooks:write',
    summary: 'Have all deliveries since a time made anew, by default those that failed',
    params: WebhookPath,
    query: null,
    body: ReplayBody,
    answers: { 202: { says: 'A worker makes them; a thousand per call.', schema: ReplayedShown } },
    faults: ['webhook_unknown', 'webhook_disabled'],
    async handle({ caller, params, body: { since, states, cursor = null } }) {
      const webhookId = parseWebhookId(params.id);
      const wish = { caller, webhookId, since: new Date(since), states, cursor };
      return { status: 202, body: await replay.since(wish) };
    },
  });
}

function testWebhook({ test }: WebhookCommands): Endpoint {
  return endpoint({
    method: 'post',
    path: '/v1/webhooks/:id/test',
    operationId: 'testWebhook',
    scope: 'webhooks:write',
    summary: 'Have an event webhook.test delivered',
    params: WebhookPath,
    query: null,
    body: null,
    answers: { 202: { says: 'A worker makes it.', schema: DeliveryShown } },
    faults: ['webhook_unknown', 'webhook_disabled'],
    async handle({ caller, params }) {
      const delivery = await test.execute({ caller, id: parseWebhookId(params.id) });
      return { status: 202, body: presentDelivery(delivery) };
    },
  });
}
