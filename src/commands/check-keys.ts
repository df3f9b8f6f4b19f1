import { Fault } from '../errors/index.js';
import type { InstanceId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import { checkKey } from '../domain/providers.js';
import type { KeyProbe, Store } from '../ports/index.js';
import { visibleInstance } from './visibility.js';

/**
 * Asks providers whether they take keys, before anything is written; one cheap call for each.
 *
 * Faults: `instance_unknown`, `provider_unknown`, `key_malformed`, `key_refused`,
 * `provider_unreachable`.
 */
export class CheckKeys {
  constructor(
    private readonly store: Store,
    private readonly probe: KeyProbe,
  ) {}

  async execute(
    caller: Caller,
    instanceId: InstanceId,
    values: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<void> {
    await visibleInstance(this.store, caller.principal, instanceId);
    for (const [name, value] of Object.entries(values)) checkKey(name, value);
    for (const [name, value] of Object.entries(values)) {
      if (!(await this.probe.isTaken(name, value, signal))) {
        throw new Fault(
          'key_refused',
          `The provider refused the key ${name}; check that it was copied whole and is active. ` +
            'Nothing was changed.',
        );
      }
    }
  }
}
