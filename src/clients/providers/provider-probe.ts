import type { ProviderName } from '../../domain/providers.js';
import { PROVIDERS, PROVIDER_NAMES } from '../../domain/providers.js';
import { Fault } from '../../errors/index.js';
import type { KeyProbe } from '../../ports/index.js';
import { HttpFailure } from '../http/http-failure.js';
import type { HttpTransport } from '../http/http-transport.js';

/** A list of models or a word on the key comes at once or not at all. */
const LIMIT_MS = 8_000;

/** Anthropic wants a version with each request; this one is the only one it has. */
const ANTHROPIC_VERSION = '2023-06-01';

const TELEGRAM_URL = 'https://api.telegram.org';

/** How a key is shown to its provider. */
interface Question {
  readonly baseUrl: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Asks each provider by the call that costs nothing: the list of its models, which needs a key, or
 * what it says of the key itself. The addresses are those of the providers' own documentation.
 */
export class ProviderProbe implements KeyProbe {
  constructor(
    private readonly transport: HttpTransport,
    private readonly options: {
      readonly stubModelUrl: string;
      /** Replaces the providers' own addresses, for tests. */
      readonly baseUrl?: string;
    },
  ) {}

  async isTaken(name: string, value: string, signal: AbortSignal): Promise<boolean> {
    const status = await this.#statusOf(this.#questionFor(name, value), signal);
    if (status < 300) return true;
    // Google says 400 to a key that it does not know, and Telegram 404.
    if ([400, 401, 403, 404].includes(status)) return false;
    throw unreachable(`answered ${String(status)}`);
  }

  async #statusOf({ baseUrl, path, headers }: Question, signal: AbortSignal): Promise<number> {
    try {
      const reply = await this.transport.exchange({
        ...{ method: 'GET', baseUrl: this.options.baseUrl ?? baseUrl, path, headers },
        ...{ timeoutMs: LIMIT_MS, signal },
      });
      return reply.status;
    } catch (error) {
      // No cause: what failed may name the address, and Telegram's holds the key.
      if (error instanceof HttpFailure) throw unreachable('gave no answer');
      throw error;
    }
  }

  #questionFor(name: string, value: string): Question {
    const provider = PROVIDER_NAMES.find((known) => known === name);
    if (provider !== undefined) return this.#questionForModels(provider, value);
    const path = `/bot${encodeURIComponent(value)}/getMe`;
    return { baseUrl: TELEGRAM_URL, path, headers: {} };
  }

  #questionForModels(name: ProviderName, value: string): Question {
    const { baseUrl: own, api } = PROVIDERS[name].trial;
    const baseUrl = own ?? this.options.stubModelUrl;
    switch (api) {
      case 'anthropic-messages':
        return {
          ...{ baseUrl, path: '/v1/models' },
          headers: { 'x-api-key': value, 'anthropic-version': ANTHROPIC_VERSION },
        };
      case 'google-generative-ai':
        return { baseUrl, path: '/models', headers: { 'x-goog-api-key': value } };
      case 'openai-completions': {
        // Anybody may list OpenRouter's models.
        const path = name === 'openrouter' ? '/key' : '/models';
        return { baseUrl, path, headers: { authorization: `Bearer ${value}` } };
      }
    }
  }
}

function unreachable(what: string): Fault {
  return new Fault(
    'provider_unreachable',
    `The provider ${what} when it was asked about the key. Nothing was changed: try again, or ` +
      'without verify=true.',
  );
}
