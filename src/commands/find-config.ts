import { Fault } from '../errors/index.js';
import type { ConfigChange } from '../domain/config/config-change.js';
import type { JsonObject } from '../domain/config/json.js';
import type { ConfigChangeId, InstanceId } from '../domain/ids.js';
import type { Instance } from '../domain/instance.js';
import type { Caller } from '../domain/principal.js';
import type { ChangeFeed, Repositories, Store } from '../ports/index.js';
import { looksAt } from './look-at-instance.js';
import { visibleInstance } from './visibility.js';

/** A change ends with a change of its instance; a lost notice of that costs a second. */
const RECHECK_MS = 1_000;
/** As many as are kept. */
const SHOWN_MAX = 20;

/** A tenant's part of their gateway's configuration. */
export interface ConfigView {
  readonly instance: Instance;
  readonly config: JsonObject;
  /** Number of the change that brought it; 0 before the first one. */
  readonly number: number;
}

export interface ConfigChangeQuery {
  readonly caller: Caller;
  readonly instanceId: InstanceId;
  readonly changeId: ConfigChangeId;
}

/** Reads the configuration of an instance that the caller may see. Fault: `config_change_unknown`. */
export class FindConfig {
  constructor(
    private readonly store: Store,
    private readonly changes: ChangeFeed,
  ) {}

  async execute(request: { caller: Caller; instanceId: InstanceId }): Promise<ConfigView> {
    const { caller, instanceId } = request;
    const { instance } = await visibleInstance(this.store, caller.principal, instanceId);
    return configViewOf(this.store, instance);
  }

  async find({ caller, instanceId, changeId }: ConfigChangeQuery): Promise<ConfigChange> {
    const { instance } = await visibleInstance(this.store, caller.principal, instanceId);
    const change = await this.store.configs.find(changeId);
    if (change?.instanceId === instance.id) return change;
    throw new Fault('config_change_unknown', 'This instance has no change of that id.');
  }

  async list(caller: Caller, instanceId: InstanceId): Promise<readonly ConfigChange[]> {
    const { instance } = await visibleInstance(this.store, caller.principal, instanceId);
    return this.store.configs.list(instance.id, SHOWN_MAX);
  }

  /** The change once it is applied or put back, or as it is when time is up. */
  async untilClosed(
    query: ConfigChangeQuery,
    { withinMs, signal }: { readonly withinMs: number; readonly signal: AbortSignal },
  ): Promise<ConfigChange> {
    const { caller, instanceId } = query;
    const looking = { caller, instanceId, withinMs, recheckMs: RECHECK_MS, signal };
    for await (const _view of looksAt(this.store, this.changes, looking)) {
      const change = await this.find(query);
      if (change.state !== 'applying') return change;
    }
    return this.find(query);
  }
}

/** What the instance is told of its tenant's wishes, or is to be. */
export async function configViewOf(
  { configs }: Pick<Repositories, 'configs'>,
  instance: Instance,
): Promise<ConfigView> {
  const current = await configs.current(instance.id);
  return { instance, config: current?.config ?? {}, number: current?.number ?? 0 };
}
