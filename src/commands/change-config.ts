import { assertPatch, assertTaken, assertWritable } from '../domain/config/check-config.js';
import type { Difference } from '../domain/config/diff.js';
import { diffConfig } from '../domain/config/diff.js';
import type { ConfigChange } from '../domain/config/config-change.js';
import type { JsonObject } from '../domain/config/json.js';
import { mergePatch } from '../domain/config/merge-patch.js';
import { tenantConfigOf } from '../domain/gateway-config.js';
import type { InstanceId } from '../domain/ids.js';
import { ID_SUFFIX_LENGTH, configChangeIdOf } from '../domain/ids.js';
import type { Instance } from '../domain/instance.js';
import type { Caller } from '../domain/principal.js';
import { Fault } from '../errors/index.js';
import type { Clock } from '../lib/clock.js';
import { randomBase32 } from '../lib/random.js';
import type { ConfigSchemas, Repositories, Store } from '../ports/index.js';
import type { ConfigView } from './find-config.js';
import { configViewOf } from './find-config.js';
import { actorOf, visibleInstance } from './visibility.js';

/** A change that another one overtook is planned again with what that one left. */
const ATTEMPTS_MAX = 3;
/** Stands for the stub model's address, which says nothing of whether a configuration is right. */
const ANY_URL = 'http://stub.invalid/v1';

export interface ConfigChangeRequest {
  readonly caller: Caller;
  readonly instanceId: InstanceId;
  /** A JSON Merge Patch for the tenant's part. */
  readonly patch: JsonObject;
  /** Only says what would change. */
  readonly isDryRun: boolean;
  /** Throws `precondition_failed` unless the configuration is what its caller saw. */
  readonly precondition?: (view: ConfigView) => void;
}

/** What a patch comes to. */
export interface ConfigOutcome {
  /** What a controller brings to the gateway; null where nothing is changed, or only asked. */
  readonly change: ConfigChange | null;
  readonly diff: readonly Difference[];
  readonly view: ConfigView;
}

/**
 * Changes a tenant's part of their gateway's configuration. It is checked as a whole, with what follows
 * from the instance's keys, by OpenClaw's own schema for the instance's version; a controller brings it
 * to the gateway, and puts it back when the gateway does not take it.
 *
 * Faults: `instance_unknown`, `instance_not_ready`, `config_refused`, `config_platform_owned`,
 * `config_too_large`, `config_change_in_progress`, `config_schema_missing`, `write_superseded`, and the
 * precondition's.
 */
export class ChangeConfig {
  constructor(
    private readonly store: Store,
    private readonly schemas: ConfigSchemas,
    private readonly clock: Clock,
  ) {}

  async execute(request: ConfigChangeRequest): Promise<ConfigOutcome> {
    const { caller, patch, isDryRun, precondition } = request;
    assertPatch(patch);
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const { instance, keys } = await visibleInstance(
        this.store,
        caller.principal,
        request.instanceId,
      );
      const view = await configViewOf(this.store, instance);
      precondition?.(view);
      assertConfigurable(instance, isDryRun);
      const config = mergePatch(view.config, patch);
      const diff = diffConfig(view.config, config);
      assertWritable(config);
      const whole = tenantConfigOf({ keys, trial: null, own: config, stubModelUrl: ANY_URL });
      assertTaken(this.schemas.check(instance.openclawVersion, whole));
      if (isDryRun || diff.length === 0) return { change: null, diff, view };
      const change = await this.#open(caller, view, config, diff);
      if (change !== null)
        return { change, diff, view: { ...view, config, number: change.number } };
    }
    throw new Fault('write_superseded', 'The configuration was changed meanwhile; try again.');
  }

  /** Null when somebody else changed it since it was read. */
  #open(
    caller: Caller,
    seen: ConfigView,
    config: JsonObject,
    diff: readonly Difference[],
  ): Promise<ConfigChange | null> {
    return this.store.transaction(async (tx) => {
      const at = this.clock.now();
      const instance = await tx.instances.findForUpdate(seen.instance.id);
      if (instance === null) throw new Fault('instance_unknown', 'No such instance.');
      assertConfigurable(instance, false);
      await assertNoChangeOpen(tx, instance.id);
      const current = await tx.configs.current(instance.id);
      if ((current?.number ?? 0) !== seen.number) return null;
      const id = configChangeIdOf(randomBase32(ID_SUFFIX_LENGTH));
      const revision = await tx.keys.raise(instance.id, 0);
      const change = await tx.configs.open({
        id,
        instanceId: instance.id,
        config,
        diff,
        revision,
        at,
      });
      if (change === null) throw configChangeInProgress(null);
      await tx.audit.append({
        ...{ at, actor: actorOf(caller.principal), action: 'config.change', target: instance.id },
        ...{ outcome: 'done', requestId: caller.requestId, from: caller.from },
        details: { change: id, number: change.number, settings: diff.length },
      });
      return change;
    });
  }
}

/** The conflict with a change that is not over; it ends by itself, within two minutes at most. */
function configChangeInProgress(id: string | null): Fault {
  const which = id === null ? 'Another change' : `The change ${id}`;
  return new Fault(
    'config_change_in_progress',
    `${which} of this instance’s configuration is not over yet; wait for its end and try again.`,
  );
}

/** Of two changes at once one would have to lose, so the second one is told to wait. */
export async function assertNoChangeOpen(tx: Repositories, id: InstanceId): Promise<void> {
  const latest = await tx.configs.latest(id);
  if (latest?.state === 'applying') throw configChangeInProgress(latest.id);
}

function assertConfigurable({ state, tenantId }: Instance, isDryRun: boolean): void {
  const isFine = state === 'ready' || (isDryRun && tenantId !== null);
  if (isFine) return;
  const sentence = `An instance’s configuration is changed while it is ready; this one is ${state}.`;
  throw new Fault('instance_not_ready', sentence);
}
