import { assertInvariant } from '../errors/index.js';
import type { JsonObject } from './config/json.js';
import { isJsonObject } from './config/json.js';
import { mergePatch } from './config/merge-patch.js';
import { referenceTo, withKeysInPlace } from './config/secret-refs.js';
import type { Instance } from './instance.js';
import type { ProviderModel, ProviderName } from './providers.js';
import { CHANNEL_KEY_NAMES, PROVIDERS, PROVIDER_NAMES, trialModelOf } from './providers.js';
import type { Rotation } from './rotation.js';

/** The agent that a tenant talks to; it exists from the claim on. */
export const TENANT_AGENT = 'main';

/** The agent of an unclaimed member; the tenant's is another one, so nothing of it is inherited. */
export const WARMUP_AGENT = 'warmup';

/** Bytes of a Nomad Variable, which carries the result. */
export const CONFIG_BYTES_MAX = 64 * 1024;

/**
 * Stands in the configuration where the job's template writes what is live: the revision and the
 * versions that Vault really returned. See LIVE_HEADER_PATTERN for where it comes out again.
 */
export const LIVE_PLACEHOLDER = '@live@';

/**
 * What a gateway says of its own configuration, in a header of every answer, `/healthz` included:
 * `max-age=86400; revision=7; …`. Browsers skip the parts of this header that they do not know.
 */
export const LIVE_HEADER = 'strict-transport-security';
export const LIVE_HEADER_PATTERN = /(?:^|; )revision=(\d{1,10})(?:;|$)/;

/** A day: long enough to be of use behind TLS, short enough to leave a custom domain free again. */
const TRANSPORT_SECURITY = `max-age=86400; ${LIVE_PLACEHOLDER}`;

/** Not a secret: the stub model takes any key, and nothing else is behind it. */
const WARMUP_KEY = 'unclaimed-member';

/** Where a key lies in the instance's secret, see keyField. */
export interface KeyPlace {
  readonly name: string;
  readonly slot: number;
}

/** What the configuration of a gateway depends on. */
export interface TenantConfigInput {
  /** Without an owner it is a member of a pool. */
  readonly instance: Pick<Instance, 'tenantId'>;
  /** The keys in Vault at the announced version; names and slots are all that is known of them. */
  readonly keys: readonly KeyPlace[];
  /** A rotation whose new keys are to be tried beside the old ones; null for none. */
  readonly trial: Pick<Rotation, 'names' | 'number'> | null;
  /** What the tenant changed of it; null for nothing. */
  readonly own: JsonObject | null;
  /** Base URL of the stub model as gateways reach it, e.g. `http://127.0.0.1:8083/v1`. */
  readonly stubModelUrl: string;
}

/**
 * The hot part of a gateway's configuration as JSON text: everything that a tenant brings, and
 * nothing that OpenClaw would restart for. Keys are named, never contained: each name points into
 * the file that the job's template fills from Vault. An unclaimed member gets the warm-up model.
 */
export function renderTenantConfig(input: TenantConfigInput): string {
  const { instance, stubModelUrl } = input;
  const config = {
    gateway: { http: { securityHeaders: { strictTransportSecurity: TRANSPORT_SECURITY } } },
    ...(instance.tenantId === null ? poolConfig(stubModelUrl) : tenantConfigOf(input)),
  };
  const text = JSON.stringify(config);
  assertInvariant(Buffer.byteLength(text) <= CONFIG_BYTES_MAX, 'internal');
  return text;
}

/**
 * All that the platform does not fix: what follows from the tenant's keys, and over it their own part,
 * which changes nothing that is the platform's (ownership.ts) and wins over all else.
 */
export function tenantConfigOf(input: Omit<TenantConfigInput, 'instance'>): JsonObject {
  const base = claimedConfig(input);
  const slots = new Map(input.keys.map(({ name, slot }) => [name, slot]));
  const own = withKeysInPlace(withoutIdleChannels(input.own ?? {}, base), slots);
  return isJsonObject(own) ? mergePatch(base, own) : base;
}

/** What a tenant set of a channel waits in their part for its key: a channel without one cannot run. */
function withoutIdleChannels(own: JsonObject, base: JsonObject): JsonObject {
  const { channels } = own;
  if (!isJsonObject(channels)) return own;
  const present = isJsonObject(base['channels']) ? base['channels'] : {};
  const kept = Object.entries(channels).filter(([name]) => name in present || !CHANNELS.has(name));
  return { ...own, channels: Object.fromEntries(kept) };
}

/** Channels that need a key. */
const CHANNELS: ReadonlySet<string> = new Set(
  CHANNEL_KEY_NAMES.map((name) => name.split('/')[0] ?? ''),
);

function poolConfig(stubModelUrl: string): JsonObject {
  const { models = [] } = PROVIDERS.stub.route ?? {};
  const route = customRoute(stubModelUrl, models);
  return {
    models: { providers: { [WARMUP_AGENT]: { ...route, apiKey: WARMUP_KEY } } },
    agents: agentsConfig(WARMUP_AGENT, `${WARMUP_AGENT}/${PROVIDERS.stub.defaultModel}`),
  };
}

function claimedConfig({
  keys,
  trial,
  stubModelUrl,
}: Omit<TenantConfigInput, 'instance'>): JsonObject {
  const slots = new Map(keys.map(({ name, slot }) => [name, slot]));
  const usable = PROVIDER_NAMES.filter((name) => slots.has(name));
  const providers = usable.map(
    (name) => [name, providerConfig({ name, slot: slots.get(name) ?? 0 }, stubModelUrl)] as const,
  );
  const [preferred] = usable;
  const model =
    preferred === undefined ? null : `${preferred}/${PROVIDERS[preferred].defaultModel}`;
  const telegram = slots.get('telegram/bot');
  return {
    models: {
      providers: { ...Object.fromEntries(providers), ...trialProviders(trial, stubModelUrl) },
    },
    agents: agentsConfig(TENANT_AGENT, model),
    ...(telegram === undefined ? {} : { channels: telegramConfig(telegram) }),
  };
}

function agentsConfig(agent: string, model: string | null): JsonObject {
  const defaults = {
    heartbeat: { every: '0m' },
    ...(model === null ? {} : { model: { primary: model } }),
  };
  return { defaults, entries: { [agent]: {} } };
}

function providerConfig(
  { name, slot }: { readonly name: ProviderName; readonly slot: number },
  stubModelUrl: string,
): JsonObject {
  const { route } = PROVIDERS[name];
  const apiKey = referenceTo(name, slot);
  if (route === null) return { apiKey };
  return { ...customRoute(route.baseUrl ?? stubModelUrl, route.models), apiKey };
}

/**
 * The provider's name under which a rotation's new key is tried. OpenClaw calls a provider no more for
 * a while after it refused a key, even when the old key is back, so each trial has a name of its own.
 */
export function trialProvider(name: string, number: number): string {
  return `trial-${String(number)}-${name}`;
}

/** The model that a trial calls, as `provider/model`. */
export function trialModel(name: ProviderName, number: number): string {
  return `${trialProvider(name, number)}/${PROVIDERS[name].trial.model}`;
}

/** The providers of a rotation's new keys, beside those that the tenant uses. */
function trialProviders(trial: TenantConfigInput['trial'], stubModelUrl: string): JsonObject {
  const { names = [], number = 0 } = trial ?? {};
  const entries = PROVIDER_NAMES.filter((name) => names.includes(name)).map((name) => {
    const { baseUrl, api, model } = PROVIDERS[name].trial;
    const models = [modelConfig(trialModelOf(model))];
    const route = { baseUrl: baseUrl ?? stubModelUrl, api, models };
    return [trialProvider(name, number), { ...route, apiKey: referenceTo(name, number) }] as const;
  });
  return Object.fromEntries(entries);
}

function customRoute(baseUrl: string, models: readonly ProviderModel[]): JsonObject {
  return { baseUrl, api: 'openai-completions', models: models.map(modelConfig) };
}

function modelConfig({
  id,
  title,
  input,
  contextTokens,
  outputTokensMax,
}: ProviderModel): JsonObject {
  return { id, name: title, input, contextWindow: contextTokens, maxTokens: outputTokensMax };
}

function telegramConfig(slot: number): JsonObject {
  return { telegram: { enabled: true, botToken: referenceTo('telegram/bot', slot) } };
}
