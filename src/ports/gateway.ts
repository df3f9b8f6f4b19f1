import type { InstanceId } from '../domain/ids.js';

/** What a gateway said of itself when asked for its start-up state. */
export type StartupState = 'started' | 'starting' | 'unreachable';

/** How a gateway met a token. `locked_out` is its answer after too many wrong ones. */
export type TokenVerdict = 'accepted' | 'refused' | 'locked_out' | 'unreachable';

/**
 * What came of a call to a model: `refused` is the provider's word on the key, `failed` any other
 * answer than a good one, `unreachable` that the gateway itself did not answer.
 */
export type ModelVerdict = 'answered' | 'refused' | 'failed' | 'unreachable';

/**
 * A running OpenClaw gateway, spoken to at its own address.
 *
 * Wrong tokens are dear: ten in a minute lock the caller out for five. Never ask with a token that
 * may not be live yet; ask with the old one until it is refused.
 */
export interface Gateway {
  /** Never throws for a gateway that does not answer: that is information. */
  startupState(address: string, signal: AbortSignal): Promise<StartupState>;
  /**
   * Runs one throw-away turn against the warm-up model and removes its traces, so that the tenant's
   * first turn finds everything loaded. Fails with `gateway_refused` or `gateway_unreachable`.
   */
  warmUp(address: string, token: string, signal: AbortSignal): Promise<void>;
  /** Whether `token` opens the gateway right now; costs one failed login if it does not. */
  tryToken(address: string, token: string, signal: AbortSignal): Promise<TokenVerdict>;
  /**
   * Has the gateway make one short call to the model, `provider/model`, and says what came of it. The
   * conversation is kept nowhere. A provider that refused once is not called again for a while, so
   * an unproven key is tried under a provider's name that nobody uses.
   */
  tryModel(
    address: string,
    token: string,
    model: string,
    signal: AbortSignal,
  ): Promise<ModelVerdict>;
  /**
   * The revision of the announcement that the gateway runs with, secrets included, or null when it
   * cannot say yet or does not answer. Asked without a login, so asking often is harmless.
   */
  appliedRevision(address: string, signal: AbortSignal): Promise<number | null>;
}

/** The way in that tenants use: through the edge, by the instance's own name. */
export interface EdgeProbe {
  /** Whether `token` opens the instance through the edge; `unreachable` covers a missing route. */
  tryToken(instanceId: InstanceId, token: string, signal: AbortSignal): Promise<TokenVerdict>;
}
