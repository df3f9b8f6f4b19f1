import type { KeyCampaign, KeyMove } from '../../domain/key-campaign/key-campaign.js';
import { VALUE_WRITING_LIMIT_MS } from '../../domain/key-campaign/key-campaign.js';
import { planKeyCampaign } from '../../domain/key-campaign/plan-key-campaign.js';
import { pause } from '../../lib/timers.js';
import type { Lease } from '../../ports/index.js';
import { askToRenew } from './ask-to-renew.js';
import type { CampaignPorts } from './campaign-ports.js';
import { closeEndedMoves } from './close-ended-moves.js';
import { replaceKeys } from './replace-keys.js';

/** A worker that was killed holds up the others for this long at most. */
const LEASE_MS = 15_000;
const LEASE_NAME = 'key-campaigns';
/** Between two looks at what is under way; a rotation takes two seconds. */
const LOOK_AGAIN_MS = 500;

/**
 * Takes key campaigns on: sees what became of the moves that were begun, asks the planner, and does
 * what it says. All that it knows is in the database, so any worker goes on where another one died.
 *
 * The lease keeps workers out of each other's way; what keeps the rows right is that each move
 * changes only if it is as it was seen, together with the rotation that does it.
 */
export class KeyCampaignRunner {
  #lease: Lease | null = null;

  constructor(private readonly ports: CampaignPorts) {}

  /** Passes over all campaigns until nothing is left that comes by itself within seconds. */
  async run(signal: AbortSignal): Promise<void> {
    while ((await this.pass(signal)) && !signal.aborted) await pause(LOOK_AGAIN_MS, signal);
  }

  /** One pass over all campaigns; true when another one soon would find more to do. */
  async pass(signal: AbortSignal): Promise<boolean> {
    const { store, holder, log } = this.ports;
    let isBusy = false;
    for (const campaign of await store.keyCampaigns.listUnsettled()) {
      this.#lease = await store.leases.grant(LEASE_NAME, holder, LEASE_MS);
      if (this.#lease === null || signal.aborted) return false;
      try {
        await closeEndedMoves(this.ports, campaign);
        isBusy = (await this.#advance(campaign, signal)) || isBusy;
      } catch (error) {
        log.warn('key campaign held up', { campaignId: campaign.id, error });
      }
    }
    return isBusy;
  }

  /** Lets another worker take over at once. */
  async stop(): Promise<void> {
    if (this.#lease !== null) await this.ports.store.leases.release([this.#lease]);
    this.#lease = null;
  }

  async #advance(campaign: KeyCampaign, signal: AbortSignal): Promise<boolean> {
    switch (campaign.state) {
      case 'preparing':
        await this.#abortStale(campaign);
        return false;
      case 'running':
        return this.#act(campaign, signal);
      case 'paused':
      case 'halted':
        return false;
      case 'aborted':
      case 'done':
        return this.#wrapUp(campaign, signal);
    }
  }

  async #act(campaign: KeyCampaign, signal: AbortSignal): Promise<boolean> {
    const { store, clock } = this.ports;
    const moves = await store.keyCampaigns.moves(campaign.id);
    const plan = planKeyCampaign(campaign, moves, clock.now());
    switch (plan.kind) {
      case 'wait':
        return campaign.kind === 'replace';
      case 'begin':
        if (campaign.kind === 'replace') return this.#replace(campaign, plan.moves, signal);
        await askToRenew(this.ports, campaign, plan.moves);
        return true;
      case 'halt':
        await this.#end(campaign, 'halted');
        return false;
      case 'finish':
        await this.#end(campaign, 'done');
        return true;
    }
  }

  /** The value is read anew each time and kept nowhere; with Vault away no move is begun in vain. */
  async #replace(
    campaign: KeyCampaign,
    moves: readonly KeyMove[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const value = await this.ports.values.read(campaign.id, signal);
    if (value === null) {
      this.ports.log.warn('the value of a key campaign is gone', { campaignId: campaign.id });
      await this.#end(campaign, 'halted');
      return false;
    }
    await replaceKeys(this.ports, campaign, { moves, value, signal });
    return true;
  }

  /** Whoever wrote its value died of it, or nearly: nobody knows whether it is there. */
  async #abortStale(campaign: KeyCampaign): Promise<void> {
    const waitedMs = this.ports.clock.now().getTime() - campaign.stateAt.getTime();
    if (waitedMs > VALUE_WRITING_LIMIT_MS) await this.#end(campaign, 'aborted');
  }

  async #end(campaign: KeyCampaign, state: 'halted' | 'done' | 'aborted'): Promise<void> {
    const { store, clock, log } = this.ports;
    const { id, kind, keyName } = campaign;
    await store.transaction(async (tx) => {
      const at = clock.now();
      if ((await tx.keyCampaigns.advance(campaign, { state, at })) === null) return;
      await tx.audit.append({
        ...{ at, actor: 'worker', action: `key_campaign.${state}`, target: id },
        ...{ outcome: 'done', requestId: null, from: null, details: { kind, keyName } },
      });
      const payload = { kind, keyName };
      await tx.outbox.append({ topic: `key_campaign.${state}`, key: id, payload, at });
    });
    log.info('key campaign changed', { campaignId: id, state });
  }

  /**
   * Gives up what was not begun, waits for what was, and then destroys the value. Of one that was
   * aborted the API may be writing the value still: it is destroyed again when that is over.
   */
  async #wrapUp(campaign: KeyCampaign, signal: AbortSignal): Promise<boolean> {
    const { store, values, clock } = this.ports;
    const { id, kind } = campaign;
    if (campaign.state === 'aborted') await this.#skipRest(campaign);
    const moves = await store.keyCampaigns.moves(id);
    if (moves.some(({ state }) => state === 'begun')) return true;
    if (kind === 'replace') await values.destroy(id, signal);
    const sinceMs = clock.now().getTime() - campaign.stateAt.getTime();
    if (campaign.state === 'aborted' && sinceMs <= VALUE_WRITING_LIMIT_MS) return false;
    await store.keyCampaigns.settle(id, clock.now());
    return false;
  }

  #skipRest(campaign: KeyCampaign): Promise<void> {
    const { store, clock } = this.ports;
    return store.transaction(async (tx) => {
      const at = clock.now();
      await tx.keyCampaigns.skipAll(campaign.id, 'waiting', 'aborted', at);
      if (campaign.kind !== 'renew') return;
      await tx.keys.stopAsking(campaign);
      await tx.keyCampaigns.skipAll(campaign.id, 'begun', 'aborted', at);
    });
  }
}
