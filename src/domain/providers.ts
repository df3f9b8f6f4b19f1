import { Fault } from '../errors/index.js';

/** Names of all providers, in the order in which they are preferred. */
export const PROVIDER_NAMES = [
  'anthropic',
  'openai',
  'google',
  'openrouter',
  'groq',
  'mistral',
  'stub',
] as const;

/** Name of a provider, and of the key that opens it. */
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** A model as far as OpenClaw has to be told about it. */
export interface ProviderModel {
  readonly id: string;
  readonly title: string;
  readonly input: readonly ('text' | 'image')[];
  readonly contextTokens: number;
  readonly outputTokensMax: number;
}

/** A provider that OpenClaw has no plugin for: it speaks OpenAI's chat API at its own address. */
export interface CustomRoute {
  /** Null for the built-in stub, whose address is a setting. */
  readonly baseUrl: string | null;
  readonly models: readonly ProviderModel[];
}

/** The cheapest call that proves a key: where OpenClaw makes it, how, and to which model. */
export interface TrialRoute {
  /** Null for the built-in stub, whose address is a setting. */
  readonly baseUrl: string | null;
  readonly api: 'anthropic-messages' | 'openai-completions' | 'google-generative-ai';
  readonly model: string;
}

/** A model provider whose keys tenants may bring. */
export interface Provider {
  readonly title: string;
  /** What every key of this provider begins with; null where that is not certain. */
  readonly keyPrefix: string | null;
  /** The model that an agent uses until its tenant chooses another. */
  readonly defaultModel: string;
  /** Null where OpenClaw brings the address and the models itself. */
  readonly route: CustomRoute | null;
  readonly trial: TrialRoute;
}

/**
 * Model providers by the name of their key, which is OpenClaw's name of the provider; the first one
 * that has a key gives the default model. `stub` is our own model for tests and trials.
 */
export const PROVIDERS: Readonly<Record<ProviderName, Provider>> = {
  anthropic: {
    title: 'Anthropic',
    keyPrefix: 'sk-ant-',
    defaultModel: 'claude-opus-5',
    route: null,
    trial: {
      baseUrl: 'https://api.anthropic.com',
      api: 'anthropic-messages',
      model: 'claude-haiku-4-5',
    },
  },
  openai: {
    title: 'OpenAI',
    keyPrefix: 'sk-',
    defaultModel: 'gpt-5.5',
    route: null,
    trial: {
      baseUrl: 'https://api.openai.com/v1',
      api: 'openai-completions',
      model: 'gpt-5.4-nano',
    },
  },
  google: {
    title: 'Google Gemini',
    keyPrefix: null,
    defaultModel: 'gemini-3.1-pro-preview',
    route: null,
    trial: {
      baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
      api: 'google-generative-ai',
      model: 'gemini-3.1-flash-lite',
    },
  },
  openrouter: {
    title: 'OpenRouter',
    keyPrefix: 'sk-or-',
    defaultModel: 'auto',
    route: null,
    trial: {
      baseUrl: 'https://openrouter.ai/api/v1',
      api: 'openai-completions',
      model: 'openrouter/auto',
    },
  },
  groq: {
    title: 'Groq',
    keyPrefix: 'gsk_',
    defaultModel: 'openai/gpt-oss-120b',
    route: {
      baseUrl: 'https://api.groq.com/openai/v1',
      models: [
        {
          id: 'openai/gpt-oss-120b',
          title: 'GPT OSS 120B',
          input: ['text'],
          contextTokens: 131_072,
          outputTokensMax: 32_768,
        },
      ],
    },
    trial: {
      baseUrl: 'https://api.groq.com/openai/v1',
      api: 'openai-completions',
      model: 'openai/gpt-oss-120b',
    },
  },
  mistral: {
    title: 'Mistral',
    keyPrefix: null,
    defaultModel: 'mistral-large-latest',
    route: {
      baseUrl: 'https://api.mistral.ai/v1',
      models: [
        {
          id: 'mistral-large-latest',
          title: 'Mistral Large',
          input: ['text', 'image'],
          contextTokens: 262_144,
          outputTokensMax: 16_384,
        },
      ],
    },
    trial: {
      baseUrl: 'https://api.mistral.ai/v1',
      api: 'openai-completions',
      model: 'mistral-large-latest',
    },
  },
  stub: {
    title: 'Built-in stub model',
    keyPrefix: null,
    defaultModel: 'echo',
    route: { baseUrl: null, models: [stubModel('echo', 'Echo'), stubModel('slow-1000', 'Slow')] },
    trial: {
      baseUrl: null,
      api: 'openai-completions',
      model: 'echo',
    },
  },
};

/**
 * Keys of chat channels. Only channels whose plugin comes with OpenClaw and takes its secret from
 * a file are here; Discord and Slack need plugins of their own.
 */
export const CHANNEL_KEY_NAMES = ['telegram/bot'] as const;

/** Bounds of a key in characters: shorter ones are typing errors, longer ones are not keys. */
const KEY_LENGTH_MIN = 8;
const KEY_LENGTH_MAX = 4096;

const PRINTABLE = /^[\x21-\x7e]+$/;
/** Telegram: the bot's number, a colon, and a secret. */
const TELEGRAM_TOKEN = /^\d{5,20}:[A-Za-z0-9_-]{20,}$/;

/**
 * Throws unless `name` is a key that a gateway can use and `value` may be one: `provider_unknown`
 * or `key_malformed`. Only what is certain is refused, and no fault holds anything of the value.
 */
export function checkKey(name: string, value: string): void {
  const prefix = prefixOf(name);
  if (value.length < KEY_LENGTH_MIN || value.length > KEY_LENGTH_MAX) {
    throw malformed(
      `A key has ${String(KEY_LENGTH_MIN)} to ${String(KEY_LENGTH_MAX)} characters; check that it was copied whole.`,
    );
  }
  if (!PRINTABLE.test(value)) {
    throw malformed('A key holds printable ASCII characters only, without spaces or line ends.');
  }
  if (prefix !== null && !value.startsWith(prefix)) {
    throw malformed(`A key of this provider begins with ${prefix}; check which one was copied.`);
  }
  const other = closerProvider(name, value);
  if (other !== null) {
    throw malformed(`This looks like a key of ${other.title}; check which one was copied.`);
  }
  if (name === 'telegram/bot' && !TELEGRAM_TOKEN.test(value)) {
    throw malformed('A Telegram bot token has the form 123456789:secret, as BotFather shows it.');
  }
}

/** Throws `provider_unknown` unless a gateway can use a key of that name. */
export function checkKeyName(name: string): void {
  prefixOf(name);
}

/** Whether a key of that name can be proven by a live call. */
export function isProvable(name: string): boolean {
  return PROVIDER_NAMES.some((known) => known === name);
}

/** What OpenClaw has to be told of a model that is called once: nothing of it is ever used up. */
export function trialModelOf(id: string): ProviderModel {
  return { id, title: 'Trial', input: ['text'], contextTokens: 128_000, outputTokensMax: 1024 };
}

function stubModel(id: string, title: string): ProviderModel {
  return { id, title, input: ['text'], contextTokens: 128_000, outputTokensMax: 4096 };
}

function prefixOf(name: string): string | null {
  const provider = PROVIDER_NAMES.find((known) => known === name);
  if (provider !== undefined) return PROVIDERS[provider].keyPrefix;
  if (CHANNEL_KEY_NAMES.some((known) => known === name)) return null;
  const names = [...PROVIDER_NAMES, ...CHANNEL_KEY_NAMES].join(', ');
  throw new Fault('provider_unknown', `No gateway uses a key of that name. Use one of: ${names}.`);
}

/** The provider whose keys begin as the value does, where this one's beginning is only a part of it. */
function closerProvider(name: string, value: string): Provider | null {
  const own = prefixOf(name);
  if (own === null) return null;
  const closer = Object.values(PROVIDERS).find(
    ({ keyPrefix }) =>
      keyPrefix !== null &&
      keyPrefix.length > own.length &&
      keyPrefix.startsWith(own) &&
      value.startsWith(keyPrefix),
  );
  return closer ?? null;
}

function malformed(sentence: string): Fault {
  return new Fault('key_malformed', sentence);
}
