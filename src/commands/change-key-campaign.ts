import { Fault } from '../errors/index.js';
import type { KeyCampaignId } from '../domain/ids.js';
import type { KeyCampaignVerb } from '../domain/key-campaign/key-campaign.js';
import { afterVerb } from '../domain/key-campaign/key-campaign.js';
import type { Caller } from '../domain/principal.js';
import type { Clock } from '../lib/clock.js';
import type { KeyMoveCount, Store } from '../ports/index.js';
import { assertOperator } from './assert-operator.js';
import { campaignUnknown } from './find-key-campaign.js';
import type { KeyCampaignView } from './key-campaign-view.js';
import { viewOfCampaign } from './key-campaign-view.js';
import { actorOf } from './visibility.js';

/**
 * Pauses, resumes or aborts a key campaign. What is under way at that moment ends by itself, and
 * whoever resumes a halted one accepts the failures so far. To repeat an act changes nothing.
 *
 * Faults: `forbidden`, `key_campaign_unknown`, `move_refused`.
 */
export class ChangeKeyCampaign {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  async execute(request: {
    readonly caller: Caller;
    readonly id: KeyCampaignId;
    readonly verb: KeyCampaignVerb & ('pause' | 'resume' | 'abort');
  }): Promise<KeyCampaignView> {
    const { caller, id, verb } = request;
    assertOperator(caller.principal);
    return this.store.transaction(async (tx) => {
      const seen = await tx.keyCampaigns.findForUpdate(id);
      if (seen === null) throw campaignUnknown();
      if (seen.state === OUTCOMES[verb]) return viewOfCampaign(tx, seen);
      const state = afterVerb(seen.state, verb);
      if (state === null) {
        throw new Fault('move_refused', `A key campaign that is ${seen.state} cannot ${verb}.`);
      }
      const at = this.clock.now();
      const failuresAccepted = failuresIn(await tx.keyCampaigns.count(id));
      const accepted = verb === 'resume' ? { failuresAccepted } : {};
      const moved = await tx.keyCampaigns.advance(seen, { state, at, ...accepted });
      await tx.audit.append({
        ...{ at, actor: actorOf(caller.principal), action: `key_campaign.${verb}`, target: id },
        ...{ outcome: 'done', requestId: caller.requestId, from: caller.from },
        details: { from: seen.state },
      });
      if (moved?.state === 'aborted') {
        const payload = { kind: seen.kind, keyName: seen.keyName };
        await tx.outbox.append({ topic: 'key_campaign.aborted', key: id, payload, at });
      }
      return viewOfCampaign(tx, moved ?? seen);
    });
  }
}

const OUTCOMES = { pause: 'paused', resume: 'running', abort: 'aborted' } as const;

function failuresIn(counts: readonly KeyMoveCount[]): number {
  return counts
    .filter(({ state }) => state === 'reverted')
    .reduce((sum, { count }) => sum + count, 0);
}
