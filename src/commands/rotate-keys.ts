import { Fault } from '../errors/index.js';
import type { InstanceId } from '../domain/ids.js';
import type { KeyOwner } from '../domain/key-campaign/key-campaign.js';
import type { Caller } from '../domain/principal.js';
import { checkKey, isProvable } from '../domain/providers.js';
import type { Rotation } from '../domain/rotation.js';
import type { Store } from '../ports/index.js';
import { assertMayOwn } from './assert-may-own.js';
import type { InstanceView } from './instance-view.js';
import type { StartRotation } from './start-rotation.js';
import { actorOf, visibleInstance } from './visibility.js';

export interface KeyRotationRequest {
  readonly caller: Caller;
  readonly instanceId: InstanceId;
  /** New values of keys that the instance has, by name. */
  readonly values: Readonly<Record<string, string>>;
  /** Whose keys the new values are. */
  readonly owner: KeyOwner;
  readonly signal: AbortSignal;
}

/**
 * Begins the rotation of an instance's keys: the new values are written beside the old ones, and a
 * controller has the gateway try them with a live call before anything uses them.
 *
 * Faults: `provider_unknown`, `key_malformed`, `key_unknown`, `rotation_unprovable`, `forbidden`,
 * `instance_not_ready`, and those of StartRotation.
 */
export class RotateKeys {
  constructor(
    private readonly store: Store,
    private readonly rotations: Pick<StartRotation, 'execute'>,
  ) {}

  async execute(request: KeyRotationRequest): Promise<Rotation> {
    const { caller, values, owner, signal } = request;
    assertMayOwn(caller.principal, owner);
    for (const [name, value] of Object.entries(values)) checkKey(name, value);
    const view = await visibleInstance(this.store, caller.principal, request.instanceId);
    assertRotatable(view, Object.keys(values));
    return this.rotations.execute({
      ...{ instanceId: view.instance.id, values, owner, signal },
      ...{ actor: actorOf(caller.principal), requestId: caller.requestId, from: caller.from },
    });
  }
}

function assertRotatable({ instance, keys }: InstanceView, names: readonly string[]): void {
  if (instance.state !== 'ready') {
    const sentence = `Keys are rotated while an instance is ready; this one is ${instance.state}.`;
    throw new Fault('instance_not_ready', sentence);
  }
  if (!names.every(isProvable)) {
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
