import type { InstanceView } from '../../../src/commands/instance-view.js';
import type { InstanceId } from '../../../src/domain/ids.js';
import type { KeyOwner } from '../../../src/domain/key-campaign/key-campaign.js';
import type { SizeClass } from '../../../src/domain/size-classes.js';
import { Fault } from '../../../src/errors/index.js';
import { aCaller } from '../../support/builders.js';
import { Chance } from '../core/chance.js';
import type { Simulation } from '../core/simulation.js';
import type { Api } from './control-plane.js';
import type { Fleet } from './fleet.js';

/** What somebody was promised, to be compared with what became of it. */
export interface Promised {
  readonly key: string;
  readonly tenantRef: string;
  readonly name: string;
  /** The instance of the first answer; its owner may be moved to another one. */
  readonly instanceId: InstanceId;
  readonly claimId: string;
  isDeleteAsked: boolean;
  isDeleted: boolean;
  /** Seen by its owner as ready. */
  wasReady: boolean;
}

type Habit =
  | ('setsKeys' | 'setsKeysEarly' | 'rotates')
  | ('deletes' | 'deletesEarly' | 'restarts' | 'changesItsMind');

/** Refusals that heal: whoever meets them asks again with the same idempotency key. */
const HEALING = new Set(['capacity', 'unavailable']);
/** Conflicts that pass by themselves. */
const SOON = new Set(['rotation_in_progress', 'write_superseded']);
const LOOK_EVERY_MS = 1_500;
const ASK_AGAIN_MS = 2_000;

/** Tenants of a product: they claim, set keys, delete, and ask again when they hear nothing. */
export class Customers {
  readonly promises = new Map<string, Promised>();
  readonly #chance: Chance;
  #atWork = 0;
  readonly #onFault: (what: string) => void;

  constructor(
    private readonly sim: Simulation,
    private readonly fleet: Fleet,
    private readonly sizeClasses: readonly SizeClass[],
    onFault: (what: string) => void,
  ) {
    this.#chance = new Chance(sim.seed, 'customers');
    this.#onFault = onFault;
  }

  /** Everybody got what they came for. */
  areDone(): boolean {
    return this.#atWork === 0;
  }

  start(): void {
    const tenants = this.#chance.between(2, 4);
    for (let tenant = 1; tenant <= tenants; tenant += 1) {
      const isBurst = this.#chance.isTrue(0.4);
      const claims = this.#chance.between(1, 3);
      for (let count = 1; count <= claims; count += 1) {
        const afterMs = isBurst ? 20_000 : this.#chance.between(0, 80_000);
        const name = this.#chance.isTrue(0.7) ? `name-${count}` : 'shared';
        this.#come(`tenant-${tenant}`, name, `key-${tenant}-${count}`, afterMs);
      }
    }
  }

  #come(tenantRef: string, name: string, key: string, afterMs: number): void {
    const isTwice = this.#chance.isTrue(0.25);
    const plan = {
      setsKeysEarly: this.#chance.isTrue(0.25),
      setsKeys: this.#chance.isTrue(0.4),
      rotates: this.#chance.isTrue(0.5),
      deletes: this.#chance.isTrue(0.4),
      deletesEarly: this.#chance.isTrue(0.15),
      restarts: this.#chance.isTrue(0.3),
      changesItsMind: this.#chance.isTrue(0.3),
    };
    this.#atWork += 1;
    this.sim.spawn(
      `${tenantRef}/${key}`,
      () => {
        this.#live(tenantRef, name, key, plan).then(
          () => (this.#atWork -= 1),
          (error: unknown) => {
            this.#onFault(`${key} met ${describe(error)}`);
          },
        );
      },
      afterMs,
    );
    if (!isTwice) return;
    this.#atWork += 1;
    this.sim.spawn(
      `${tenantRef}/${key}/again`,
      () => {
        this.#obtain(tenantRef, name, key).then(
          () => (this.#atWork -= 1),
          (error: unknown) => {
            this.#onFault(`${key} met ${describe(error)}`);
          },
        );
      },
      afterMs + this.#chance.between(0, 10),
    );
  }

  async #live(
    tenantRef: string,
    name: string,
    key: string,
    plan: Readonly<Record<Habit, boolean>>,
  ): Promise<void> {
    const habits = habitsOf(this.sim, key);
    const promised = await this.#obtain(tenantRef, name, key);
    if (promised === null) return;
    if (plan.setsKeysEarly) await this.#setKey(promised, 'groq', 'gsk_aaaaaaaaaa');
    if (plan.deletesEarly) {
      await this.#remove(promised);
      return;
    }
    const view = await this.#until(promised, ({ instance: { state } }) =>
      ['ready', 'failed', 'deleting', 'deleted'].includes(state),
    );
    if (view.instance.state === 'ready') promised.wasReady = true;
    if (plan.setsKeys && view.instance.state === 'ready') {
      await this.#setKey(promised, 'openrouter', 'sk-or-bbbbbbbbbb', habits.owner);
      await this.#until(
        promised,
        ({ keys, instance: { state } }) => state !== 'ready' || keys.every(({ isLive }) => isLive),
      );
      if (plan.rotates) await this.#rotate(promised, 'openrouter', 'sk-or-cccccccccc');
      if (habits.renews) await this.#renew(promised, habits.renewsAfterMs);
    }
    if (plan.restarts) await this.#restart(promised);
    if (plan.changesItsMind && (await this.#trashAndRestore(promised))) return;
    if (plan.deletes) await this.#remove(promised);
  }

  /** Claims until there is an answer; null when another one of that name was faster. */
  async #obtain(tenantRef: string, name: string, key: string): Promise<Promised | null> {
    const wish = {
      ...{ caller: aCaller(), tenantRef, name, sizeClass: this.#sizeOf(key), region: null },
      idempotencyKey: key,
    };
    try {
      const { view } = await this.#insist((api) => api.claim.execute(wish));
      return this.#hold(key, tenantRef, name, view);
    } catch (error) {
      if (error instanceof Fault && error.code === 'name_taken') return null;
      throw error;
    }
  }

  /** The same for the same key, for another size would be another request. */
  #sizeOf(key: string): SizeClass {
    return this.sizeClasses[Number(key.at(-1)) % this.sizeClasses.length] ?? 's';
  }

  #hold(key: string, tenantRef: string, name: string, view: InstanceView): Promised {
    const { id: instanceId, claimId, sizeClass } = view.instance;
    const known = this.promises.get(key);
    if (view.tenantRef !== tenantRef || claimId === null) {
      this.#onFault(`${key} was answered with ${instanceId} of ${view.tenantRef ?? 'nobody'}`);
    }
    if (sizeClass !== this.#sizeOf(key)) {
      this.#onFault(`${key} got ${instanceId} of another size: ${sizeClass}`);
    }
    if (known !== undefined && known.claimId !== claimId) {
      this.#onFault(`${key} stands for two claims: ${known.claimId} and ${String(claimId)}`);
    }
    this.sim.note(`${key} holds ${instanceId}`);
    const fates = { isDeleteAsked: false, isDeleted: false, wasReady: false };
    const made = { key, tenantRef, name, instanceId, claimId: claimId ?? '', ...fates };
    const promised = known ?? made;
    this.promises.set(key, promised);
    return promised;
  }

  async #setKey(
    { instanceId }: Promised,
    name: string,
    value: string,
    owner: KeyOwner = 'tenant',
  ): Promise<void> {
    const { signal } = new AbortController();
    const change = { set: { [name]: value }, remove: [], owner };
    const request = { caller: aCaller(), instanceId, ...change, signal };
    for (;;) {
      try {
        await this.#insist((api) => api.changeKeys.execute(request));
        return;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        if (error.code === 'instance_not_ready') return;
        if (!SOON.has(error.code)) throw error;
        await this.sim.wait(ASK_AGAIN_MS);
      }
    }
  }

  /** Brings another key when they are asked for one by then. */
  async #renew(promised: Promised, afterMs: number): Promise<void> {
    await this.sim.wait(afterMs);
    const { instanceId } = promised;
    const view = await this.#insist((api) => api.find.execute({ caller: aCaller(), instanceId }));
    const isAsked = view.keys.some(({ renewalDueAt }) => renewalDueAt !== null);
    if (isAsked) await this.#setKey(promised, 'openrouter', 'sk-or-eeeeeeeeee');
  }

  /** Asks until a rotation begins; what becomes of it is for the invariants to judge. */
  async #rotate(promised: Promised, name: string, value: string): Promise<void> {
    const { key, instanceId } = promised;
    const { signal } = new AbortController();
    const wish = { values: { [name]: value }, owner: 'tenant', isVerified: false } as const;
    const idempotencyKey = `rotation of ${key}`;
    const request = { caller: aCaller(), instanceId, ...wish, idempotencyKey, signal };
    const isOver = new Set(['instance_not_ready', 'key_unknown']);
    for (;;) {
      try {
        const { id } = await this.#insist((api) => api.rotateKeys.execute(request));
        const again = await this.#insist((api) => api.rotateKeys.execute(request));
        if (again.id !== id && !this.fleet.cameToNothing(id)) {
          this.#onFault(`${idempotencyKey} stands for two rotations: ${id} and ${again.id}`);
        }
        return;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        if (isOver.has(error.code)) return;
        if (error.code === 'keys_lost') {
          this.#judgeLoss(instanceId);
          await this.#setKey(promised, name, value);
          return;
        }
        if (!SOON.has(error.code)) throw error;
        await this.sim.wait(ASK_AGAIN_MS);
      }
    }
  }

  /** Its data must be there afterwards, so it is ready again, or failed and kept. */
  async #restart(promised: Promised): Promise<void> {
    const { instanceId } = promised;
    try {
      await this.#insist((api) => api.restart.execute({ caller: aCaller(), instanceId }));
    } catch (error) {
      const isOver = ['instance_not_ready', 'rotation_in_progress'];
      if (!(error instanceof Fault) || !isOver.includes(error.code)) throw error;
    }
    await this.#until(promised, ({ instance: { state } }) => state !== 'resuming');
  }

  /** Deletes, and takes it back in time or too late; says whether it is gone. */
  async #trashAndRestore(promised: Promised): Promise<boolean> {
    const { instanceId } = promised;
    promised.isDeleteAsked = true;
    await this.#insist((api) => api.trash.execute({ caller: aCaller(), instanceId }));
    await this.sim.wait(this.#chance.between(0, 70_000));
    try {
      await this.#insist((api) => api.restore.execute({ caller: aCaller(), instanceId }));
      promised.isDeleteAsked = false;
      await this.#until(promised, ({ instance: { state } }) => state !== 'resuming');
      return false;
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'restore_refused') throw error;
    }
    // A failed one is destroyed at once, and so is what was in the trash for too long.
    const view = await this.#insist((api) => api.find.execute({ caller: aCaller(), instanceId }));
    promised.isDeleteAsked = false;
    if (!['trashed', 'deleting', 'deleted'].includes(view.instance.state)) return false;
    promised.isDeleteAsked = true;
    promised.isDeleted = true;
    await this.#until(promised, ({ instance: { state } }) => state === 'deleted');
    return true;
  }

  /** Keys count as lost when somebody destroyed them, and never else. */
  #judgeLoss(instanceId: InstanceId): void {
    if (this.fleet.hasLostKeys(instanceId)) return;
    this.#onFault(`keys of ${instanceId} are called lost that nobody destroyed`);
  }

  async #remove(promised: Promised): Promise<void> {
    const { instanceId } = promised;
    promised.isDeleteAsked = true;
    await this.#insist((api) => api.remove.execute({ caller: aCaller(), instanceId }));
    promised.isDeleted = true;
    await this.#until(promised, ({ instance: { state } }) => state === 'deleted');
  }

  async #until(
    { instanceId, claimId, key }: Promised,
    isSo: (view: InstanceView) => boolean,
  ): Promise<InstanceView> {
    for (;;) {
      const view = await this.#insist((api) => api.find.execute({ caller: aCaller(), instanceId }));
      if (view.instance.claimId !== claimId) {
        this.#onFault(`${key} sees ${view.instance.id} of another claim`);
      }
      if (isSo(view)) return view;
      await this.sim.wait(LOOK_EVERY_MS);
    }
  }

  async #insist<Result>(ask: (api: Api) => Promise<Result>): Promise<Result> {
    for (;;) {
      try {
        return await this.fleet.request(ask);
      } catch (error) {
        if (!(error instanceof Fault) || !HEALING.has(error.kind)) throw error;
        this.sim.note(`was told ${error.code}: ${error.message}`);
        await this.sim.wait(ASK_AGAIN_MS);
      }
    }
  }
}

function describe(error: unknown): string {
  return error instanceof Fault ? `${error.code}: ${error.message}` : String(error);
}

/** What became part of a tenant's life after the worlds were numbered has a chance of its own. */
function habitsOf(sim: Simulation, key: string) {
  const chance = new Chance(sim.seed, `habits of ${key}`);
  return {
    owner: chance.isTrue(0.6) ? ('platform' as const) : ('tenant' as const),
    renews: chance.isTrue(0.5),
    renewsAfterMs: chance.between(10_000, 90_000),
  };
}
