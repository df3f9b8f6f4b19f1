import type { KeyCampaign, KeyMove } from '../../domain/key-campaign/key-campaign.js';
import type { CampaignPorts } from './campaign-ports.js';

/** Tells the tenants of these instances to bring another key, and marks the one that they have. */
export async function askToRenew(
  { store, clock }: CampaignPorts,
  { id, keyName }: KeyCampaign,
  moves: readonly KeyMove[],
): Promise<void> {
  for (const move of moves) {
    await store.transaction(async (tx) => {
      const at = clock.now();
      if ((await tx.keyCampaigns.findForUpdate(id))?.state !== 'running') return;
      const { instanceId } = move;
      const hasKey = await tx.keys.askToRenew(instanceId, keyName, at);
      const step = hasKey
        ? ({ state: 'begun', reason: null } as const)
        : ({ state: 'skipped', reason: 'key_changed' } as const);
      const isMine = await tx.keyCampaigns.advanceMove(move, { ...step, at, rotationId: null });
      if (!isMine || !hasKey) return;
      const payload = { keyName, campaign: id };
      await tx.outbox.append({ topic: 'instance.key_renewal_due', key: instanceId, payload, at });
    });
  }
}
