import { Fault } from '../errors/index.js';
import type { InstanceId } from '../domain/ids.js';
import type { KeyOwner } from '../domain/key-campaign/key-campaign.js';
import type { Caller } from '../domain/principal.js';
import { checkKey, isProvable } from '../domain/providers.js';
import type { Rotation } from '../domain/rotation.js';
import type { Store } from '../ports/index.js';
import { assertMayOwn } from './assert-may-own.js';
import type { StartRotation } from './start-rotation.js';
import { assertRotatable } from './start-rotation.js';
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
 * Faults: `provider_unknown`, `key_malformed`, `rotation_unprovable`, `forbidden`, and those of
 * StartRotation.
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
    const names = Object.keys(values);
    assertProvable(names);
    // Asked again under the lock; here it spares whoever is wrong the opening.
    assertRotatable(view.instance, view.keys, names);
    return this.rotations.execute({
      ...{ instanceId: view.instance.id, values, owner, signal },
      ...{ actor: actorOf(caller.principal), requestId: caller.requestId, from: caller.from },
    });
  }
}

function assertProvable(names: readonly string[]): void {
  if (names.every(isProvable)) return;
  throw new Fault(
    'rotation_unprovable',
    'Only a model provider’s key can be proven by a call; set a channel’s key with PUT instead.',
  );
}
