import { Fault } from '../errors/index.js';
import type { InstanceId } from '../domain/ids.js';
import type { Instance, InstanceState } from '../domain/instance.js';
import { checkKey } from '../domain/providers.js';
import type { Caller } from '../domain/principal.js';
import type { Clock } from '../lib/clock.js';
import type { KeyRecord, KeyVault, Store } from '../ports/index.js';
import type { InstanceView } from './instance-view.js';
import { actorOf, viewOf, visibleInstance } from './visibility.js';

/** More keys than any gateway uses; the bound keeps the file that instances read small. */
export const KEYS_MAX = 32;

/** An instance that still starts for somebody takes keys too: it finds them when it is bound. */
const CHANGEABLE: readonly InstanceState[] = ['creating', 'warming', 'binding', 'ready', 'stopped'];

export interface KeyChangeRequest {
  readonly caller: Caller;
  readonly instanceId: InstanceId;
  readonly set: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Sets and removes a tenant's keys in one step.
 *
 * The one command that calls an outside system itself: the database may not hold a key even for a
 * moment, so there is no intent a controller could act on. Vault gets the values first, then the
 * database learns which version to use, and a controller brings it to the gateway. A crash between
 * the two leaves an unused version behind; repeating the call mends it.
 *
 * Faults: `provider_unknown`, `key_malformed`, `key_unknown`, `instance_not_ready`,
 * `keys_limit_reached`, `vault_*`.
 */
export class ChangeKeys {
  constructor(
    private readonly store: Store,
    private readonly vault: KeyVault,
    private readonly clock: Clock,
  ) {}

  async execute(request: KeyChangeRequest): Promise<InstanceView> {
    const { caller, set, remove, signal } = request;
    for (const [name, value] of Object.entries(set)) checkKey(name, value);
    const view = await visibleInstance(this.store, caller.principal, request.instanceId);
    const { id: instanceId } = view.instance;
    assertChangeable(view.instance);
    assertKnown(view.keys, set, remove);

    const removals = Object.fromEntries(remove.map((name) => [name, null]));
    const version = await this.vault.changeKeys(instanceId, { ...set, ...removals }, signal);
    return this.#record({ ...request, instanceId }, version);
  }

  #record({ caller, instanceId, set, remove }: KeyChangeRequest, version: number) {
    return this.store.transaction(async (tx) => {
      const at = this.clock.now();
      const instance = await tx.instances.findForUpdate(instanceId);
      if (instance === null) throw new Fault('instance_unknown', 'No such instance.');
      assertChangeable(instance);
      const names = Object.keys(set);
      await tx.keys.record(instanceId, { version, set: names, removed: remove, at });
      await tx.audit.append({
        at,
        actor: actorOf(caller.principal),
        action: 'keys.change',
        target: instanceId,
        outcome: 'done',
        requestId: caller.requestId,
        details: { version, set: names.join(' '), removed: remove.join(' ') },
      });
      return viewOf(tx, (await tx.instances.find(instanceId)) ?? instance);
    });
  }
}

function assertChangeable({ state, tenantId }: Instance): void {
  if (CHANGEABLE.includes(state) && tenantId !== null) return;
  throw new Fault('instance_not_ready', `An instance that is ${state} takes no keys.`);
}

function assertKnown(
  keys: readonly KeyRecord[],
  set: Readonly<Record<string, string>>,
  remove: readonly string[],
): void {
  const names = new Set(keys.map(({ name }) => name));
  const absent = remove.find((name) => !names.has(name));
  if (absent !== undefined) {
    throw new Fault('key_unknown', 'This instance has no key of that name.');
  }
  for (const name of Object.keys(set)) names.add(name);
  if (names.size - remove.length > KEYS_MAX) {
    throw new Fault(
      'keys_limit_reached',
      `An instance holds ${KEYS_MAX} keys at most; remove one.`,
    );
  }
}
