import { createHash } from 'node:crypto';
import { Fault } from '../errors/index.js';
import { ID_SUFFIX_LENGTH, claimIdOf, tenantIdOf } from '../domain/ids.js';
import type { Instance } from '../domain/instance.js';
import type { Pool, PoolKey } from '../domain/pool.js';
import { poolIdOf } from '../domain/pool.js';
import type { Caller } from '../domain/principal.js';
import type { SizeClass } from '../domain/size-classes.js';
import type { Clock } from '../lib/clock.js';
import { plusMs } from '../lib/clock.js';
import { jittered, randomBase32 } from '../lib/random.js';
import type { Repositories, Store } from '../ports/index.js';
import type { InstanceView } from './instance-view.js';
import { actorOf, viewOf } from './visibility.js';

/** How long the same idempotency key gives the same answer. */
export const IDEMPOTENCY_TTL_MS = 24 * 60 * 60 * 1000;
/** What a caller is told to wait when the pool is empty: about the time that one boot takes. */
const REFILL_MS = 20_000;

export interface ClaimRequest {
  readonly caller: Caller;
  readonly tenantRef: string;
  /** The tenant's own name for the instance; one live claim per tenant and name. */
  readonly name: string;
  readonly sizeClass: SizeClass;
  readonly idempotencyKey: string | null;
}

export interface ClaimAnswer {
  readonly view: InstanceView;
  /** True when the idempotency key was seen before and nothing was claimed now. */
  readonly isReplay: boolean;
}

/**
 * Gives a tenant an idle member of the pool, in one transaction without a network call.
 *
 * The instance is `binding` when this returns; a controller brings it to `ready`. Faults:
 * `name_taken`, `idempotency_key_reused`, `pool_empty`, `size_class_unoffered`.
 */
export class ClaimInstance {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    /** The pool that new claims are served from, per offered size class. */
    private readonly offered: ReadonlyMap<SizeClass, PoolKey>,
    /** Told how each claim ended: `warm`, `replayed`, or the code of its refusal. */
    private readonly onOutcome: (outcome: string) => void = () => undefined,
  ) {}

  async execute(request: ClaimRequest): Promise<ClaimAnswer> {
    try {
      const answer = await this.#claim(request);
      this.onOutcome(answer.isReplay ? 'replayed' : 'warm');
      return answer;
    } catch (error) {
      this.onOutcome(error instanceof Fault ? error.code : 'internal');
      throw error;
    }
  }

  async #claim(request: ClaimRequest): Promise<ClaimAnswer> {
    const key = this.#poolKeyOf(request.sizeClass);
    return this.store.transaction(async (tx) => {
      const replay = await this.#begin(tx, request);
      if (replay !== null) return { view: await viewOf(tx, replay), isReplay: true };
      const instance = await this.#take(tx, request, key);
      return { view: { instance, tenantRef: request.tenantRef, keys: [] }, isReplay: false };
    });
  }

  #poolKeyOf(sizeClass: SizeClass): PoolKey {
    const key = this.offered.get(sizeClass);
    if (key !== undefined) return key;
    const classes = [...this.offered.keys()].join(', ');
    throw new Fault(
      'size_class_unoffered',
      `This size class is not offered here; use: ${classes}.`,
    );
  }

  /** The instance that this idempotency key already stands for, or null for a first request. */
  async #begin(tx: Repositories, request: ClaimRequest): Promise<Instance | null> {
    if (request.idempotencyKey === null) return null;
    const at = this.clock.now();
    const start = await tx.idempotency.begin({
      principal: actorOf(request.caller.principal),
      key: request.idempotencyKey,
      requestHash: hashOf(request),
      at,
      expiresAt: plusMs(at, IDEMPOTENCY_TTL_MS),
    });
    if (start.kind === 'other_request') {
      throw new Fault(
        'idempotency_key_reused',
        'This Idempotency-Key was used for another request; use a fresh key for a new request.',
      );
    }
    return start.kind === 'replay' ? tx.instances.find(start.instanceId) : null;
  }

  async #take(tx: Repositories, request: ClaimRequest, key: PoolKey): Promise<Instance> {
    const at = this.clock.now();
    const { caller, tenantRef, name, idempotencyKey } = request;
    const candidate = { id: tenantIdOf(randomBase32(ID_SUFFIX_LENGTH)), externalRef: tenantRef };
    const tenant = await tx.tenants.ensure(candidate, at);
    const claimId = claimIdOf(randomBase32(ID_SUFFIX_LENGTH));
    const poolId = poolIdOf(key);
    const instance = await tx.instances.takeIdle({
      poolId,
      tenantId: tenant.id,
      claimId,
      name,
      at,
    });
    if (instance === null) throw poolEmpty(poolId);

    await tx.claims.insert({ id: claimId, tenantId: tenant.id, instanceId: instance.id, name, at });
    await tx.audit.append({
      at,
      actor: actorOf(caller.principal),
      action: 'instance.claim',
      target: instance.id,
      outcome: 'done',
      requestId: caller.requestId,
      details: { tenantRef, name, poolId },
    });
    await tx.outbox.append({ topic: 'instance.claimed', key: instance.id, payload: { name }, at });
    if (idempotencyKey !== null) {
      await tx.idempotency.finish(actorOf(caller.principal), idempotencyKey, instance.id);
    }
    return instance;
  }
}

function poolEmpty(poolId: Pool['id']): Fault {
  return new Fault('pool_empty', 'No warm instance is free right now; more are on the way.', {
    retryAfterMs: jittered(REFILL_MS),
    details: { poolId },
  });
}

/** What makes two requests the same; the idempotency key itself is not part of it. */
function hashOf({ tenantRef, name, sizeClass }: ClaimRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([tenantRef, name, sizeClass]))
    .digest('hex');
}
