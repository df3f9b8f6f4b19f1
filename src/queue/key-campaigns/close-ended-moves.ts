import type { KeyCampaign, SkipReason } from '../../domain/key-campaign/key-campaign.js';
import type { RevertReason } from '../../domain/rotation.js';
import type { KeyMoveEnded, KeyMoveStep } from '../../ports/index.js';
import type { CampaignPorts } from './campaign-ports.js';

/** A value that Vault did not take so often is not tried again: something else is wrong. */
const ATTEMPTS_MAX = 3;
/** Nothing was tried: Vault was away, whoever wrote to it was killed, or the key was set meanwhile. */
const FOR_NOTHING: readonly RevertReason[] = ['not_written', 'superseded'];

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

function endOf(ended: KeyMoveEnded): Omit<KeyMoveStep, 'at'> {
  const { rotationId, attempts } = ended.move;
  const reason = ended.rotation?.reason ?? null;
  const skipped = skipReasonOf(ended);
  if (skipped !== null) return { state: 'skipped', rotationId, reason: skipped };
  if (ended.rotation === null || ended.rotation.state === 'verified') {
    return { state: 'verified', rotationId, reason: null };
  }
  return reason !== null && FOR_NOTHING.includes(reason) && attempts < ATTEMPTS_MAX
    ? { state: 'waiting', rotationId: null, reason: null }
    : { state: 'reverted', rotationId, reason };
}

/** Why the key of the instance is no matter any more; null where it is. */
function skipReasonOf({ instanceState, hasKey, rotation }: KeyMoveEnded): SkipReason | null {
  if (instanceState === 'deleting' || instanceState === 'deleted') return 'instance_gone';
  if (rotation?.state === 'verified') return null;
  if (instanceState === 'failed' || instanceState === 'trashed') return 'not_ready';
  if (rotation === null) return hasKey ? null : 'key_changed';
  switch (rotation.reason) {
    case 'instance_gone':
      return 'instance_gone';
    case 'instance_not_ready':
      return 'not_ready';
    default:
      return instanceState === 'stopped' ? 'not_ready' : null;
  }
}
