import { Fault } from '../errors/index.js';
import type { KeyCampaignId } from '../domain/ids.js';
import type { Caller } from '../domain/principal.js';
import type { Store } from '../ports/index.js';
import { assertOverseer } from './assert-operator.js';
import type { KeyCampaignView } from './key-campaign-view.js';
import { viewOfCampaign } from './key-campaign-view.js';

/** Campaigns shown; older ones are in the audit. */
const SHOWN_MAX = 50;

/** Reads key campaigns. Faults: `forbidden`, `key_campaign_unknown`. */
export class FindKeyCampaign {
  constructor(private readonly store: Store) {}

  async execute(caller: Caller, id: KeyCampaignId): Promise<KeyCampaignView> {
    assertOverseer(caller.principal);
    const campaign = await this.store.keyCampaigns.find(id);
    if (campaign !== null) return viewOfCampaign(this.store, campaign);
    throw campaignUnknown();
  }

  /** The last fifty, newest first. */
  async list(caller: Caller): Promise<readonly KeyCampaignView[]> {
    assertOverseer(caller.principal);
    const campaigns = await this.store.keyCampaigns.list(SHOWN_MAX);
    return Promise.all(campaigns.map((campaign) => viewOfCampaign(this.store, campaign)));
  }
}

/** No campaign of that id. */
export function campaignUnknown(): Fault {
  const sentence = 'No such key campaign; GET /v1/key-campaigns lists them.';
  return new Fault('key_campaign_unknown', sentence);
}
