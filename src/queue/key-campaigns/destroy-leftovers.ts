import type { CampaignPorts } from './campaign-ports.js';

/**
 * Destroys values whose campaign is settled: one that was written by an API that came back long after
 * it was given up. A value without a campaign's row is nobody's to judge, so it stays.
 */
export async function destroyLeftovers(
  { store, values, log }: Pick<CampaignPorts, 'store' | 'values' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  for (const id of await values.list(signal)) {
    const campaign = await store.keyCampaigns.find(id);
    if (campaign === null || campaign.settledAt === null) continue;
    await values.destroy(id, signal);
    log.warn('a value was left of a key campaign that is over', { campaignId: id });
  }
}
