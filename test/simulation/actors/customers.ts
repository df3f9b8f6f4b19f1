import type { InstanceView } from '../../../src/commands/instance-view.js';
import type { InstanceId } from '../../../src/domain/ids.js';
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

/** Refusals that heal: whoever meets them asks again with the same idempotency key. */
const HEALING = new Set(['capacity', 'unavailable']);
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
    plan: Readonly<
      Record<'setsKeys' | 'setsKeysEarly' | 'rotates' | 'deletes' | 'deletesEarly', boolean>
    >,
  ): Promise<void> {
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
      await this.#setKey(promised, 'openrouter', 'sk-or-bbbbbbbbbb');
      await this.#until(
        promised,
        ({ keys, instance: { state } }) => state !== 'ready' || keys.every(({ isLive }) => isLive),
      );
      if (plan.rotates) await this.#rotate(promised, 'openrouter', 'sk-or-cccccccccc');
    }
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

  async #setKey({ instanceId }: Promised, name: string, value: string): Promise<void> {
    const { signal } = new AbortController();
    const change = { set: { [name]: value }, remove: [], owner: 'tenant' } as const;
    const request = { caller: aCaller(), instanceId, ...change, signal };
    try {
      await this.#insist((api) => api.changeKeys.execute(request));
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'instance_not_ready') throw error;
    }
  }

  /** Asks until a rotation begins; what becomes of it is for the invariants to judge. */
  async #rotate({ instanceId }: Promised, name: string, value: string): Promise<void> {
    const { signal } = new AbortController();
    const wish = { values: { [name]: value }, owner: 'tenant' } as const;
    const request = { caller: aCaller(), instanceId, ...wish, signal };
    const isOver = new Set(['instance_not_ready', 'key_unknown']);
    const isSoon = new Set(['rotation_in_progress', 'write_superseded']);
    for (;;) {
      try {
        await this.#insist((api) => api.rotateKeys.execute(request));
        return;
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        if (isOver.has(error.code)) return;
        if (!isSoon.has(error.code)) throw error;
        await this.sim.wait(ASK_AGAIN_MS);
      }
    }
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
