import { once } from 'node:events';
import type { InstanceCommands } from '../../../src/api/routes/instances.js';
import type { LifecycleCommands } from '../../../src/api/routes/lifecycle.js';
import type { KeyCommands } from '../../../src/api/routes/keys.js';
import type { PoolCommands } from '../../../src/api/routes/pools.js';
import type { TenantCommands } from '../../../src/api/routes/tenants.js';
import type { ClaimAnswer } from '../../../src/commands/claim-instance.js';
import { assertMayOwn } from '../../../src/commands/assert-may-own.js';
import type { DeleteRequest } from '../../../src/commands/delete-instance.js';
import type { InstanceView } from '../../../src/commands/instance-view.js';
import type { PoolView } from '../../../src/commands/pool-view.js';
import type { SuspensionRequest } from '../../../src/commands/suspend-tenant.js';
import type { WatchRequest } from '../../../src/commands/watch-instance.js';
import { hasSettled } from '../../../src/commands/watch-instance.js';
import type { ClaimOutcome } from '../../../src/domain/claim.js';
import type { InstanceId } from '../../../src/domain/ids.js';
import { BINDING_STEPS } from '../../../src/domain/instance.js';
import type { Instance, InstanceState } from '../../../src/domain/instance.js';
import type { Pool } from '../../../src/domain/pool.js';
import type { Caller, Principal } from '../../../src/domain/principal.js';
import { checkKey } from '../../../src/domain/providers.js';
import { Fault } from '../../../src/errors/index.js';
import type { Tenant } from '../../../src/ports/index.js';
import { NOON, aClaimedInstance, aPool, anInstance } from '../../support/builders.js';

/** The token of every gateway here; must show up in answers to `access` and nowhere else. */
export const GATEWAY_TOKEN = 'gateway-token-that-nobody-else-sees';

const NO_DEMAND = { predicted: 0, offeredLoad: 0, refillMs: null, observed: [] };

/** How many instances the pool here may be allowed at most. */
const POOL_QUOTA = 20;

/**
 * The commands of the API on a fleet in memory, for tests of what speaks HTTP: the API itself and
 * its clients. A binding moves on by one step with each look, so that nobody has to wait.
 */
export class MemoryFleet {
  readonly views = new Map<InstanceId, InstanceView>();
  /** What was written as keys, as Vault would hold it. */
  readonly keyValues = new Map<string, string>();
  pool: Pool = aPool();
  /** Holds bindings and key changes where they are. */
  isStuck = false;
  /** Whether a claim that finds nothing gets a member made for it. */
  canStart = false;
  /** How long what is deleted can be restored. */
  graceMs = 0;
  /** Tenants that may claim nothing new. */
  readonly suspended = new Set<string>();
  /** Whom the owner of whatever is waited for is moved to. */
  movesTo: Instance | null = null;
  /** Watches whose callers are still there. */
  watching = 0;
  /** Ends a watch after so many looks. */
  troubleAfterLooks: { readonly looks: number; readonly trouble: Error } | null = null;
  /** Thrown by every command while it is set. */
  trouble: Error | null = null;

  addIdle(count = 1): void {
    for (let made = 0; made < count; made += 1) this.#put({ instance: anInstance() });
  }

  add(instance: Instance): void {
    this.#put({ instance });
  }

  /** An instance with an owner, in any state. */
  addClaimed(tenantRef: string, changes: Partial<Instance> = {}): Instance {
    const instance = aClaimedInstance({ state: 'ready', bindingStep: null, ...changes });
    this.#put({ instance, tenantRef });
    return instance;
  }

  get commands(): InstanceCommands & LifecycleCommands & KeyCommands {
    return {
      claim: { execute: (request) => this.#run(() => this.#claim(request)) },
      find: { execute: (request) => this.#run(() => this.#look(request)) },
      list: { execute: (request) => this.#run(() => this.#list(request)) },
      access: { execute: (request) => this.#run(() => this.#access(request)) },
      remove: { execute: (request) => this.#run(() => this.#remove(request)) },
      restart: { execute: (request) => this.#run(() => this.#bringBack(request, 'restart')) },
      restore: { execute: (request) => this.#run(() => this.#bringBack(request, 'restore')) },
      wait: { execute: (request) => this.#run(() => this.#await(request)) },
      change: { execute: (request) => this.#run(() => this.#change(request)) },
      check: {
        execute: (_caller, _id, values) => this.#run(() => this.#refuseBad(Object.values(values))),
      },
      watch: { execute: (request) => this.#watch(request) },
    };
  }

  get pools(): PoolCommands {
    return {
      list: { execute: (request) => this.#run(() => [this.#poolFor(request.caller)]) },
      change: { execute: (request) => this.#run(() => this.#changePool(request)) },
    };
  }

  get tenants(): TenantCommands {
    return { suspend: { execute: (request) => this.#run(() => this.#suspend(request)) } };
  }

  #refuseBad(values: readonly string[]): void {
    if (!values.some((value) => value.startsWith('refused-'))) return;
    throw new Fault('key_refused', 'The provider refused the key.');
  }

  #poolFor({ principal }: Caller): PoolView {
    if (principal.role === 'tenant') throw new Fault('forbidden', 'Not for tenants.');
    const counts = new Map<InstanceState, number>();
    for (const { instance } of this.views.values()) {
      counts.set(instance.state, (counts.get(instance.state) ?? 0) + 1);
    }
    return { pool: this.pool, counts, waiting: 0, stockOut: NO_DEMAND };
  }

  #changePool({ caller, poolId, wish }: Parameters<PoolCommands['change']['execute']>[0]) {
    if (caller.principal.role !== 'operator') throw new Fault('forbidden', 'For operators only.');
    if (poolId !== this.pool.id) throw new Fault('pool_unknown', 'No such pool.');
    const { isPaused = false, isBreakerOpen, ...bounds } = wish;
    if ((bounds.membersMax ?? 0) > POOL_QUOTA) {
      throw new Fault('pool_bounds_refused', `membersMax is above the quota of ${POOL_QUOTA}.`);
    }
    const given = Object.entries(bounds).filter(([, bound]) => bound !== undefined);
    this.pool = {
      ...{ ...this.pool, ...(Object.fromEntries(given) as Partial<Pool>) },
      pausedAt: isPaused ? NOON : null,
      ...(isBreakerOpen === false ? { breakerOpenedAt: null } : {}),
    };
    return this.#poolFor(caller);
  }

  #suspend({ caller, tenantRef, isSuspended }: SuspensionRequest): Tenant {
    if (caller.principal.role === 'tenant') throw new Fault('forbidden', 'Not for tenants.');
    const tenant = [...this.views.values()].find((view) => view.tenantRef === tenantRef);
    const id = tenant?.instance.tenantId ?? null;
    if (id === null) throw new Fault('tenant_unknown', 'No such tenant.');
    if (isSuspended) this.suspended.add(tenantRef);
    else this.suspended.delete(tenantRef);
    return { id, externalRef: tenantRef, suspendedAt: isSuspended ? NOON : null };
  }

  async #run<Result>(work: () => Result): Promise<Result> {
    if (this.trouble !== null) throw this.trouble;
    return work();
  }

  #claim({
    tenantRef,
    name,
    sizeClass,
    region,
  }: Parameters<InstanceCommands['claim']['execute']>[0]) {
    const all = [...this.views.values()];
    const isTaken = all.some(
      (view) => view.tenantRef === tenantRef && view.instance.name === name && isAlive(view),
    );
    if (isTaken) throw new Fault('name_taken', 'This tenant has an instance of that name.');
    if (sizeClass !== 's' || (region ?? 'default') !== 'default') {
      throw new Fault('size_class_unoffered', 'Offered are (class@region): s@default.');
    }
    if (this.suspended.has(tenantRef)) {
      throw new Fault('tenant_suspended', 'This tenant is suspended and can claim nothing new.');
    }
    return this.#serve(all, { tenantRef, name });
  }

  /** An idle member, else one that starts, else one that is made if `canStart`. */
  #serve(
    all: readonly InstanceView[],
    { tenantRef, name }: { readonly tenantRef: string; readonly name: string },
  ): ClaimAnswer {
    const free = (state: InstanceState): InstanceView | undefined =>
      all.find(({ instance }) => instance.tenantId === null && instance.state === state);
    const given = (outcome: ClaimOutcome, changes: Partial<Instance>): ClaimAnswer => {
      const instance = aClaimedInstance({ name, ...changes });
      return { view: this.#put({ instance, tenantRef }), outcome };
    };
    const idle = free('idle')?.instance;
    if (idle !== undefined) return given('warm', { id: idle.id });
    const coming = free('warming')?.instance;
    if (coming !== undefined) {
      return given('queued', { id: coming.id, state: 'warming', bindingStep: null });
    }
    if (this.canStart) {
      return given('cold', { state: 'creating', startGrantedAt: null, bindingStep: null });
    }
    throw new Fault('pool_empty', 'No warm instance is free right now.', { retryAfterMs: 20_000 });
  }

  /** Shows the instance as it is, then lets its binding go on. */
  #look({ caller, instanceId }: { caller: Caller; instanceId: InstanceId }): InstanceView {
    const view = this.#visible(caller.principal, instanceId);
    if (!this.isStuck) this.#put({ ...view, instance: oneStepOn(view.instance) });
    return view;
  }

  #list({ caller, filter, page }: Parameters<InstanceCommands['list']['execute']>[0]) {
    const { role, tenantRef: own } = caller.principal;
    const wanted = role === 'tenant' ? own : filter.tenantRef;
    const rows = [...this.views.values()]
      .filter(({ tenantRef }) => wanted === undefined || tenantRef === wanted)
      .filter(({ instance }) => filter.states?.includes(instance.state) ?? true)
      .filter(({ instance }) => page.cursor === null || instance.id > page.cursor)
      .sort((one, other) => (one.instance.id < other.instance.id ? -1 : 1));
    const shown = rows.slice(0, page.limit);
    const last = shown.at(-1)?.instance.id ?? null;
    return { rows: shown, nextCursor: rows.length > shown.length ? last : null };
  }

  #access({ caller, instanceId }: { caller: Caller; instanceId: InstanceId }) {
    const view = this.#visible(caller.principal, instanceId);
    refuseUnless(view.instance.state === 'ready', view);
    return { view, token: GATEWAY_TOKEN };
  }

  #remove(request: DeleteRequest): InstanceView {
    const { caller, instanceId, graceMs, precondition } = request;
    const view = this.#visible(caller.principal, instanceId);
    precondition?.(view);
    const isKept = Math.min(graceMs ?? this.graceMs, this.graceMs) > 0;
    const changes: Partial<Instance> =
      isKept && view.instance.state === 'ready'
        ? { state: 'trashed', destroyAt: NOON }
        : { state: 'deleting', destroyAt: null };
    return this.#put({ ...view, instance: { ...view.instance, ...changes } });
  }

  #bringBack(request: DeleteRequest, verb: 'restart' | 'restore'): InstanceView {
    const { caller, instanceId, precondition } = request;
    const view = this.#visible(caller.principal, instanceId);
    precondition?.(view);
    const { state } = view.instance;
    if (state === 'resuming') return view;
    if (verb === 'restart') refuseUnless(state === 'ready', view);
    else if (state !== 'trashed') throw new Fault('restore_refused', 'It is not in the trash.');
    const instance: Instance = { ...view.instance, state: 'resuming', resumeStep: 'awaited' };
    return this.#put({ ...view, instance: { ...instance, destroyAt: null } });
  }

  #await(request: Parameters<InstanceCommands['wait']['execute']>[0]): InstanceView {
    const view = this.#visible(request.caller.principal, request.instanceId);
    if (this.isStuck) return view;
    if (this.movesTo !== null) return this.#put({ ...view, instance: this.movesTo });
    const { state, revision } = view.instance;
    const keys = view.keys.map((key) => ({ ...key, isLive: true }));
    const done = { ...view.instance, revisionApplied: revision };
    const isStarting = ['creating', 'warming', 'binding', 'resuming'].includes(state);
    const instance: Instance = isStarting ? { ...done, state: 'ready' } : done;
    return this.#put({ ...view, keys, instance });
  }

  /** One step on with each look; a stuck fleet is watched until the caller goes. */
  async *#watch({ caller, instanceId, signal }: WatchRequest): AsyncGenerator<InstanceView, void> {
    this.watching += 1;
    signal.addEventListener('abort', () => (this.watching -= 1), { once: true });
    for (let looks = 0; !signal.aborted; looks += 1) {
      const { trouble = null } =
        looks === this.troubleAfterLooks?.looks ? this.troubleAfterLooks : {};
      if (trouble !== null) throw trouble;
      const view = await this.#run(() => this.#look({ caller, instanceId }));
      yield view;
      if (hasSettled(view)) return;
      if (this.isStuck) await once(signal, 'abort');
    }
  }

  #change(request: Parameters<KeyCommands['change']['execute']>[0]): InstanceView {
    const { caller, instanceId, set, remove, owner, precondition } = request;
    assertMayOwn(caller.principal, owner);
    for (const [name, value] of Object.entries(set)) checkKey(name, value);
    const view = this.#visible(caller.principal, instanceId);
    precondition?.(view);
    refuseUnless(['creating', 'warming', 'binding', 'ready'].includes(view.instance.state), view);
    const kept = view.keys.filter(({ name }) => !remove.includes(name) && !(name in set));
    if (remove.some((name) => !view.keys.some((key) => key.name === name))) {
      throw new Fault('key_unknown', 'This instance has no key of that name.');
    }
    const version = view.instance.keyVersion + 1;
    const added = Object.keys(set).map((name) => ({ name, version, owner, ...UNPROVEN }));
    for (const [name, value] of Object.entries(set)) this.keyValues.set(name, value);
    const { revision } = view.instance;
    const instance = { ...view.instance, keyVersion: version, revision: revision + 1 };
    return this.#put({ ...view, keys: [...kept, ...added], instance });
  }

  /** The instance, if it is theirs who ask for it. */
  visible({ principal }: Caller, id: InstanceId): InstanceView {
    return this.#visible(principal, id);
  }

  #visible({ role, tenantRef }: Principal, id: InstanceId): InstanceView {
    const view = this.views.get(id);
    const isTheirs = role !== 'tenant' || view?.tenantRef === tenantRef;
    if (view !== undefined && isTheirs) return view;
    throw new Fault('instance_unknown', 'No such instance. List yours with GET /v1/instances.');
  }

  #put(view: Pick<InstanceView, 'instance'> & Partial<InstanceView>): InstanceView {
    const whole = { tenantRef: null, keys: [], ...view };
    this.views.set(view.instance.id, whole);
    return whole;
  }
}

function isAlive({ instance }: InstanceView): boolean {
  return instance.state !== 'deleting' && instance.state !== 'deleted';
}

function refuseUnless(isFine: boolean, { instance }: InstanceView): void {
  if (isFine) return;
  throw new Fault('instance_not_ready', `The instance is ${instance.state}; ask again later.`);
}

function oneStepOn(instance: Instance): Instance {
  if (instance.state === 'deleting') return { ...instance, state: 'deleted' };
  if (instance.state === 'resuming') return { ...instance, state: 'ready', resumeStep: null };
  if (instance.tenantId !== null && instance.state === 'creating') {
    return { ...instance, state: 'warming' };
  }
  if (instance.tenantId !== null && instance.state === 'warming') {
    return { ...instance, state: 'binding', bindingStep: 'claimed' };
  }
  if (instance.state !== 'binding' || instance.bindingStep === null) return instance;
  const next = BINDING_STEPS[BINDING_STEPS.indexOf(instance.bindingStep) + 1];
  if (next !== undefined) return { ...instance, bindingStep: next };
  return { ...instance, state: 'ready', bindingStep: null, readyAt: NOON };
}

/** What a key that was just set is like besides its name. */
const UNPROVEN = {
  ...{ slot: 0, provenAt: null, setAt: NOON, isLive: false, renewalDueAt: null },
} as const;
