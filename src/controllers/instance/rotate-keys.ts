import { trialModel } from '../../domain/gateway-config.js';
import type { Instance } from '../../domain/instance.js';
import { PROVIDER_NAMES } from '../../domain/providers.js';
import type { Rotation } from '../../domain/rotation.js';
import { keyField, planRotation, staleFields } from '../../domain/rotation.js';
import { Fault } from '../../errors/index.js';
import type { Outcome } from '../../lib/keyed-queue.js';
import type { Repositories } from '../../ports/index.js';
import { recheck } from '../reconciler.js';
import type { Outside } from './outside.js';
import { revertRotation } from './revert-rotation.js';
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
  const { revisionApplied } = instance;
  const plan = planRotation(rotation, { revisionApplied, now: clock.now() });
  switch (plan.kind) {
    case 'wait':
      return rotation.state === 'writing' && isApplied(instance) ? recheck(LOOK_AGAIN_MS) : null;
    case 'prove':
      return prove(outside, instance, rotation, { address, signal });
    case 'retire_old':
      return retireOld(outside, instance, rotation, signal);
    case 'finish':
      return finish(outside, instance, rotation, signal);
    case 'revert':
    case 'remove_new':
      return revertRotation(outside, rotation, plan, signal);
  }
}

const isApplied = ({ revision, revisionApplied }: Instance): boolean => revisionApplied >= revision;

/** Has the gateway call each provider with its new key, one after the other. */
async function prove(
  outside: Outside,
  instance: Instance,
  rotation: Rotation,
  { address, signal }: { readonly address: string | null; readonly signal: AbortSignal },
): Promise<Outcome> {
  const { store, gateway, clock } = outside;
  if (address === null) return recheck(LOOK_AGAIN_MS);
  const token = await tokenOf(outside, instance, instance.gatewayVersion, signal);
  for (const name of PROVIDER_NAMES.filter((each) => rotation.names.includes(each))) {
    const model = trialModel(name, rotation.number);
    const verdict = await gateway.tryModel(address, token, model, signal);
    if (verdict === 'answered') continue;
    // It may be restarting; that it never comes back is for the limit of the proof to say.
    if (verdict === 'unreachable') return awaitGateway(outside, rotation, signal);
    const reason = verdict === 'refused' ? 'key_refused' : 'no_answer';
    return revertRotation(outside, rotation, { kind: 'revert', reason }, signal);
  }
  const at = clock.now();
  await store.rotations.advance(rotation, { state: 'proven', at, provenAt: at });
  return recheck(0);
}

async function awaitGateway(
  outside: Outside,
  rotation: Rotation,
  signal: AbortSignal,
): Promise<Outcome> {
  const unseen = { revisionApplied: -1, now: outside.clock.now() };
  const plan = planRotation(rotation, unseen);
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
  const version = await keys.changeKeys(instance.id, removals, signal);
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
  await store.transaction(async (tx) => {
    const at = clock.now();
    if ((await tx.rotations.advance(rotation, { state: 'verified', at })) === null) return;
    await tx.instances.note(instance, { keysPrunedTo });
    await recordEnd(tx, rotation, at);
  });
  log.info('keys rotated', { instanceId: instance.id, rotationId: rotation.id });
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
