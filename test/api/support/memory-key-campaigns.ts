import type { KeyCampaignCommands } from '../../../src/api/routes/key-campaigns.js';
import { assertOperator, assertOverseer } from '../../../src/commands/assert-operator.js';
import { campaignUnknown } from '../../../src/commands/find-key-campaign.js';
import type { KeyCampaignView } from '../../../src/commands/key-campaign-view.js';
import type { KeyCampaignId } from '../../../src/domain/ids.js';
import { keyCampaignIdOf } from '../../../src/domain/ids.js';
import type {
  KeyCampaign,
  KeyCampaignState,
  KeyMove,
} from '../../../src/domain/key-campaign/key-campaign.js';
import { afterVerb } from '../../../src/domain/key-campaign/key-campaign.js';
import type { Caller } from '../../../src/domain/principal.js';
import { checkKey, checkKeyName } from '../../../src/domain/providers.js';
import { Fault } from '../../../src/errors/index.js';
import { NOON, anInstanceId } from '../../support/builders.js';

/** Key campaigns in memory, one at a time; each has two instances, of which one kept its key. */
export class MemoryKeyCampaigns {
  /** The state that the next look at the one that runs finds. */
  becomes: KeyCampaignState = 'running';
  /** The idempotency key of the last one that was started. */
  repeatedBy: string | null = null;
  #campaign: KeyCampaign | null = null;

  get commands(): KeyCampaignCommands {
    return {
      start: {
        execute: async ({ caller, wish, idempotencyKey }) => {
          this.repeatedBy = idempotencyKey;
          assertOperator(caller.principal);
          if (wish.kind === 'replace') checkKey(wish.keyName, wish.value);
          else checkKeyName(wish.keyName);
          if (this.#campaign?.state === 'running') {
            throw new Fault('key_campaign_in_progress', 'A campaign of that key is not over.');
          }
          this.#campaign = {
            ...{ id: keyCampaignIdOf('aaaaaaaaaaaa'), kind: wish.kind, keyName: wish.keyName },
            ...{ state: 'running', failureBudget: 0.05, failuresAccepted: 0, settledAt: null },
            ...{ requestedBy: 'operator:tester', requestedAt: NOON, stateAt: NOON },
          };
          return viewOf(this.#campaign);
        },
      },
      change: {
        execute: async ({ caller, id, verb }) => {
          assertOperator(caller.principal);
          const campaign = this.#find(caller, id);
          const state = afterVerb(campaign.state, verb);
          if (state === null) throw new Fault('move_refused', `It cannot ${verb}.`);
          this.#campaign = { ...campaign, state };
          return viewOf(this.#campaign);
        },
      },
      find: {
        execute: async (caller, id) => {
          const seen = this.#find(caller, id);
          const state = seen.state === 'running' ? this.becomes : seen.state;
          this.#campaign = { ...seen, state };
          return viewOf(this.#campaign);
        },
        list: async (caller) => {
          assertOverseer(caller.principal);
          return this.#campaign === null ? [] : [viewOf(this.#campaign)];
        },
      },
    };
  }

  #find({ principal }: Caller, id: KeyCampaignId): KeyCampaign {
    assertOverseer(principal);
    if (this.#campaign?.id === id) return this.#campaign;
    throw campaignUnknown();
  }
}

function viewOf(campaign: KeyCampaign): KeyCampaignView {
  const unmoved: KeyMove = {
    ...{ campaignId: campaign.id, instanceId: anInstanceId(), wave: 2, rotationId: null },
    ...{ state: 'reverted', reason: 'key_refused', attempts: 1, stateAt: NOON },
  };
  const counts = [
    { wave: 1, state: 'verified', count: 1 },
    { wave: 2, state: 'reverted', count: 1 },
  ] as const;
  return { campaign, counts, unmoved: [unmoved] };
}
