import { Fault } from '../errors/index.js';
import type { InstanceId } from '../domain/ids.js';
import type { Instance, InstanceState } from '../domain/instance.js';
import type { KeyOwner } from '../domain/key-campaign/key-campaign.js';
import { checkKey } from '../domain/providers.js';
import type { Caller } from '../domain/principal.js';
import { keyField, staleFields } from '../domain/rotation.js';
import type { Clock } from '../lib/clock.js';
import type { KeyRecord, KeyVault, Repositories, Store } from '../ports/index.js';
import { assertMayOwn } from './assert-may-own.js';
import type { InstanceView } from './instance-view.js';
import type { Precondition } from './precondition.js';
import { actorOf, viewOf, visibleInstance } from './visibility.js';

/** More keys than any gateway uses; the bound keeps the file that instances read small. */
export const KEYS_MAX = 32;

/**
 * A write that a rotation overtook is made again with its places; each takes a second at least. Keys
 * that were lost take one more.
 */
const ATTEMPTS_MAX = 4;

/** An instance that still starts for somebody takes keys too: it finds them when it is bound. */
const CHANGEABLE: readonly InstanceState[] = [
  ...(['creating', 'warming', 'binding', 'ready', 'resuming', 'stopped'] as const),
];

export interface KeyChangeRequest {
  readonly caller: Caller;
  readonly instanceId: InstanceId;
  readonly set: Readonly<Record<string, string>>;
  readonly remove: readonly string[];
  /** Whose keys the new values are. */
  readonly owner: KeyOwner;
  readonly precondition?: Precondition;
  readonly signal: AbortSignal;
}

/** Names with the slot that each value lies in, see keyField. */
type Slots = ReadonlyMap<string, number>;

/**
 * Sets and removes a tenant's keys in one step.
 *
 * A command that calls an outside system itself: the database may not hold a key even for a moment,
 * so there is no intent a controller could act on. Vault gets the values first, then the database
 * learns which version to use, and a controller brings it to the gateway. A crash between the two
 * leaves an unused version behind; repeating the call mends it.
 *
 * A rotation that was opened between the look at the keys and the write is told that it was overtaken,
 * for the write took the value away that it would fall back to. One that is past its proof takes the
 * keys to other fields: then the write is made again, there.
 *
 * Faults: `provider_unknown`, `key_malformed`, `key_unknown`, `forbidden`, `instance_not_ready`,
 * `keys_limit_reached`, `rotation_in_progress`, `vault_*`, and the precondition's.
 */
export class ChangeKeys {
  constructor(
    private readonly store: Store,
    private readonly vault: Pick<KeyVault, 'changeKeys' | 'startOver'>,
    private readonly clock: Clock,
  ) {}

  async execute(request: KeyChangeRequest): Promise<InstanceView> {
    const { caller, set, owner } = request;
    assertMayOwn(caller.principal, owner);
    for (const [name, value] of Object.entries(set)) checkKey(name, value);
    let wish = request;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const view = await visibleInstance(this.store, caller.principal, request.instanceId);
      const { id: instanceId } = view.instance;
      request.precondition?.(view);
      assertChangeable(view.instance);
      assertKnown(view.keys, set, wish.remove);
      await assertNotRotating(this.store, instanceId);
      const slots = slotsOf(view.keys);
      const written = await this.#write({ ...wish, instanceId }, slots);
      if (written === 'lost') {
        if (await this.#recordLoss(caller, view)) wish = { ...wish, remove: [] };
      } else if (written !== 'overtaken') {
        const changed = await this.#record({ ...wish, instanceId }, written, slots);
        if (changed !== null) return changed;
      }
    }
    throw new Fault('write_superseded', 'The keys were rotated meanwhile; try again.');
  }

  /**
   * The version that Vault took the change as. Where somebody destroyed the keys behind our back, the
   * new ones are all that there is: they are written once no other one is listed any more, `lost` until
   * then. `overtaken` when others have just brought some back.
   */
  async #write(request: KeyChangeRequest, slots: Slots): Promise<Written | 'lost' | 'overtaken'> {
    const { instanceId, set, signal } = request;
    try {
      const version = await this.vault.changeKeys(instanceId, fieldsOf(request, slots), signal);
      return { version, isOnlyOnes: false };
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'keys_lost') throw error;
      if (slots.size > 0) return 'lost';
      const fields = Object.entries(set).map(
        ([name, value]) => [keyField(name, 0), value] as const,
      );
      const values = Object.fromEntries(fields);
      const version = await this.vault.startOver(instanceId, values, signal);
      return version === null ? 'overtaken' : { version, isOnlyOnes: true };
    }
  }

  /**
   * Lists the keys no more that Vault lost. It is recorded before anything new is written there: a
   * version on top of the lost one looks like any other, so whoever comes after a crash between the
   * two could not tell that the others are gone. False when the keys were changed meanwhile.
   *
   * The gateway is told nothing of it, and goes on with what it has in its file until there is
   * something to replace it with.
   */
  #recordLoss(caller: Caller, { instance, keys }: InstanceView): Promise<boolean> {
    const { id: instanceId, keyVersion } = instance;
    const names = keys.map(({ name }) => name);
    return this.store.transaction(async (tx) => {
      const at = this.clock.now();
      const present = await tx.instances.findForUpdate(instanceId);
      if (present?.keyVersion !== keyVersion) return false;
      assertChangeable(present);
      if (!(await supersedeRotation(tx, instanceId, names, at))) return false;
      await tx.keys.forget(instanceId, at);
      await tx.audit.append({
        ...{ at, actor: actorOf(caller.principal), action: 'keys.lost', target: instanceId },
        ...{ outcome: 'done', requestId: caller.requestId, from: caller.from },
        details: { version: keyVersion, names: names.join(' ') },
      });
      return true;
    });
  }

  /** Null when a rotation moved one of the keys between the look at it and the write. */
  #record(
    { caller, instanceId, set, remove, owner, precondition }: KeyChangeRequest,
    { version, isOnlyOnes }: Written,
    slots: Slots,
  ): Promise<InstanceView | null> {
    return this.store.transaction(async (tx) => {
      const at = this.clock.now();
      const instance = await tx.instances.findForUpdate(instanceId);
      if (instance === null) throw new Fault('instance_unknown', 'No such instance.');
      precondition?.(await viewOf(tx, instance));
      assertChangeable(instance);
      const keys = await tx.keys.list(instanceId);
      const present = slotsOf(keys);
      const names = Object.keys(set);
      // Recorded meanwhile by somebody whose version was lost before they came to that.
      const lost = isOnlyOnes ? [...present.keys()].filter((name) => !names.includes(name)) : [];
      const removed = [...new Set([...remove, ...lost])];
      const touched = [...names, ...removed];
      if (touched.some((name) => slotIn(present, name) !== slotIn(slots, name))) return null;
      if (!(await supersedeRotation(tx, instanceId, touched, at))) return null;
      if (!isOnlyOnes) assertKnown(keys, set, remove);

      const placed = new Map(names.map((name) => [name, slotIn(slots, name)]));
      await tx.keys.record(instanceId, { version, set: placed, removed, owner, at });
      const details = { version, owner, set: names.join(' '), removed: removed.join(' ') };
      await tx.audit.append({
        ...{ at, actor: actorOf(caller.principal), action: 'keys.change', target: instanceId },
        ...{ outcome: 'done', requestId: caller.requestId, from: caller.from, details },
      });
      return viewOf(tx, (await tx.instances.find(instanceId)) ?? instance);
    });
  }
}

/** What Vault took. */
interface Written {
  readonly version: number;
  /** Whether nothing else is left: the version before was destroyed. */
  readonly isOnlyOnes: boolean;
}

function slotsOf(keys: readonly KeyRecord[]): Slots {
  return new Map(keys.map(({ name, slot }) => [name, slot]));
}

const slotIn = (slots: Slots, name: string): number => slots.get(name) ?? 0;

function fieldsOf(
  { set, remove }: Pick<KeyChangeRequest, 'set' | 'remove'>,
  slots: Slots,
): Record<string, string | null> {
  const gone = [
    ...Object.keys(set).flatMap((name) =>
      staleFields(name, slotIn(slots, name), slotIn(slots, name)),
    ),
    ...remove.flatMap((name) => staleFields(name, slotIn(slots, name), null)),
  ];
  const values = Object.entries(set).map(
    ([name, value]) => [keyField(name, slotIn(slots, name)), value] as const,
  );
  return Object.fromEntries([...gone.map((field) => [field, null] as const), ...values]);
}

function assertChangeable({ state, tenantId }: Instance): void {
  if (CHANGEABLE.includes(state) && tenantId !== null) return;
  throw new Fault('instance_not_ready', `An instance that is ${state} takes no keys.`);
}

/** Of two changes at once one would have to lose; so the second one is told to wait. */
export async function assertNotRotating(
  store: Repositories,
  instanceId: InstanceId,
): Promise<void> {
  const rotation = await store.rotations.findOpen(instanceId);
  if (rotation !== null) throw rotationInProgress(rotation.id);
}

/**
 * Tells an open rotation that one of its keys was changed meanwhile. False when that is too late,
 * because the new value is proven: what was written lies where nothing looks for it any more.
 */
async function supersedeRotation(
  tx: Repositories,
  instanceId: InstanceId,
  names: readonly string[],
  at: Date,
): Promise<boolean> {
  const rotation = await tx.rotations.findOpen(instanceId);
  if (rotation === null || !rotation.names.some((name) => names.includes(name))) return true;
  const reason = 'superseded';
  switch (rotation.state) {
    case 'writing': {
      // Its value may still be on its way to Vault: whoever writes it sees to it that it goes again.
      const step = { state: 'writing', at: rotation.stateAt, reason } as const;
      return (await tx.rotations.advance(rotation, step)) !== null;
    }
    case 'proving':
      return (await tx.rotations.advance(rotation, { state: 'reverting', at, reason })) !== null;
    case 'proven':
    case 'switching':
      return false;
    case 'reverting':
    case 'reverted':
    case 'verified':
    case 'unconfirmed':
      return true;
  }
}

/** The conflict with a rotation that is not over; it ends by itself, within two minutes at most. */
export function rotationInProgress(id: string | null): Fault {
  const which = id === null ? 'Another rotation' : `The rotation ${id}`;
  return new Fault(
    'rotation_in_progress',
    `${which} of this instance’s keys is not over yet; wait for its end and try again.`,
  );
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
