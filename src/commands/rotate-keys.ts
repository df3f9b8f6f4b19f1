import { Fault } from '../errors/index.js';
import type { InstanceId, RotationId } from '../domain/ids.js';
import type { KeyOwner } from '../domain/key-campaign/key-campaign.js';
import { checkKey, isProvable } from '../domain/providers.js';
import type { Rotation } from '../domain/rotation.js';
import { canonicalJson } from '../lib/canonical-json.js';
import type { Fingerprints, IdempotencyEntry, Store } from '../ports/index.js';
import { assertMayOwn } from './assert-may-own.js';
import type { CheckKeys } from './check-keys.js';
import type { Repeatable } from './idempotency.js';
import { entryFor, madeBefore, stillThere } from './idempotency.js';
import type { StartRotation } from './start-rotation.js';
import { assertRotatable } from './start-rotation.js';
import { actorOf, visibleInstance } from './visibility.js';

export interface KeyRotationRequest extends Repeatable {
  readonly instanceId: InstanceId;
  /** New values of keys that the instance has, by name. */
  readonly values: Readonly<Record<string, string>>;
  /** Whose keys the new values are. */
  readonly owner: KeyOwner;
  /** Whether providers are asked first whether they take them. */
  readonly isVerified: boolean;
  readonly signal: AbortSignal;
}

/** What a rotation passes through before and after its row is opened. */
export interface RotationParts {
  readonly rotations: Pick<StartRotation, 'execute'>;
  readonly check: Pick<CheckKeys, 'execute'>;
  readonly fingerprints: Fingerprints;
}

/**
 * Begins the rotation of an instance's keys: the new values are written beside the old ones, and a
 * controller has the gateway try them with a live call before anything uses them.
 *
 * A repeated request with the same idempotency key gets the rotation that the first one began, and asks
 * nobody anything. What the database keeps of the request tells nothing of the values: their part of
 * its digest is a fingerprint that only Vault can make.
 *
 * Faults: `provider_unknown`, `key_malformed`, `rotation_unprovable`, `forbidden`, and those of
 * CheckKeys and StartRotation.
 */
export class RotateKeys {
  constructor(
    private readonly store: Store,
    private readonly parts: RotationParts,
  ) {}

  async execute(request: KeyRotationRequest): Promise<Rotation> {
    const { caller, values, owner, signal } = request;
    assertMayOwn(caller.principal, owner);
    for (const [name, value] of Object.entries(values)) checkKey(name, value);
    const view = await visibleInstance(this.store, caller.principal, request.instanceId);
    const names = Object.keys(values);
    assertProvable(names);
    const idempotency = await this.#entryFor(request);
    const madeId = await madeBefore(this.store.idempotency, idempotency);
    if (madeId !== null) return stillThere(await this.store.rotations.find(madeId as RotationId));
    // Asked again under the lock; here it spares whoever is wrong the opening.
    assertRotatable(view.instance, view.keys, names);
    const { id: instanceId } = view.instance;
    if (request.isVerified) await this.parts.check.execute(caller, instanceId, values, signal);
    return this.parts.rotations.execute({
      ...{ instanceId, values, owner, idempotency, signal },
      ...{ actor: actorOf(caller.principal), requestId: caller.requestId, from: caller.from },
    });
  }

  async #entryFor(request: KeyRotationRequest): Promise<IdempotencyEntry | null> {
    if (request.idempotencyKey === null) return null;
    const { instanceId, values, owner, signal } = request;
    const fingerprint = await this.parts.fingerprints.fingerprint(canonicalJson(values), signal);
    return entryFor(request, { operation: 'rotateKeys', instanceId, owner, values: fingerprint });
  }
}

function assertProvable(names: readonly string[]): void {
  if (names.every(isProvable)) return;
  throw new Fault(
    'rotation_unprovable',
    'Only a model provider’s key can be proven by a call; set a channel’s key with PUT instead.',
  );
}
