import { Fault } from '../errors/index.js';
import type { InstanceId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import type { Clock } from '../lib/clock.js';
import type { GatewayTokens, Store } from '../ports/index.js';
import type { InstanceView } from './instance-view.js';
import { actorOf, visibleInstance } from './visibility.js';

export interface AccessAnswer {
  readonly view: InstanceView;
  /** The gateway's token, read from Vault for this answer and kept nowhere else. */
  readonly token: string;
}

/** Hands the owner the token of their own gateway, and writes down that it did. */
export class ReadAccess {
  constructor(
    private readonly store: Store,
    private readonly tokens: GatewayTokens,
    private readonly clock: Clock,
  ) {}

  async execute(request: {
    caller: Caller;
    instanceId: InstanceId;
    signal: AbortSignal;
  }): Promise<AccessAnswer> {
    const { caller, signal } = request;
    const view = await visibleInstance(this.store, caller.principal, request.instanceId);
    const { id: instanceId, state, gatewayVersion } = view.instance;
    if (state !== 'ready') {
      throw new Fault(
        'instance_not_ready',
        `The instance is ${state}; ask again once it is ready.`,
      );
    }
    const token = await this.tokens.readToken(instanceId, gatewayVersion, signal);
    if (token === null) {
      throw new Fault('vault_refused', 'The gateway token is missing; tell the operator.', {
        details: { instanceId, gatewayVersion },
      });
    }
    await this.store.audit.append({
      at: this.clock.now(),
      actor: actorOf(caller.principal),
      action: 'access.read',
      target: instanceId,
      outcome: 'done',
      requestId: caller.requestId,
      from: caller.from,
      details: { gatewayVersion },
    });
    return { view, token };
  }
}
