import type { InstanceId } from '../domain/ids.js';
import { monotonicMs } from '../lib/clock.js';
import type { GatewayTokens } from '../ports/index.js';

/** Long enough for one binding; short enough that a replaced token is soon forgotten. */
const KEPT_MS = 60_000;
const TOKENS_MAX = 500;

interface Kept {
  readonly token: string;
  readonly untilMs: number;
}

/**
 * Gateway tokens with a short memory: watching a gateway take its new configuration asks for the
 * same token every few milliseconds. A version's token never changes, and an absent one is not
 * remembered.
 */
export class TokenCache implements GatewayTokens {
  readonly #kept = new Map<string, Kept>();

  constructor(private readonly tokens: GatewayTokens) {}

  ensureToken(instanceId: InstanceId, version: number, signal: AbortSignal): Promise<void> {
    return this.tokens.ensureToken(instanceId, version, signal);
  }

  async readToken(
    instanceId: InstanceId,
    version: number,
    signal: AbortSignal,
  ): Promise<string | null> {
    const name = `${instanceId}@${version}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined && kept.untilMs > monotonicMs()) return kept.token;

    const token = await this.tokens.readToken(instanceId, version, signal);
    if (token !== null) this.#keep(name, token);
    return token;
  }

  #keep(name: string, token: string): void {
    this.#kept.delete(name);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= TOKENS_MAX && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(name, { token, untilMs: monotonicMs() + KEPT_MS });
  }
}
