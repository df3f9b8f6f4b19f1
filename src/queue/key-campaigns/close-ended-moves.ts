import type { KeyCampaign } from '../../domain/key-campaign/key-campaign.js';
import type { KeyMoveEnded, KeyMoveStep } from '../../ports/index.js';
import type { CampaignPorts } from './campaign-ports.js';

/** A value that Vault did not take so often is not tried again: something else is wrong. */
const ATTEMPTS_MAX = 3;

/** Records how the moves ended whose rotation is over, or whose tenant has renewed the key. */
export async function closeEndedMoves(
  { store, clock, onMoved }: CampaignPorts,
  { id }: KeyCampaign,
): Promise<void> {
  for (const ended of await store.keyCampaigns.ended(id)) {
    const step = { ...endOf(ended), at: clock.now() };
    const isNew = await store.keyCampaigns.advanceMove(ended.move, step);
    if (isNew && step.state !== 'waiting') onMoved(step.state);
  }
}

function endOf({ move, isInstanceGone, rotation }: KeyMoveEnded): Omit<KeyMoveStep, 'at'> {
  const { rotationId, attempts } = move;
  const reason = rotation?.reason ?? null;
  if (isInstanceGone || reason === 'instance_gone') {
    return { state: 'skipped', rotationId, reason: 'instance_gone' };
  }
  if (rotation === null || rotation.state === 'verified') {
    return { state: 'verified', rotationId, reason: null };
  }
  // Nothing was tried: Vault was away, or whoever wrote to it was killed.
  const isForNothing = reason === 'not_written' && attempts < ATTEMPTS_MAX;
  return isForNothing
    ? { state: 'waiting', rotationId: null, reason: null }
    : { state: 'reverted', rotationId, reason };
}
