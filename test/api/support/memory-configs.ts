import type { ConfigCommands } from '../../../src/api/routes/config.js';
import type { ConfigChangeRequest, ConfigOutcome } from '../../../src/commands/change-config.js';
import type { ConfigView } from '../../../src/commands/find-config.js';
import type { ConfigChange } from '../../../src/domain/config/config-change.js';
import { diffConfig } from '../../../src/domain/config/diff.js';
import { mergePatch } from '../../../src/domain/config/merge-patch.js';
import {
  assertPatch,
  assertTaken,
  assertWritable,
} from '../../../src/domain/config/check-config.js';
import { configChangeIdOf } from '../../../src/domain/ids.js';
import type { InstanceId } from '../../../src/domain/ids.js';
import type { Caller } from '../../../src/domain/principal.js';
import { Fault } from '../../../src/errors/index.js';
import { NOON } from '../../support/builders.js';
import { openClawSchemas } from '../../support/openclaw-schemas.js';
import type { MemoryFleet } from './memory-fleet.js';

/** The commands on configuration, on a fleet in memory whose gateways take everything at once. */
export class MemoryConfigs {
  readonly #changes = new Map<InstanceId, ConfigChange[]>();

  constructor(private readonly fleet: MemoryFleet) {}

  get commands(): ConfigCommands {
    return {
      change: { execute: async (request) => this.#change(request) },
      find: {
        execute: async ({ caller, instanceId }) => this.#view(caller, instanceId),
        find: async ({ caller, instanceId, changeId }) => {
          const { instance } = this.fleet.visible(caller, instanceId);
          const found = this.#of(instance.id).find(({ id }) => id === changeId);
          if (found !== undefined) return found;
          throw new Fault('config_change_unknown', 'This instance has no change of that id.');
        },
        list: async (caller, instanceId) => {
          return this.#of(this.fleet.visible(caller, instanceId).instance.id).toReversed();
        },
        untilClosed: async ({ instanceId, changeId }) => {
          const change = this.#of(instanceId).find(({ id }) => id === changeId);
          if (change === undefined) throw new Error('no such change');
          return { ...change, state: 'applied' };
        },
      },
    };
  }

  #change({
    caller,
    instanceId,
    patch,
    isDryRun,
    precondition,
  }: ConfigChangeRequest): ConfigOutcome {
    const view = this.#view(caller, instanceId);
    assertPatch(patch);
    precondition?.(view);
    const config = mergePatch(view.config, patch);
    assertWritable(config);
    assertTaken(openClawSchemas.check(view.instance.openclawVersion, config));
    const { state } = view.instance;
    if (state !== 'ready') throw new Fault('instance_not_ready', `The instance is ${state}.`);
    const diff = diffConfig(view.config, config);
    if (isDryRun || diff.length === 0) return { change: null, diff, view };
    const number = view.number + 1;
    const change: ConfigChange = {
      ...{ id: configChangeIdOf('a'.repeat(11) + String((number % 6) + 2)), instanceId, number },
      ...{ state: 'applying', config, diff, revision: number + 2, reason: null },
      ...{ requestedAt: NOON, stateAt: NOON },
    };
    this.#changes.set(instanceId, [...this.#of(instanceId), change]);
    return { change, diff, view: { ...view, config, number } };
  }

  #view(caller: Caller, instanceId: InstanceId): ConfigView {
    const { instance } = this.fleet.visible(caller, instanceId);
    const current = this.#of(instance.id).at(-1);
    return { instance, config: current?.config ?? {}, number: current?.number ?? 0 };
  }

  #of(instanceId: InstanceId): ConfigChange[] {
    return this.#changes.get(instanceId) ?? [];
  }
}
