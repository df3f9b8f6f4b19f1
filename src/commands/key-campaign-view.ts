import type { KeyCampaign, KeyMove } from '../domain/key-campaign/key-campaign.js';
import type { KeyMoveCount, Repositories } from '../ports/index.js';

/** Instances named of those that kept their old key; how many there are is always said. */
const UNMOVED_SHOWN_MAX = 100;

/** A campaign with how far it has come. */
export interface KeyCampaignView {
  readonly campaign: KeyCampaign;
  readonly counts: readonly KeyMoveCount[];
  /** The first of those that ended without a new key, with the reasons. */
  readonly unmoved: readonly KeyMove[];
}

/** The campaign with its counts, and with those that ended without a new key. */
export async function viewOfCampaign(
  store: Repositories,
  campaign: KeyCampaign,
): Promise<KeyCampaignView> {
  const counts = await store.keyCampaigns.count(campaign.id);
  const unmoved = await store.keyCampaigns.listUnmoved(campaign.id, UNMOVED_SHOWN_MAX);
  return { campaign, counts, unmoved };
}
