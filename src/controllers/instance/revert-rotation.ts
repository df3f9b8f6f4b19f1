import type { RevertReason, Rotation } from '../../domain/rotation.js';
import { staleFields } from '../../domain/rotation.js';
import { Fault } from '../../errors/index.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import { recheck } from '../reconciler.js';
import type { Outside } from './outside.js';

/** What is to be done about a rotation that failed. */
type Reverting =
  { readonly kind: 'revert'; readonly reason: RevertReason } | { readonly kind: 'remove_new' };

/**
 * Gives a rotation up: first the decision is kept, then the new values are removed from Vault, and
 * the gateway is told to forget them. What the tenant uses was never touched.
 */
export async function revertRotation(
  outside: Outside,
  rotation: Rotation,
  plan: Reverting,
  signal: AbortSignal,
): Promise<Outcome> {
  if (plan.kind === 'remove_new') return removeNew(outside, rotation, signal);
  const { store, clock, log } = outside;
  const { reason } = plan;
  await store.rotations.advance(rotation, { state: 'reverting', at: clock.now(), reason });
  const { instanceId, id: rotationId } = rotation;
  log.warn('rotation of keys is given up', { instanceId, rotationId, reason });
  return recheck(0);
}

async function removeNew(
  { store, keys, clock }: Outside,
  rotation: Rotation,
  signal: AbortSignal,
): Promise<Outcome> {
  const { id, instanceId, names, number, reason } = rotation;
  const slots = new Map((await store.keys.list(instanceId)).map(({ name, slot }) => [name, slot]));
  const gone = names.flatMap((name) => staleFields(name, number, slots.get(name) ?? 0));
  const removals = Object.fromEntries(gone.map((field) => [field, null]));
  const version = await unlessLost(keys.changeKeys(instanceId, removals, signal));
  await store.transaction(async (tx) => {
    const at = clock.now();
    if ((await tx.instances.findForUpdate(instanceId)) === null) return;
    if ((await tx.rotations.advance(rotation, { state: 'reverted', at })) === null) return;
    if (version !== null) await tx.keys.raise(instanceId, version);
    const details = { rotation: id, number, names: names.join(' '), reason };
    await tx.audit.append({
      ...{ at, actor: 'controller', action: 'keys.rotation_reverted', target: instanceId },
      ...{ outcome: 'refused', requestId: null, from: null, details },
    });
    const payload = { rotation: id, names: names.join(' '), reason };
    await tx.outbox.append({ topic: 'instance.rotation_reverted', key: instanceId, payload, at });
  });
  return recheck(0);
}

/**
 * Null when somebody destroyed all keys in Vault: then nothing is left to be removed, and the gateway
 * is told of no version that holds less than what it still has in its file.
 */
export async function unlessLost(version: Promise<number>): Promise<number | null> {
  try {
    return await version;
  } catch (error) {
    if (error instanceof Fault && error.code === 'keys_lost') return null;
    throw error;
  }
}
