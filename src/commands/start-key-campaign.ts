import { Fault } from '../errors/index.js';
import type { KeyCampaignId } from '../domain/ids.js';
import { ID_SUFFIX_LENGTH, keyCampaignIdOf } from '../domain/ids.js';
import type { KeyCampaign } from '../domain/key-campaign/key-campaign.js';
import { wavesOf } from '../domain/key-campaign/plan-key-campaign.js';
import type { Caller } from '../domain/principal.js';
import { checkKey, checkKeyName, isProvable } from '../domain/providers.js';
import type { Clock } from '../lib/clock.js';
import { randomBase32 } from '../lib/random.js';
import type {
  CampaignValues,
  Fingerprints,
  IdempotencyEntry,
  Repositories,
  Store,
} from '../ports/index.js';
import { assertOperator } from './assert-operator.js';
import type { Repeatable } from './idempotency.js';
import { entryFor, makeOnce } from './idempotency.js';
import type { KeyCampaignView } from './key-campaign-view.js';
import { viewOfCampaign } from './key-campaign-view.js';
import { actorOf } from './visibility.js';

/** What to do with which key: bring the platform's new value, or ask tenants for theirs. */
export type KeyCampaignWish =
  | {
      readonly kind: 'replace';
      readonly keyName: string;
      readonly value: string;
      readonly failureBudget: number;
    }
  | { readonly kind: 'renew'; readonly keyName: string };

export interface KeyCampaignRequest extends Repeatable {
  readonly wish: KeyCampaignWish;
  readonly signal: AbortSignal;
}

/** What a campaign's start needs of Vault. */
export interface CampaignVault {
  readonly values: Pick<CampaignValues, 'write'>;
  readonly fingerprints: Fingerprints;
}

/**
 * Starts a campaign for one key across the fleet. Which instances it is for, and in which wave each
 * of them is, is settled here once; a worker does the rest.
 *
 * The value goes straight to Vault, where only a worker can read it. A crash on the way leaves a
 * campaign in `preparing`, which a worker aborts after a minute. Idempotency keys are as for rotations,
 * see RotateKeys: what is kept of a request tells nothing of its value, and Vault's refusal frees them.
 *
 * Faults: `forbidden`, `idempotency_key_reused`, `provider_unknown`, `key_malformed`, `rotation_unprovable`,
 * `key_campaign_in_progress`, `vault_*`.
 */
export class StartKeyCampaign {
  constructor(
    private readonly store: Store,
    private readonly vault: CampaignVault,
    private readonly clock: Clock,
  ) {}

  async execute(request: KeyCampaignRequest): Promise<KeyCampaignView> {
    const { caller, wish, signal } = request;
    assertOperator(caller.principal);
    assertPossible(wish);
    const idempotency = await this.#entryFor(request);
    const { made: campaign, isNew } = await this.store.transaction((tx) =>
      makeOnce(tx.idempotency, idempotency, {
        find: (id) => tx.keyCampaigns.find(id as KeyCampaignId),
        make: () => this.#open(tx, caller, wish),
      }),
    );
    if (!isNew) return viewOfCampaign(this.store, campaign);
    if (wish.kind === 'replace') {
      await this.#write(campaign, wish.value, { idempotency, signal });
    }
    return this.#begin(campaign);
  }

  async #entryFor(request: KeyCampaignRequest): Promise<IdempotencyEntry | null> {
    const { wish, signal } = request;
    if (request.idempotencyKey === null) return null;
    const { fingerprints } = this.vault;
    const hidden =
      wish.kind === 'replace' ? { value: await fingerprints.fingerprint(wish.value, signal) } : {};
    return entryFor(request, { operation: 'startKeyCampaign', ...wish, ...hidden });
  }

  async #open(
    tx: Repositories,
    { principal, requestId, from }: Caller,
    wish: KeyCampaignWish,
  ): Promise<KeyCampaign> {
    const { kind, keyName } = wish;
    const failureBudget = wish.kind === 'replace' ? wish.failureBudget : 0;
    const requestedBy = actorOf(principal);
    const at = this.clock.now();
    const id = keyCampaignIdOf(randomBase32(ID_SUFFIX_LENGTH));
    const campaign = await tx.keyCampaigns.open({
      ...{ id, kind, keyName, failureBudget, requestedBy, requestedAt: at },
    });
    if (campaign === null) {
      throw new Fault(
        'key_campaign_in_progress',
        `A campaign to ${kind} the key ${keyName} is not over; wait for its end or abort it.`,
      );
    }
    await tx.audit.append({
      ...{ at, actor: requestedBy, action: 'key_campaign.start', target: id },
      ...{ outcome: 'done', requestId, from, details: { kind, keyName, failureBudget } },
    });
    return campaign;
  }

  async #write(
    campaign: KeyCampaign,
    value: string,
    { idempotency, signal }: { idempotency: IdempotencyEntry | null; signal: AbortSignal },
  ): Promise<void> {
    try {
      await this.vault.values.write(campaign.id, value, signal);
    } catch (error) {
      const step = { state: 'aborted', at: this.clock.now() } as const;
      const aborting = this.store.transaction(async (tx) => {
        if ((await tx.keyCampaigns.advance(campaign, step)) === null) return;
        if (idempotency !== null) await tx.idempotency.free(idempotency, campaign.id);
      });
      await aborting.catch(() => undefined);
      throw error;
    }
  }

  #begin(campaign: KeyCampaign): Promise<KeyCampaignView> {
    return this.store.transaction(async (tx) => {
      const at = this.clock.now();
      const running = await tx.keyCampaigns.advance(campaign, { state: 'running', at });
      if (running === null) {
        throw new Fault('write_superseded', 'Writing took too long and was given up; try again.');
      }
      const ids = await tx.keyCampaigns.affected(campaign);
      const waves = wavesOf(ids.length);
      const moves = ids.map((instanceId, place) => ({ instanceId, wave: waves[place] ?? 1 }));
      await tx.keyCampaigns.plan(campaign.id, moves, at);
      return viewOfCampaign(tx, running);
    });
  }
}

function assertPossible(wish: KeyCampaignWish): void {
  if (wish.kind === 'renew') {
    checkKeyName(wish.keyName);
    return;
  }
  checkKey(wish.keyName, wish.value);
  if (!isProvable(wish.keyName)) {
    throw new Fault(
      'rotation_unprovable',
      'Only a model provider’s key can be proven by a call, and so be replaced by a campaign.',
    );
  }
}
