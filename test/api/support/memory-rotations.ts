import type { RotationCommands } from '../../../src/api/routes/rotations.js';
import { assertMayOwn } from '../../../src/commands/assert-may-own.js';
import type { KeyRotationRequest } from '../../../src/commands/rotate-keys.js';
import type { Caller } from '../../../src/domain/principal.js';
import type { InstanceId, RotationId } from '../../../src/domain/ids.js';
import { rotationIdOf } from '../../../src/domain/ids.js';
import { checkKey } from '../../../src/domain/providers.js';
import type { RevertReason, Rotation } from '../../../src/domain/rotation.js';
import { Fault } from '../../../src/errors/index.js';
import { NOON } from '../../support/builders.js';
import type { MemoryFleet } from './memory-fleet.js';

/** Rotations of a fleet in memory: one at a time for an instance, over when somebody waits. */
export class MemoryRotations {
  /** How every rotation ends; null for well. */
  failsWith: RevertReason | null = null;
  /** The idempotency key of the last request. */
  repeatedBy: string | null = null;
  readonly #rotations = new Map<RotationId, Rotation>();

  constructor(private readonly fleet: MemoryFleet) {}

  get commands(): RotationCommands {
    return {
      rotate: {
        execute: (request) => this.#rotate(request),
      },
      find: {
        execute: ({ caller, instanceId, rotationId }) => this.#find(caller, instanceId, rotationId),
        list: async (caller, instanceId) => {
          await this.#assertVisible(caller, instanceId);
          return this.#of(instanceId);
        },
        untilClosed: async ({ caller, instanceId, rotationId }) => {
          const rotation = await this.#find(caller, instanceId, rotationId);
          return this.failsWith === null
            ? this.#put({ ...rotation, state: 'verified', provenAt: NOON })
            : this.#put({ ...rotation, state: 'reverted', reason: this.failsWith });
        },
      },
    };
  }

  async #rotate(request: KeyRotationRequest): Promise<Rotation> {
    const { caller, instanceId, values, owner, isVerified, signal } = request;
    this.repeatedBy = request.idempotencyKey;
    assertMayOwn(caller.principal, owner);
    for (const [name, value] of Object.entries(values)) checkKey(name, value);
    await this.#assertVisible(caller, instanceId);
    if (isVerified) await this.fleet.commands.check.execute(caller, instanceId, values, signal);
    const known = this.#of(instanceId);
    if (known.some(({ state }) => state === 'proving')) {
      throw new Fault('rotation_in_progress', 'Another rotation is not over yet.');
    }
    const number = known.length + 1;
    return this.#put({
      ...{ id: rotationIdOf('abcdefghijk'.concat('234567'[number] ?? 'z')), instanceId, number },
      ...{ names: Object.keys(values), owner, state: 'proving', revision: 2, reason: null },
      ...{ requestedAt: NOON, stateAt: NOON, provenAt: null },
    });
  }

  async #find(caller: Caller, instanceId: InstanceId, id: RotationId): Promise<Rotation> {
    await this.#assertVisible(caller, instanceId);
    const rotation = this.#rotations.get(id);
    if (rotation?.instanceId === instanceId) return rotation;
    throw new Fault('rotation_unknown', 'No such rotation.');
  }

  async #assertVisible(caller: Caller, instanceId: InstanceId): Promise<void> {
    await this.fleet.commands.find.execute({ caller, instanceId });
  }

  #of(instanceId: InstanceId): readonly Rotation[] {
    return [...this.#rotations.values()].filter((rotation) => rotation.instanceId === instanceId);
  }

  #put(rotation: Rotation): Rotation {
    this.#rotations.set(rotation.id, rotation);
    return rotation;
  }
}
