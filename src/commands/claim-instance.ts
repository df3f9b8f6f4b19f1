import { Fault } from '../errors/index.js';
import type { ClaimOutcome } from '../domain/claim.js';
import { ID_SUFFIX_LENGTH, claimIdOf, instanceIdOf, tenantIdOf } from '../domain/ids.js';
import type { InstanceId, PoolId } from '../domain/ids.js';
import type { Instance } from '../domain/instance.js';
import type { Offers } from '../domain/offers.js';
import type { Pool, PoolKey } from '../domain/pool.js';
import { offerNameOf, poolIdOf } from '../domain/pool.js';
import { isHeld, standInFor } from '../domain/stand-in.js';
import type { Caller } from '../domain/principal.js';
import type { SizeClass } from '../domain/size-classes.js';
import type { Clock } from '../lib/clock.js';
import { digestOf } from '../lib/digest.js';
import { jittered, randomBase32 } from '../lib/random.js';
import type { ClaimRecord, Repositories, Store, Taking, Tenant } from '../ports/index.js';
import { currentInstance } from './current-instance.js';
import { IDEMPOTENCY_TTL_MS, beginOnce } from './idempotency.js';
import type { InstanceView } from './instance-view.js';
import { actorOf, viewOf } from './visibility.js';

/** What a caller is told to wait when the pool is empty: about the time that one boot takes. */
const REFILL_MS = 20_000;

export interface ClaimRequest {
  readonly caller: Caller;
  readonly tenantRef: string;
  /** The tenant's own name for the instance; one live claim per tenant and name. */
  readonly name: string;
  readonly sizeClass: SizeClass;
  /** A Nomad node pool by its name; null for the default one. */
  readonly region: string | null;
  /** As the caller sent it; kept as a digest alone, for a secret may have been put here. */
  readonly idempotencyKey: string | null;
}

export interface ClaimAnswer {
  readonly view: InstanceView;
  /** How the claim was served; null for a replay, when nothing was claimed now. */
  readonly outcome: ClaimOutcome | null;
}

export interface ClaimOptions {
  readonly offers: Offers;
  readonly defaultRegion: string;
  /** How many claims of one pool may wait for a start at once; more are refused. */
  readonly waitingMax: number;
  /** Told how each claim ended: its outcome, `replayed`, or the code of its refusal. */
  readonly onOutcome?: (outcome: string) => void;
  /** Told of each claim that was refused because nothing was left of the offer. */
  readonly onRefused?: (offer: string) => void;
}

interface Taken {
  readonly instance: Instance;
  readonly outcome: ClaimOutcome;
}

/**
 * Gives a tenant an instance, in one transaction without a network call.
 *
 * An idle member is `binding` when this returns (warm). When none is idle, the claim waits for a
 * member that is still starting (queued), else for one made for it (cold), else it is refused; a
 * controller does the rest. Faults: `name_taken`, `idempotency_key_reused`, `tenant_suspended`,
 * `pool_empty`, `size_class_unoffered`.
 */
export class ClaimInstance {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly options: ClaimOptions,
  ) {}

  async execute(request: ClaimRequest): Promise<ClaimAnswer> {
    const { onOutcome = () => undefined, onRefused = () => undefined } = this.options;
    try {
      const answer = await this.#claim(request);
      onOutcome(answer.outcome ?? 'replayed');
      return answer;
    } catch (error) {
      const code = error instanceof Fault ? error.code : 'internal';
      onOutcome(code);
      if (code === 'pool_empty') onRefused(this.#offerOf(request));
      throw error;
    }
  }

  async #claim(request: ClaimRequest): Promise<ClaimAnswer> {
    const key = this.#poolKeyOf(request);
    return this.store.transaction(async (tx) => {
      const replay = await this.#begin(tx, request);
      if (replay !== null) return { view: await viewOf(tx, replay), outcome: null };
      const { instance, outcome } = await this.#serve(tx, request, key);
      return { view: { instance, tenantRef: request.tenantRef, keys: [] }, outcome };
    });
  }

  #offerOf({ sizeClass, region }: ClaimRequest): string {
    return offerNameOf({ sizeClass, nodePool: region ?? this.options.defaultRegion });
  }

  #poolKeyOf(request: ClaimRequest): PoolKey {
    const { offers } = this.options;
    const offer = offers.get(this.#offerOf(request));
    if (offer !== undefined) return offer.key;
    throw new Fault(
      'size_class_unoffered',
      `This size class is not offered there; offered are (class@region): ${[...offers.keys()].join(', ')}.`,
    );
  }

  /** The instance that this idempotency key already stands for, or null for a first request. */
  async #begin(tx: Repositories, request: ClaimRequest): Promise<Instance | null> {
    if (request.idempotencyKey === null) return null;
    const madeId = await beginOnce(tx.idempotency, {
      principal: actorOf(request.caller.principal),
      key: digestOf(request.idempotencyKey),
      requestHash: hashOf(request, request.region ?? this.options.defaultRegion),
      ttlMs: IDEMPOTENCY_TTL_MS,
    });
    return madeId === null ? null : currentInstance(tx, madeId as InstanceId);
  }

  async #serve(tx: Repositories, request: ClaimRequest, key: PoolKey): Promise<Taken> {
    const at = this.clock.now();
    const { tenantRef, name } = request;
    const candidate = { id: tenantIdOf(randomBase32(ID_SUFFIX_LENGTH)), externalRef: tenantRef };
    const tenant = await tx.tenants.ensure(candidate, at);
    assertActive(tenant);
    const claimId = claimIdOf(randomBase32(ID_SUFFIX_LENGTH));
    const taking = { poolId: poolIdOf(key), tenantId: tenant.id, claimId, name, at };
    const taken = await this.#take(tx, taking);
    const { instance, outcome } = taken;

    const claim = {
      ...{ id: claimId, tenantId: tenant.id, instanceId: instance.id, name, at },
      ...{ offer: offerNameOf(key), outcome },
    };
    await tx.claims.record(recordOf(request, instance, claim));
    return taken;
  }

  /** What the claim gets: an idle member without a lock, anything else under the pool's lock. */
  async #take(tx: Repositories, taking: Taking): Promise<Taken> {
    const idle = await tx.instances.takeIdle(taking);
    if (idle !== null) return { instance: idle, outcome: 'warm' };

    const standIn = await lockStandIn(tx, taking.poolId);
    const pool = await tx.pools.findForUpdate(taking.poolId);
    if (pool === null) throw poolEmpty(taking.poolId);
    // Others may have brought a member in while we waited for the lock.
    const late =
      (await tx.instances.takeIdle(taking)) ?? (await tx.instances.takeIdleSuperseded(taking));
    if (late !== null) return { instance: late, outcome: 'warm' };
    const starting = standIn ?? pool;
    return this.#wait(tx, starting, { ...taking, poolId: starting.id });
  }

  /** A start of the pool to wait for, while not too many wait already. */
  async #wait(tx: Repositories, pool: Pool, taking: Taking): Promise<Taken> {
    if ((await tx.instances.countWaiting(pool.id)) >= this.options.waitingMax) {
      throw poolEmpty(pool.id);
    }
    const coming = await tx.instances.takeComing(taking);
    if (coming !== null) return { instance: coming, outcome: 'queued' };

    if (isHeld(pool) || (await tx.instances.countHolding(pool.id)) >= pool.membersMax) {
      throw poolEmpty(pool.id);
    }
    const id = instanceIdOf(randomBase32(ID_SUFFIX_LENGTH));
    const instance = await tx.instances.insert({ id, pool, at: taking.at, owner: taking });
    return { instance, outcome: 'cold' };
  }
}

/**
 * The version that starts members in place of the offered one while that cannot; null while it can.
 * Locked, and before the offered one: a superseded pool always is.
 */
async function lockStandIn(tx: Repositories, offeredId: PoolId): Promise<Pool | null> {
  const pools = await tx.pools.list();
  const offered = pools.find(({ id }) => id === offeredId);
  if (offered === undefined || !pools.some((pool) => pool.supersededBy === offeredId)) return null;
  const standIn = standInFor(offered, await tx.instances.countByState(offeredId), pools);
  return standIn === null ? null : tx.pools.findForUpdate(standIn.id);
}

/** The claim with its audit line, its event, and what its idempotency key stands for. */
function recordOf(
  { caller, tenantRef, name, idempotencyKey }: ClaimRequest,
  { id: instanceId, poolId }: Instance,
  claim: ClaimRecord['claim'],
): ClaimRecord {
  const { at, outcome } = claim;
  const principal = actorOf(caller.principal);
  return {
    claim,
    audit: {
      at,
      actor: principal,
      action: 'instance.claim',
      target: instanceId,
      outcome: 'done',
      requestId: caller.requestId,
      from: caller.from,
      details: { tenantRef, name, poolId, outcome },
    },
    event: { topic: 'instance.claimed', key: instanceId, payload: { name, outcome }, at },
    idempotency: idempotencyKey === null ? null : { principal, key: digestOf(idempotencyKey) },
  };
}

function assertActive(tenant: Tenant): void {
  if (tenant.suspendedAt === null) return;
  throw new Fault(
    'tenant_suspended',
    'This tenant is suspended and can claim nothing new; what it has keeps running.',
  );
}

function poolEmpty(poolId: Pool['id']): Fault {
  return new Fault('pool_empty', 'No warm instance is free right now; more are on the way.', {
    retryAfterMs: jittered(REFILL_MS),
    details: { poolId },
  });
}

/** What makes two requests the same; the idempotency key itself is not part of it. */
function hashOf({ tenantRef, name, sizeClass }: ClaimRequest, region: string): string {
  return digestOf(JSON.stringify([tenantRef, name, sizeClass, region]));
}
