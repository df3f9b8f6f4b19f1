import { ChangeKeyCampaign } from '../../src/commands/change-key-campaign.js';
import { ChangeKeys } from '../../src/commands/change-keys.js';
import { ClaimInstance } from '../../src/commands/claim-instance.js';
import { FindKeyCampaign } from '../../src/commands/find-key-campaign.js';
import type { KeyCampaignView } from '../../src/commands/key-campaign-view.js';
import type { KeyCampaignWish } from '../../src/commands/start-key-campaign.js';
import { StartKeyCampaign } from '../../src/commands/start-key-campaign.js';
import { StartRotation } from '../../src/commands/start-rotation.js';
import type { InstanceId, KeyCampaignId } from '../../src/domain/ids.js';
import type { KeyMove, KeyOwner } from '../../src/domain/key-campaign/key-campaign.js';
import { plusMs } from '../../src/lib/clock.js';
import type { Store } from '../../src/ports/index.js';
import type { CampaignPorts } from '../../src/queue/key-campaigns/campaign-ports.js';
import { KeyCampaignRunner } from '../../src/queue/key-campaigns/key-campaign-runner.js';
import { NOON, aCaller, aPoolKey, someOffers } from './builders.js';
import { FakeCampaignValues } from './fakes/fake-campaign-values.js';
import { FakeFingerprints } from './fakes/fake-fingerprints.js';
import type { FakeFleetOptions } from './fakes/fake-fleet.js';
import { FakeFleet } from './fakes/fake-fleet.js';
import { quietLog } from './quiet-log.js';
import { TestControlPlane } from './test-control-plane.js';

export const OLD_VALUE = 'an-old-stub-key';
export const NEW_VALUE = 'a-new-stub-key';

const REPLACE = { kind: 'replace', keyName: 'stub', value: NEW_VALUE, failureBudget: 0 } as const;
/** Rounds are not seconds: enough of them pass for anything that waits for the clock. */
const ROUND_MS = 1_000;

/**
 * A fleet of tenants' ready instances on the given store, for key campaigns: the real commands,
 * runner and reconcilers, the outside in memory, and a clock that the test moves.
 */
export class CampaignWorld {
  readonly fleet: FakeFleet;
  readonly plane: TestControlPlane;
  readonly values = new FakeCampaignValues();
  readonly fingerprints = new FakeFingerprints();
  readonly ids: InstanceId[] = [];
  now = NOON;
  #isStill = true;
  readonly clock = { now: () => (this.#isStill ? this.now : new Date()) };
  readonly operator = aCaller({ role: 'operator', tenantRef: null });
  readonly #signal = new AbortController().signal;

  constructor(
    readonly store: Store,
    options: FakeFleetOptions = {},
  ) {
    this.fleet = new FakeFleet(options);
    this.plane = new TestControlPlane(store, this.fleet, this.clock);
  }

  /** Claims as many instances, and sets the key of each once they are ready. */
  async grow(count: number, owner: KeyOwner = 'platform'): Promise<void> {
    const bounds = { idleFloor: count, idleCeiling: count, membersMax: count * 3 };
    await this.store.pools.ensure(aPoolKey(), bounds, this.now);
    const options = { offers: someOffers(), defaultRegion: 'default', waitingMax: count };
    const claims = new ClaimInstance(this.store, this.clock, options);
    const grown: InstanceId[] = [];
    for (let made = 0; made < count; made += 1) {
      const tenantRef = `tenant-${String(this.ids.length + made)}`;
      const { view } = await claims.execute({
        ...{ caller: aCaller(), tenantRef, name: 'default', sizeClass: 's', region: null },
        idempotencyKey: null,
      });
      grown.push(view.instance.id);
    }
    await this.#until('all are ready', async () => {
      const seen = await Promise.all(grown.map((id) => this.store.instances.find(id)));
      return seen.every((instance) => instance?.state === 'ready');
    });
    for (const id of grown) await this.setKey(id, OLD_VALUE, owner);
    this.ids.push(...grown);
    await this.settle();
  }

  /** From now on its clock is the machine's. */
  followsTime(): void {
    this.#isStill = false;
  }

  async setKey(instanceId: InstanceId, value: string, owner: KeyOwner): Promise<void> {
    const change = new ChangeKeys(this.store, this.fleet.secrets, this.clock);
    const wish = { set: { stub: value }, remove: [], owner } as const;
    await change.execute({ caller: aCaller(), instanceId, ...wish, signal: this.#signal });
  }

  start(
    wish: KeyCampaignWish = REPLACE,
    idempotencyKey: string | null = null,
  ): Promise<KeyCampaignView> {
    const command = new StartKeyCampaign(this.store, this, this.clock);
    return command.execute({ caller: this.operator, wish, idempotencyKey, signal: this.#signal });
  }

  change(id: KeyCampaignId, verb: 'pause' | 'resume' | 'abort'): Promise<KeyCampaignView> {
    return new ChangeKeyCampaign(this.store, this.clock).execute({
      caller: this.operator,
      id,
      verb,
    });
  }

  look(id: KeyCampaignId): Promise<KeyCampaignView> {
    return new FindKeyCampaign(this.store).execute(this.operator, id);
  }

  moves(id: KeyCampaignId): Promise<readonly KeyMove[]> {
    return this.store.keyCampaigns.moves(id);
  }

  /** A worker, by default one that nothing goes wrong for. */
  worker(changes: Partial<CampaignPorts> = {}): KeyCampaignRunner {
    return new KeyCampaignRunner({
      store: this.store,
      values: this.values,
      rotations: new StartRotation(this.store, this.fleet.secrets, this.clock),
      ...{ clock: this.clock, log: quietLog, holder: 'worker', onMoved: () => undefined },
      ...changes,
    });
  }

  /** One pass of the worker and one round of the controllers, a second later. */
  async round(worker = this.worker()): Promise<void> {
    this.now = plusMs(this.now, ROUND_MS);
    await worker.pass(this.#signal);
    await this.plane.round();
  }

  /** Rounds until the campaign is in that state. */
  async runUntil(id: KeyCampaignId, state: string, roundsMax = 300): Promise<KeyCampaignView> {
    return this.#until(
      `campaign ${state}`,
      async () => {
        return (await this.look(id)).campaign.state === state;
      },
      roundsMax,
    ).then(() => this.look(id));
  }

  /** Rounds until nothing of it is left: every move closed and the value destroyed. */
  async runUntilSettled(id: KeyCampaignId): Promise<KeyCampaignView> {
    await this.#until('campaign settled', async () => {
      return (await this.look(id)).campaign.settledAt !== null;
    });
    return this.look(id);
  }

  /** Rounds until no rotation is open and every gateway runs what it should. */
  async settle(): Promise<void> {
    await this.#until('all is settled', async () => {
      for (const id of this.ids) {
        const seen = await this.store.instances.find(id);
        if ((await this.store.rotations.findOpen(id)) !== null) return false;
        if (seen?.revision !== seen?.revisionApplied) return false;
      }
      return true;
    });
  }

  /** The key that each gateway calls the provider with, in the order of `ids`. */
  keysInUse(): readonly (string | null)[] {
    return this.ids.map((id) => this.fleet.keyInUse(id, 'stub'));
  }

  async #until(what: string, isDone: () => Promise<boolean>, roundsMax = 300): Promise<void> {
    for (let rounds = 0; rounds < roundsMax; rounds += 1) {
      if (await isDone()) return;
      await this.round();
    }
    throw new Error(`After ${String(roundsMax)} rounds still not: ${what}`);
  }
}
