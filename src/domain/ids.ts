import { Fault } from '../errors/index.js';

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** `oc-` and 12 characters of lower-case base32; also the Nomad job's id and the host's first label. */
export type InstanceId = Branded<'InstanceId'>;
/** `cl-` and 12 characters of base32: one tenant's hold on one instance. */
export type ClaimId = Branded<'ClaimId'>;
/** `tn-` and 12 characters of base32: our own id of a tenant; products use their own reference. */
export type TenantId = Branded<'TenantId'>;
/** `sw-` and 12 characters of base32: one pass of the sweeper. */
export type SweepId = Branded<'SweepId'>;
/** `ro-` and 12 characters of base32: one rotation of an instance's keys. */
export type RotationId = Branded<'RotationId'>;
/** `cc-` and 12 characters of base32: one change of a tenant's configuration. */
export type ConfigChangeId = Branded<'ConfigChangeId'>;
/** `kc-` and 12 characters of base32: one key exchanged across the fleet. */
export type KeyCampaignId = Branded<'KeyCampaignId'>;
/** `ak-` and 12 characters of base32: one API key; the key itself shows the same characters. */
export type ApiKeyId = Branded<'ApiKeyId'>;
/** `wh-` and 12 characters of base32: one address that is told of events. */
export type WebhookId = Branded<'WebhookId'>;
/** `wd-` and 12 characters of base32: one event on its way to one webhook. */
export type DeliveryId = Branded<'DeliveryId'>;
/** `ev-` and 12 characters of base32: one event, the same for whoever is told of it. */
export type EventId = Branded<'EventId'>;
/** Readable and derived from the pool key, e.g. `s-2026.9.6-c1-default`. */
export type PoolId = Branded<'PoolId'>;

const INSTANCE_ID = /^oc-[a-z2-7]{12}$/;

/** True for text of the shape of an instance id; says nothing about whether it exists. */
export function isInstanceId(text: string): text is InstanceId {
  return INSTANCE_ID.test(text);
}

/** Text from outside as an instance id; a malformed one is as unknown as an absent one. */
export function parseInstanceId(text: string): InstanceId {
  if (isInstanceId(text)) return text;
  throw new Fault('instance_unknown', 'No such instance. List yours with GET /v1/instances.');
}

/** Two letters for its kind and a random suffix: no key, token or name of anybody looks like this. */
const OUR_ID = /^[a-z]{2}-[a-z2-7]{12}$/;

/** True for text of the shape of any id that is made here. */
export function isOurId(text: string): boolean {
  return OUR_ID.test(text);
}

const ROTATION_ID = /^ro-[a-z2-7]{12}$/;

/** Text from outside as the id of a rotation; a malformed one is as unknown as an absent one. */
export function parseRotationId(text: string): RotationId {
  if (ROTATION_ID.test(text)) return text as RotationId;
  throw new Fault('rotation_unknown', 'This instance has no rotation of that id.');
}

const CONFIG_CHANGE_ID = /^cc-[a-z2-7]{12}$/;

/** Text from outside as the id of a change; a malformed one is as unknown as an absent one. */
export function parseConfigChangeId(text: string): ConfigChangeId {
  if (CONFIG_CHANGE_ID.test(text)) return text as ConfigChangeId;
  throw new Fault('config_change_unknown', 'This instance has no change of that id.');
}

const KEY_CAMPAIGN_ID = /^kc-[a-z2-7]{12}$/;

/** True for text of the shape of a key campaign's id; says nothing about whether it exists. */
export function isKeyCampaignId(text: string): text is KeyCampaignId {
  return KEY_CAMPAIGN_ID.test(text);
}

/** Text from outside as the id of a key campaign; a malformed one is as unknown as an absent one. */
export function parseKeyCampaignId(text: string): KeyCampaignId {
  if (isKeyCampaignId(text)) return text;
  throw new Fault(
    'key_campaign_unknown',
    'No such key campaign; GET /v1/key-campaigns lists them.',
  );
}

const API_KEY_ID = /^ak-[a-z2-7]{12}$/;

/** Text from outside as the id of an API key; a malformed one is as unknown as an absent one. */
export function parseApiKeyId(text: string): ApiKeyId {
  if (API_KEY_ID.test(text)) return text as ApiKeyId;
  throw new Fault('api_key_unknown', 'No such API key; GET /v1/api-keys lists them.');
}

const WEBHOOK_ID = /^wh-[a-z2-7]{12}$/;

/** Text from outside as the id of a webhook; a malformed one is as unknown as an absent one. */
export function parseWebhookId(text: string): WebhookId {
  if (WEBHOOK_ID.test(text)) return text as WebhookId;
  throw new Fault('webhook_unknown', 'No such webhook; GET /v1/webhooks lists yours.');
}

const DELIVERY_ID = /^wd-[a-z2-7]{12}$/;

/** Text from outside as the id of a delivery; a malformed one is as unknown as an absent one. */
export function parseDeliveryId(text: string): DeliveryId {
  if (DELIVERY_ID.test(text)) return text as DeliveryId;
  throw new Fault('delivery_unknown', 'This webhook has no delivery of that id.');
}

/** What `poolIdOf` makes: a size class, a version, a schema and a node pool. */
const POOL_ID = /^[a-z]+-[\w.+-]+-c\d+-[\w.-]+$/;

/** Text from outside as a pool id; a malformed one is as unknown as an absent one. */
export function parsePoolId(text: string): PoolId {
  if (POOL_ID.test(text)) return text as PoolId;
  throw new Fault('pool_unknown', 'No such pool; GET /v1/pools lists them.');
}

/** Marks a random base32 suffix as an instance id. */
export function instanceIdOf(suffix: string): InstanceId {
  return `oc-${suffix}` as InstanceId;
}

/** Marks a random base32 suffix as a claim id. */
export function claimIdOf(suffix: string): ClaimId {
  return `cl-${suffix}` as ClaimId;
}

/** Marks a random base32 suffix as a tenant id. */
export function tenantIdOf(suffix: string): TenantId {
  return `tn-${suffix}` as TenantId;
}

/** Marks a random base32 suffix as the id of a sweep. */
export function sweepIdOf(suffix: string): SweepId {
  return `sw-${suffix}` as SweepId;
}

/** Marks a random base32 suffix as the id of a rotation. */
export function rotationIdOf(suffix: string): RotationId {
  return `ro-${suffix}` as RotationId;
}

/** Marks a random base32 suffix as the id of a change of configuration. */
export function configChangeIdOf(suffix: string): ConfigChangeId {
  return `cc-${suffix}` as ConfigChangeId;
}

/** Marks a random base32 suffix as the id of a key campaign. */
export function keyCampaignIdOf(suffix: string): KeyCampaignId {
  return `kc-${suffix}` as KeyCampaignId;
}

/** Marks a random base32 suffix as the id of an API key. */
export function apiKeyIdOf(suffix: string): ApiKeyId {
  return `ak-${suffix}` as ApiKeyId;
}

/** Marks a random base32 suffix as the id of a webhook. */
export function webhookIdOf(suffix: string): WebhookId {
  return `wh-${suffix}` as WebhookId;
}

/** Marks a random base32 suffix as the id of a delivery. */
export function deliveryIdOf(suffix: string): DeliveryId {
  return `wd-${suffix}` as DeliveryId;
}

/** Marks a random base32 suffix as the id of an event. */
export function eventIdOf(suffix: string): EventId {
  return `ev-${suffix}` as EventId;
}

/** Length of the random part of every id: 60 bits, so that a collision is not a thing to plan for. */
export const ID_SUFFIX_LENGTH = 12;
