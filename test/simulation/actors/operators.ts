import type { KeyCampaignWish } from '../../../src/commands/start-key-campaign.js';
import type { KeyCampaignId } from '../../../src/domain/ids.js';
import { Fault } from '../../../src/errors/index.js';
import { aCaller } from '../../support/builders.js';
import { Chance } from '../core/chance.js';
import type { Simulation } from '../core/simulation.js';
import type { Api } from './control-plane.js';
import type { Fleet } from './fleet.js';

const LOOK_EVERY_MS = 4_000;
const ASK_AGAIN_MS = 2_000;
/** How long tenants are asked for keys of their own before it is given up, in virtual time. */
const ASKED_FOR_MS = 150_000;
/** Halts that are accepted before the rest is given up. */
const RESUMES_MAX = 2;

/** An operator who exchanges one key across the fleet, holds it up now and then, and sees to its end. */
export class Operators {
  /** Campaigns that were answered, by the idempotency key of their request. */
  readonly campaigns = new Map<string, KeyCampaignId>();
  readonly #chance: Chance;
  #atWork = 0;

  constructor(
    private readonly sim: Simulation,
    private readonly fleet: Fleet,
    private readonly onFault: (what: string) => void,
  ) {
    this.#chance = new Chance(sim.seed, 'operators');
  }

  /** All that they began is over. */
  areDone(): boolean {
    return this.#atWork === 0;
  }

  start(): void {
    const budget = [0, 0.3, 1][this.#chance.between(0, 2)] ?? 0;
    const replace = { kind: 'replace', keyName: 'openrouter', value: 'sk-or-dddddddddd' } as const;
    if (this.#chance.isTrue(0.6)) this.#come({ ...replace, failureBudget: budget });
    if (this.#chance.isTrue(0.4)) this.#come({ kind: 'renew', keyName: 'openrouter' });
  }

  #come(wish: KeyCampaignWish): void {
    this.#atWork += 1;
    const body = (): void => {
      this.#conduct(wish).then(
        () => (this.#atWork -= 1),
        (error: unknown) => {
          this.onFault(`the operator met ${String(error)}`);
        },
      );
    };
    this.sim.spawn(`operator/${wish.kind}`, body, this.#chance.between(40_000, 110_000));
  }

  async #conduct(wish: KeyCampaignWish): Promise<void> {
    const id = await this.#begin(wish);
    const isHeldUp = this.#chance.isTrue(0.3);
    const isGivenUp = this.#chance.isTrue(0.2);
    if (isHeldUp) {
      await this.sim.wait(this.#chance.between(0, 5_000));
      await this.#change(id, 'pause');
    }
    if (isGivenUp) {
      await this.sim.wait(this.#chance.between(0, 8_000));
      await this.#change(id, 'abort');
    }
    await this.#seeToItsEnd(id, wish.kind);
  }

  async #begin(wish: KeyCampaignWish): Promise<KeyCampaignId> {
    const idempotencyKey = `campaign to ${wish.kind}`;
    const { signal } = new AbortController();
    const request = { caller: OPERATOR, wish, idempotencyKey, signal };
    for (;;) {
      try {
        const { campaign } = await this.#insist((api) => api.startCampaign.execute(request));
        const known = this.campaigns.get(idempotencyKey) ?? campaign.id;
        if (known !== campaign.id) {
          this.onFault(`${idempotencyKey} stands for two: ${known} and ${campaign.id}`);
        }
        this.campaigns.set(idempotencyKey, campaign.id);
        return campaign.id;
      } catch (error) {
        const isSoon = error instanceof Fault && SOON.has(error.code);
        if (!isSoon) throw error;
        await this.sim.wait(ASK_AGAIN_MS);
      }
    }
  }

  async #seeToItsEnd(id: KeyCampaignId, kind: KeyCampaignWish['kind']): Promise<void> {
    const untilMs = this.sim.nowMs() + ASKED_FOR_MS;
    for (let resumes = 0; ;) {
      const { campaign } = await this.#insist((api) => api.findCampaign.execute(OPERATOR, id));
      if (campaign.settledAt !== null) return;
      if (campaign.state === 'halted') {
        resumes += 1;
        await this.#change(id, resumes > RESUMES_MAX ? 'abort' : 'resume');
      }
      if (campaign.state === 'paused') await this.#change(id, 'resume');
      const isLate = kind === 'renew' && this.sim.nowMs() > untilMs;
      if (isLate && campaign.state === 'running') await this.#change(id, 'abort');
      await this.sim.wait(LOOK_EVERY_MS);
    }
  }

  /** One that is over by now, or held up by itself, cannot be changed like that any more. */
  async #change(id: KeyCampaignId, verb: 'pause' | 'resume' | 'abort'): Promise<void> {
    try {
      await this.#insist((api) => api.changeCampaign.execute({ caller: OPERATOR, id, verb }));
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'move_refused') throw error;
    }
  }

  async #insist<Result>(ask: (api: Api) => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await this.fleet.request(ask);
      } catch (error) {
        if (!(error instanceof Fault) || error.kind !== 'unavailable') throw error;
        await this.sim.wait(ASK_AGAIN_MS);
      }
    }
  }
}

const OPERATOR = aCaller({ role: 'operator', tenantRef: null });
/** An attempt of one's own that was given up is still being cleared away. */
const SOON = new Set(['key_campaign_in_progress', 'write_superseded']);
