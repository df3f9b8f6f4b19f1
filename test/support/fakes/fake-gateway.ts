import type { InstanceId } from '../../../src/domain/ids.js';
import { Fault } from '../../../src/errors/index.js';
import type {
  EdgeProbe,
  Gateway,
  ModelVerdict,
  StartupState,
  TokenVerdict,
} from '../../../src/ports/index.js';
import { Trouble } from './trouble.js';

/** A gateway as it is right now. */
export interface GatewayState {
  readonly startup: StartupState;
  /** The token that opens it; null while it has none. */
  readonly token: string | null;
  /** The revision it runs with; null while it cannot say. */
  readonly revision: number | null;
  /** What comes of a call to the model; all of them answer by default. */
  readonly modelVerdict?: (model: string) => ModelVerdict;
}

/** Wrong tokens after which a gateway refuses to look at any more. */
const WRONG_TOKENS_MAX = 10;

/**
 * Gateways in memory, by address. What each is like is asked for at every call, so that a test can
 * set it outright (`put`) or derive it from what was announced (FakeFleet).
 */
export class FakeGateway implements Gateway {
  readonly trouble = new Trouble<keyof Gateway>('gateway_unreachable');
  readonly #states = new Map<string, () => GatewayState>();
  readonly #wrongTokens = new Map<string, number>();
  readonly #warmed = new Set<string>();

  startupState(address: string, signal: AbortSignal): Promise<StartupState> {
    return this.trouble.meet('startupState', signal, () => this.#stateOf(address).startup);
  }

  warmUp(address: string, token: string, signal: AbortSignal): Promise<void> {
    return this.trouble.meet('warmUp', signal, () => {
      this.#assertOpen(address, token);
      this.#warmed.add(address);
    });
  }

  tryToken(address: string, token: string, signal: AbortSignal): Promise<TokenVerdict> {
    return this.trouble.meet('tryToken', signal, () => this.judge(address, token));
  }

  tryModel(
    address: string,
    token: string,
    model: string,
    signal: AbortSignal,
  ): Promise<ModelVerdict> {
    return this.trouble.meet('tryModel', signal, () => {
      if (this.judge(address, token) !== 'accepted') return 'unreachable';
      return this.#stateOf(address).modelVerdict?.(model) ?? 'answered';
    });
  }

  appliedRevision(address: string, signal: AbortSignal): Promise<number | null> {
    return this.trouble.meet(
      'appliedRevision',
      signal,
      () => this.#states.get(address)?.().revision ?? null,
    );
  }

  /** A gateway at `address`, or another state of the one there. */
  put(address: string, state: GatewayState | (() => GatewayState)): void {
    this.#states.set(address, typeof state === 'function' ? state : () => state);
  }

  /** Nothing listens at `address` any more. */
  remove(address: string): void {
    this.#states.delete(address);
  }

  hasWarmedUp(address: string): boolean {
    return this.#warmed.has(address);
  }

  /** How many wrong tokens were tried there; more than a few mean that somebody polls with them. */
  wrongTokens(address: string): number {
    return this.#wrongTokens.get(address) ?? 0;
  }

  /** How the gateway meets the token, whichever way it came in. */
  judge(address: string, token: string): TokenVerdict {
    const state = this.#stateOf(address);
    if (state.startup !== 'started') return 'unreachable';
    if (this.wrongTokens(address) >= WRONG_TOKENS_MAX) return 'locked_out';
    if (token === state.token) return 'accepted';
    this.#wrongTokens.set(address, this.wrongTokens(address) + 1);
    return 'refused';
  }

  #assertOpen(address: string, token: string): void {
    const verdict = this.judge(address, token);
    if (verdict === 'accepted') return;
    if (verdict === 'unreachable') {
      throw new Fault('gateway_unreachable', 'The gateway does not answer.');
    }
    throw new Fault('gateway_refused', 'The gateway refused the token.');
  }

  #stateOf(address: string): GatewayState {
    const state = this.#states.get(address);
    return state?.() ?? { startup: 'unreachable', token: null, revision: null };
  }
}

/** The way through the edge in memory: finds the gateway by the instance's name. */
export class FakeEdgeProbe implements EdgeProbe {
  readonly trouble = new Trouble<keyof EdgeProbe>('gateway_unreachable');

  constructor(
    private readonly gateway: FakeGateway,
    /** The address that the edge routes the name to, or null when it knows no such name. */
    private readonly addressOf: (instanceId: InstanceId) => string | null,
  ) {}

  tryToken(instanceId: InstanceId, token: string, signal: AbortSignal): Promise<TokenVerdict> {
    return this.trouble.meet('tryToken', signal, () => {
      const address = this.addressOf(instanceId);
      return address === null ? 'unreachable' : this.gateway.judge(address, token);
    });
  }
}
