import { Fault } from '../errors/index.js';
import type { InstanceId } from '../domain/ids.js';
import { ID_SUFFIX_LENGTH, rotationIdOf } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import { PROVIDER_NAMES, checkKey } from '../domain/providers.js';
import type { Rotation } from '../domain/rotation.js';
import { keyField } from '../domain/rotation.js';
import type { Clock } from '../lib/clock.js';
import { randomBase32 } from '../lib/random.js';
import type { KeyVault, Store } from '../ports/index.js';
import { rotationInProgress } from './change-keys.js';
import type { InstanceView } from './instance-view.js';
import { actorOf, visibleInstance } from './visibility.js';

export interface KeyRotationRequest {
  readonly caller: Caller;
  readonly instanceId: InstanceId;
  /** New values of keys that the instance has, by name. */
  readonly values: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/**
 * Begins the rotation of an instance's keys: the new values are written beside the old ones, and a
 * controller has the gateway try them with a live call before anything uses them.
 *
 * The row comes first, so that whatever crashes later leaves a rotation that ends, not a value that
 * nobody knows of.
 *
 * Faults: `provider_unknown`, `key_malformed`, `key_unknown`, `rotation_unprovable`,
 * `instance_not_ready`, `rotation_in_progress`, `write_superseded`, `vault_*`.
 */
export class RotateKeys {
  constructor(
    private readonly store: Store,
    private readonly vault: Pick<KeyVault, 'changeKeys'>,
    private readonly clock: Clock,
  ) {}

  async execute({ caller, instanceId, values, signal }: KeyRotationRequest): Promise<Rotation> {
    for (const [name, value] of Object.entries(values)) checkKey(name, value);
    const names = Object.keys(values).sort();
    const view = await visibleInstance(this.store, caller.principal, instanceId);
    assertRotatable(view, names);
    const rotation = await this.#open(caller, view.instance.id, names);
    const fields = names.map((name) => [keyField(name, rotation.number), values[name] ?? '']);
    let version: number;
    try {
      version = await this.vault.changeKeys(
        rotation.instanceId,
        Object.fromEntries(fields) as Record<string, string>,
        signal,
      );
    } catch (error) {
      await this.#giveUp(rotation);
      throw error;
    }
    return this.#prove(rotation, version);
  }

  #open(caller: Caller, instanceId: InstanceId, names: readonly string[]): Promise<Rotation> {
    return this.store.transaction(async (tx) => {
      const at = this.clock.now();
      const id = rotationIdOf(randomBase32(ID_SUFFIX_LENGTH));
      const rotation = await tx.rotations.open({ id, instanceId, names, at });
      if (rotation === null) {
        throw rotationInProgress((await tx.rotations.findOpen(instanceId))?.id ?? null);
      }
      await tx.audit.append({
        at,
        actor: actorOf(caller.principal),
        action: 'keys.rotate',
        target: instanceId,
        outcome: 'done',
        requestId: caller.requestId,
        details: { rotation: id, names: names.join(' ') },
      });
      return rotation;
    });
  }

  /** A controller takes from here: it brings the trial to the gateway and sees what comes of it. */
  #prove(rotation: Rotation, version: number): Promise<Rotation> {
    return this.store.transaction(async (tx) => {
      const at = this.clock.now();
      await tx.instances.findForUpdate(rotation.instanceId);
      const revision = await tx.keys.raise(rotation.instanceId, version);
      const proving = await tx.rotations.advance(rotation, { state: 'proving', at, revision });
      if (proving !== null) return proving;
      throw new Fault(
        'write_superseded',
        'The rotation took too long and was given up; try again.',
      );
    });
  }

  /** Best done at once; when the database is away as well, a controller does it a minute later. */
  async #giveUp(rotation: Rotation): Promise<void> {
    const step = { state: 'reverting', at: this.clock.now(), reason: 'not_written' } as const;
    await this.store.rotations.advance(rotation, step).catch(() => null);
  }
}

function assertRotatable({ instance, keys }: InstanceView, names: readonly string[]): void {
  if (instance.state !== 'ready') {
    const sentence = `Keys are rotated while an instance is ready; this one is ${instance.state}.`;
    throw new Fault('instance_not_ready', sentence);
  }
  const unprovable = names.find((name) => !PROVIDER_NAMES.some((known) => known === name));
  if (unprovable !== undefined) {
    throw new Fault(
      'rotation_unprovable',
      'Only a model provider’s key can be proven by a call; set a channel’s key with PUT instead.',
    );
  }
  const present = new Set(keys.map(({ name }) => name));
  if (!names.every((name) => present.has(name))) {
    throw new Fault('key_unknown', 'This instance has no key of that name; set it first with PUT.');
  }
}
