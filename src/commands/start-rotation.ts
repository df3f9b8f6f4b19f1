import { Fault } from '../errors/index.js';
import type { InstanceId, RotationId } from '../domain/ids.js';
import { ID_SUFFIX_LENGTH, rotationIdOf } from '../domain/ids.js';
import type { KeyOwner } from '../domain/key-campaign/key-campaign.js';
import type { Instance } from '../domain/instance.js';
import type { RevertReason, Rotation } from '../domain/rotation.js';
import { keyField } from '../domain/rotation.js';
import type { Clock } from '../lib/clock.js';
import { randomBase32 } from '../lib/random.js';
import type { IdempotencyEntry, KeyRecord, KeyVault, Repositories, Store } from '../ports/index.js';
import { rotationInProgress } from './change-keys.js';
import { makeOnce } from './idempotency.js';

export interface RotationStart {
  readonly instanceId: InstanceId;
  /** New values of keys that the instance has, by name; checked already. */
  readonly values: Readonly<Record<string, string>>;
  readonly owner: KeyOwner;
  /** Who, as the audit names them. */
  readonly actor: string;
  readonly requestId: string | null;
  /** The address that it was asked from; null when nobody outside asked. */
  readonly from: string | null;
  /** What the request is repeated by, as `entryFor` makes it; null when it cannot be. */
  readonly idempotency?: IdempotencyEntry | null;
  /** Done in the transaction that opens the rotation; when it throws, there is no rotation. */
  readonly along?: (tx: Repositories, rotation: Rotation) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Opens a rotation and writes its values beside the old ones, for a controller to prove.
 *
 * The row comes first, so that whatever crashes later leaves a rotation that ends, not a value that
 * nobody knows of. It is opened under the lock of the instance's row, which is also where its state
 * and its keys change: what was true when it was opened stays true until somebody closes it.
 *
 * An idempotency key stands for the rotation from that transaction on: a repeated request gets it as it
 * is by then, and writes nothing. It is free again when Vault did not take the values, for the caller
 * was told so and nothing came of it.
 *
 * Faults: `idempotency_key_reused`, `instance_not_ready`, `key_unknown`, `rotation_in_progress`,
 * `keys_lost`, `write_superseded`, `vault_*`.
 */
export class StartRotation {
  constructor(
    private readonly store: Store,
    private readonly vault: Pick<KeyVault, 'changeKeys'>,
    private readonly clock: Clock,
  ) {}

  async execute(start: RotationStart): Promise<Rotation> {
    const { values, signal, idempotency = null } = start;
    const { made: rotation, isNew } = await this.store.transaction((tx) =>
      makeOnce(tx.idempotency, idempotency, {
        find: (id) => tx.rotations.find(id as RotationId),
        make: () => this.#open(tx, start),
      }),
    );
    if (!isNew) return rotation;
    const fields = rotation.names.map((name) => {
      return [keyField(name, rotation.number), values[name] ?? ''] as const;
    });
    let version: number;
    try {
      const changes = Object.fromEntries(fields);
      version = await this.vault.changeKeys(rotation.instanceId, changes, signal);
    } catch (error) {
      const isLost = error instanceof Fault && error.code === 'keys_lost';
      await this.#giveUp(rotation, isLost ? 'keys_lost' : 'not_written', idempotency);
      throw error;
    }
    return this.#prove(rotation, version);
  }

  async #open(tx: Repositories, start: RotationStart): Promise<Rotation> {
    const { instanceId, values, owner, actor, requestId, from, along } = start;
    const names = Object.keys(values).sort();
    const at = this.clock.now();
    assertRotatable(
      await tx.instances.findForUpdate(instanceId),
      await tx.keys.list(instanceId),
      names,
    );
    const id = rotationIdOf(randomBase32(ID_SUFFIX_LENGTH));
    const rotation = await tx.rotations.open({ id, instanceId, names, owner, at });
    if (rotation === null) {
      throw rotationInProgress((await tx.rotations.findOpen(instanceId))?.id ?? null);
    }
    await along?.(tx, rotation);
    await tx.audit.append({
      ...{ at, actor, requestId, from, action: 'keys.rotate' },
      ...{ target: instanceId, outcome: 'done' },
      details: { rotation: id, names: names.join(' '), owner },
    });
    return rotation;
  }

  /**
   * A controller takes from here: it brings the trial to the gateway and sees what comes of it, or
   * takes back what was written in vain, because one of the keys was changed meanwhile.
   */
  #prove(rotation: Rotation, version: number): Promise<Rotation> {
    return this.store.transaction(async (tx) => {
      const at = this.clock.now();
      const { instanceId, id } = rotation;
      // One whose instance is not ready any more was closed with that.
      await tx.instances.findForUpdate(instanceId);
      const isOvertaken = (await tx.rotations.find(id))?.reason === 'superseded';
      const revision = isOvertaken ? 0 : await tx.keys.raise(instanceId, version);
      const state = isOvertaken ? 'reverting' : 'proving';
      const proving = await tx.rotations.advance(rotation, { state, at, revision });
      if (proving !== null) return proving;
      throw new Fault('write_superseded', 'The rotation was given up meanwhile; try again.');
    });
  }

  /** Best done at once; when the database is away as well, a controller does it half a minute later. */
  async #giveUp(
    rotation: Rotation,
    reason: RevertReason,
    idempotency: IdempotencyEntry | null,
  ): Promise<void> {
    const step = { state: 'reverting', at: this.clock.now(), reason } as const;
    const givingUp = this.store.transaction(async (tx) => {
      if ((await tx.rotations.advance(rotation, step)) === null) return;
      if (idempotency !== null) await tx.idempotency.free(idempotency, rotation.id);
    });
    await givingUp.catch(() => undefined);
  }
}

/** Throws unless an instance that is like this can exchange its keys of these names now. */
export function assertRotatable(
  instance: Instance | null,
  keys: readonly KeyRecord[],
  names: readonly string[],
): void {
  if (instance?.state !== 'ready') {
    const state = instance?.state ?? 'gone';
    const sentence = `Keys are rotated while an instance is ready; this one is ${state}.`;
    throw new Fault('instance_not_ready', sentence);
  }
  const present = new Set(keys.map(({ name }) => name));
  if (!names.every((name) => present.has(name))) {
    throw new Fault('key_unknown', 'This instance has no key of that name; set it first with PUT.');
  }
}
