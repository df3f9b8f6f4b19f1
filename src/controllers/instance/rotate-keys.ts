import { trialModel } from '../../domain/gateway-config.js';
import type { Instance } from '../../domain/instance.js';
import { PROVIDER_NAMES } from '../../domain/providers.js';
import type { Rotation, RotationPlan } from '../../domain/rotation.js';
import { PROOF_LIMIT_MS, keyField, planRotation, staleFields } from '../../domain/rotation.js';
import { Fault } from '../../errors/index.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import type { ModelVerdict, Repositories } from '../../ports/index.js';
import { recheck } from '../reconciler.js';
import { announce } from './announce.js';
import { hasLoadedMore } from './has-loaded-more.js';
import type { Outside } from './outside.js';
import { revertRotation, unlessLost } from './revert-rotation.js';
import { tokenOf } from './token-of.js';

/** How soon to look again at a rotation that the API is still writing, or a gateway that is away. */
const LOOK_AGAIN_MS = 500;

/**
 * Takes the next step of the instance's open rotation, and destroys key versions that nothing uses
 * any more. Null when there is nothing to do but to bring the gateway to its revision.
 */
export async function rotateKeys(
  outside: Outside,
  instance: Instance,
  address: string | null,
  signal: AbortSignal,
): Promise<Outcome | null> {
  if (instance.keyVersion === 0) return null;
  const { store, clock } = outside;
  const rotation = await store.rotations.findOpen(instance.id);
  if (rotation === null) return prune(outside, instance, signal);
  const plan = planRotation(rotation, instance, clock.now());
  if (isTooLate(plan) && (await hasLoadedMore(outside, instance, address, signal))) return null;
  switch (plan.kind) {
    case 'wait':
      return rotation.state === 'writing' && isApplied(instance) ? recheck(LOOK_AGAIN_MS) : null;
    case 'prove':
      return prove(outside, instance, rotation, { address, signal });
    case 'retire_old':
      return retireOld(outside, instance, rotation, signal);
    case 'finish':
      return finish(outside, instance, rotation, signal);
    case 'leave_unconfirmed':
      return leaveUnconfirmed(outside, rotation);
    case 'revert':
    case 'remove_new':
      return revertRotation(outside, rotation, plan, signal);
  }
}

const isTooLate = (plan: RotationPlan): boolean =>
  plan.kind === 'leave_unconfirmed' || (plan.kind === 'revert' && plan.reason === 'no_receipt');

const isApplied = ({ revision, revisionApplied }: Instance): boolean => revisionApplied >= revision;

/** Has the gateway call each provider with its new key, all at once. */
async function prove(
  outside: Outside,
  instance: Instance,
  rotation: Rotation,
  { address, signal }: { readonly address: string | null; readonly signal: AbortSignal },
): Promise<Outcome> {
  if (address === null) return awaitGateway(outside, rotation, signal);
  const verdict = await tryAll(outside, instance, rotation, { address, signal });
  switch (verdict) {
    case 'answered':
      return proven(outside, instance, rotation, signal);
    // It may be restarting; that it never comes back is for the limit of the proof to say.
    case 'unreachable':
      return awaitGateway(outside, rotation, signal);
    case 'refused':
      return revertRotation(outside, rotation, { kind: 'revert', reason: 'key_refused' }, signal);
    case 'failed':
      return revertRotation(outside, rotation, { kind: 'revert', reason: 'no_answer' }, signal);
  }
}

/** Of several verdicts the one that decides. */
const WORST_FIRST: readonly ModelVerdict[] = ['refused', 'failed', 'unreachable', 'answered'];

/** A gateway whose token cannot be read is out of reach once the time for it is up. */
async function tryAll(
  outside: Outside,
  instance: Instance,
  { names, number, stateAt }: Rotation,
  { address, signal }: { readonly address: string; readonly signal: AbortSignal },
): Promise<ModelVerdict> {
  const { gateway, clock } = outside;
  let token: string;
  try {
    token = await tokenOf(outside, instance, instance.gatewayVersion, signal);
  } catch (error) {
    if (clock.now().getTime() - stateAt.getTime() <= PROOF_LIMIT_MS) throw error;
    return 'unreachable';
  }
  const verdicts = await Promise.all(
    PROVIDER_NAMES.filter((name) => names.includes(name)).map((name) =>
      gateway.tryModel(address, token, trialModel(name, number), signal),
    ),
  );
  return WORST_FIRST.find((verdict) => verdicts.includes(verdict)) ?? 'failed';
}

/** The decision is kept before anything is done about it; then every moment counts. */
async function proven(
  outside: Outside,
  instance: Instance,
  rotation: Rotation,
  signal: AbortSignal,
): Promise<Outcome> {
  const at = outside.clock.now();
  const step = { state: 'proven', at, provenAt: at } as const;
  const decided = await outside.store.rotations.advance(rotation, step);
  if (decided === null) return recheck(0);
  const outcome = await retireOld(outside, instance, decided, signal);
  // It has just answered, so nobody has to see first whether it has started.
  await announce(outside, instance, signal);
  return outcome;
}

async function awaitGateway(
  outside: Outside,
  rotation: Rotation,
  signal: AbortSignal,
): Promise<Outcome> {
  const unseen = { revision: rotation.revision, revisionApplied: -1 };
  const plan = planRotation(rotation, unseen, outside.clock.now());
  return plan.kind === 'revert'
    ? revertRotation(outside, rotation, plan, signal)
    : recheck(LOOK_AGAIN_MS);
}

/**
 * Takes the old values out of the newest version in Vault, then has the gateway use the new ones.
 * The gateway goes on with the version before until it is told, so the order hurts nobody.
 */
async function retireOld(
  outside: Outside,
  instance: Instance,
  rotation: Rotation,
  signal: AbortSignal,
): Promise<Outcome> {
  const { store, keys, clock } = outside;
  const { names, number } = rotation;
  const present = new Set((await store.keys.list(instance.id)).map(({ name }) => name));
  const gone = names.flatMap((name) => [
    ...staleFields(name, number, number),
    ...(present.has(name) ? [] : [keyField(name, number)]),
  ]);
  const removals = Object.fromEntries(gone.map((field) => [field, null]));
  const version = await unlessLost(keys.changeKeys(instance.id, removals, signal));
  if (version === null) {
    return revertRotation(outside, rotation, { kind: 'revert', reason: 'keys_lost' }, signal);
  }
  await store.transaction(async (tx) => {
    const at = clock.now();
    if ((await tx.instances.findForUpdate(instance.id)) === null) return;
    const revision = await tx.keys.promote(rotation, { version, at });
    const switching = await tx.rotations.advance(rotation, { state: 'switching', at, revision });
    if (switching === null) throw new Fault('write_superseded', 'This step was taken already.');
  });
  return recheck(0);
}

/** The gateway uses the new values: destroys the old ones, and only then calls it verified. */
async function finish(
  outside: Outside,
  instance: Instance,
  rotation: Rotation,
  signal: AbortSignal,
): Promise<Outcome> {
  const { store, keys, clock, log } = outside;
  const keysPrunedTo = instance.keyVersion;
  await keys.destroyBefore(instance.id, keysPrunedTo, signal);
  const isMine = await store.transaction(async (tx) => {
    const at = clock.now();
    // Everybody locks the instance before its rotation.
    if ((await tx.instances.note(instance, { keysPrunedTo })) === null) return false;
    if ((await tx.rotations.advance(rotation, { state: 'verified', at })) === null) return false;
    await recordEnd(tx, rotation, at);
    return true;
  });
  if (isMine) log.info('keys rotated', { instanceId: instance.id, rotationId: rotation.id });
  return recheck(0);
}

/**
 * The gateway has the new values within its reach and was told to use them. Whoever waits for that is
 * answered; the old versions stay in Vault until it was seen after all, and are destroyed then.
 */
async function leaveUnconfirmed(
  { store, clock, log }: Outside,
  rotation: Rotation,
): Promise<Outcome> {
  const { id, instanceId, names, number } = rotation;
  const reason = 'not_seen';
  await store.transaction(async (tx) => {
    const at = clock.now();
    if ((await tx.instances.findForUpdate(instanceId)) === null) return;
    const step = { state: 'unconfirmed', at, reason } as const;
    if ((await tx.rotations.advance(rotation, step)) === null) return;
    await tx.audit.append({
      ...{ at, actor: 'controller', action: 'keys.rotation_unconfirmed', target: instanceId },
      ...{ outcome: 'done', requestId: null, from: null },
      details: { rotation: id, number, names: names.join(' '), reason },
    });
    const payload = { rotation: id, names: names.join(' '), reason };
    await tx.outbox.append({
      topic: 'instance.rotation_unconfirmed',
      key: instanceId,
      payload,
      at,
    });
  });
  log.warn('a gateway was not seen to use its new keys', { instanceId, rotationId: id });
  return recheck(0);
}

async function recordEnd(tx: Repositories, rotation: Rotation, at: Date): Promise<void> {
  const { id, instanceId, names, number } = rotation;
  await tx.audit.append({
    ...{ at, actor: 'controller', action: 'keys.rotated', target: instanceId },
    ...{ outcome: 'done', requestId: null, from: null },
    details: { rotation: id, number, names: names.join(' ') },
  });
  const payload = { rotation: id, names: names.join(' ') };
  await tx.outbox.append({ topic: 'instance.rotated', key: instanceId, payload, at });
}

/** Destroys the versions before the one that the gateway was seen to use. */
async function prune(
  { store, keys }: Outside,
  instance: Instance,
  signal: AbortSignal,
): Promise<Outcome | null> {
  const { id, keyVersion, keysPrunedTo } = instance;
  if (!isApplied(instance) || keysPrunedTo >= keyVersion) return null;
  if (keyVersion > 1) await keys.destroyBefore(id, keyVersion, signal);
  await store.instances.note(instance, { keysPrunedTo: keyVersion });
  return null;
}
