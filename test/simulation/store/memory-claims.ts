import type { ClaimId, InstanceId, TenantId } from '../../../src/domain/ids.js';
import type { Demand } from '../../../src/domain/sizing/demand.js';
import { Fault } from '../../../src/errors/index.js';
import { plusMs } from '../../../src/lib/clock.js';
import type {
  Claim,
  ClaimRecord,
  ClaimStore,
  DemandWindow,
  IdempotencyEntry,
  IdempotencyName,
  IdempotencyStore,
  IdempotentStart,
  Served,
  Tenant,
  TenantStore,
} from '../../../src/ports/index.js';
import type { ClaimEntry, Database } from './database.js';
import type { Transaction } from './engine.js';
import { DatabaseBug } from './engine.js';

/** As in PostgreSQL, refusals are counted by buckets of this length. */
const REFUSAL_BUCKET_MS = 10_000;
const NONE_SERVED: Served = { warm: 0, waited: 0, refused: 0 };

/** Claims in memory; one live claim per tenant and name, one claim per instance. */
export class MemoryClaims implements ClaimStore {
  constructor(
    private readonly database: Database,
    private readonly tx: Transaction | null,
  ) {}

  record({ claim: made, audit, event, idempotency }: ClaimRecord): Promise<void> {
    const { at, ...claim } = made;
    const { claims, engine, flaws } = this.database;
    return engine.statement(this.tx, `record claim ${claim.id}`, async (tx) => {
      await engine.lock(tx, nameLock(claim));
      const others = claims.all(tx);
      if (flaws.forgetsLiveNames !== true && others.some((other) => isLiveTwin(other, claim))) {
        throw new Fault('name_taken', 'This tenant already has an instance of that name.');
      }
      this.#checkInstance(tx, claim.id, claim.instanceId);
      claims.put(tx, claim.id, { ...claim, attempts: 1, claimedAt: at, releasedAt: null });
      this.database.audit.put(tx, this.database.nextNumber(), audit);
      this.database.outbox.put(tx, this.database.nextNumber(), event);
      if (idempotency === null) return;
      await settle(this.database, tx, idempotency, claim.instanceId);
    });
  }

  find(id: ClaimId): Promise<Claim | null> {
    const { claims, engine } = this.database;
    return engine.statement(this.tx, `read ${id}`, (tx) => {
      const record = claims.get(tx, id);
      return record === null ? null : toClaim(record);
    });
  }

  moveTo(id: ClaimId, from: InstanceId, to: InstanceId): Promise<boolean> {
    const { claims, engine } = this.database;
    return engine.statement(this.tx, `move ${id} to ${to}`, async (tx) => {
      const moved = await claims.update(tx, id, (row) => {
        if (row.instanceId !== from || row.releasedAt !== null) return null;
        return { ...row, instanceId: to, attempts: row.attempts + 1 };
      });
      if (moved !== null) this.#checkInstance(tx, id, to);
      return moved !== null;
    });
  }

  recordRefusals(offer: string, count: number, at: Date): Promise<void> {
    const { refusals, engine } = this.database;
    return engine.statement(this.tx, `record ${String(count)} refusals of ${offer}`, (tx) => {
      const bucketAt = new Date(Math.floor(at.getTime() / REFUSAL_BUCKET_MS) * REFUSAL_BUCKET_MS);
      refusals.put(tx, this.database.nextNumber(), { offer, count, at: bucketAt });
    });
  }

  demand(offer: string, { now, bucketMs, buckets }: DemandWindow): Promise<Demand> {
    const { claims, refusals, engine } = this.database;
    return engine.statement(this.tx, `demand of ${offer}`, (tx) => {
      const arrivals = Array.from({ length: buckets }, () => 0);
      const granted = claims.all(tx).map((claim) => ({ ...claim, at: claim.claimedAt, count: 1 }));
      for (const asked of [...granted, ...refusals.all(tx)]) {
        const ageMs = now.getTime() - asked.at.getTime();
        if (asked.offer !== offer || ageMs < 0 || ageMs >= bucketMs * buckets) continue;
        const at = buckets - 1 - Math.floor(ageMs / bucketMs);
        arrivals[at] = (arrivals[at] ?? 0) + asked.count;
      }
      return { bucketMs, arrivals, lastBucketAgeMs: bucketMs };
    });
  }

  served(offer: string, window: DemandWindow): Promise<readonly Served[]> {
    const { claims, refusals, engine } = this.database;
    return engine.statement(this.tx, `served claims of ${offer}`, (tx) => {
      const granted = claims.all(tx).map(({ offer: of, outcome, claimedAt }) => {
        const isWarm = outcome === 'warm';
        return { of, at: claimedAt, ...NONE_SERVED, ...(isWarm ? { warm: 1 } : { waited: 1 }) };
      });
      const refused = refusals.all(tx).map(({ offer: of, at, count }) => {
        return { of, at, ...NONE_SERVED, refused: count };
      });
      const buckets: Served[] = Array.from({ length: window.buckets }, () => NONE_SERVED);
      for (const { of, at, warm, waited, refused: turned } of [...granted, ...refused]) {
        const ageMs = window.now.getTime() - at.getTime();
        const index = window.buckets - 1 - Math.floor(ageMs / window.bucketMs);
        const sum = buckets[index];
        if (of !== offer || ageMs < 0 || sum === undefined) continue;
        buckets[index] = {
          warm: sum.warm + warm,
          waited: sum.waited + waited,
          refused: sum.refused + turned,
        };
      }
      return buckets;
    });
  }

  release(instanceId: InstanceId, at: Date): Promise<void> {
    const { claims, engine } = this.database;
    return engine.statement(this.tx, `release ${instanceId}`, async (tx) => {
      const held = claims
        .all(tx)
        .filter((row) => row.instanceId === instanceId && row.releasedAt === null);
      for (const { id } of held) {
        await claims.update(tx, id, (row) => {
          if (row.instanceId !== instanceId || row.releasedAt !== null) return null;
          return { ...row, releasedAt: at };
        });
      }
      for (const claim of held) await engine.lock(tx, nameLock(claim));
    });
  }

  #checkInstance(tx: Transaction, id: ClaimId, instanceId: InstanceId): void {
    const { claims, instances } = this.database;
    if (instances.get(tx, instanceId) === null) throw new DatabaseBug('claims_instance');
    if (claims.all(tx).some((row) => row.instanceId === instanceId && row.id !== id)) {
      throw new DatabaseBug(`claims_one_per_instance: ${instanceId}`);
    }
  }
}

/** Tenants in memory; the product's own reference is unique. */
export class MemoryTenants implements TenantStore {
  constructor(
    private readonly database: Database,
    private readonly tx: Transaction | null,
  ) {}

  async ensure(candidate: Pick<Tenant, 'id' | 'externalRef'>): Promise<Tenant> {
    const { externalRef } = candidate;
    const known = await this.findByRef(externalRef);
    if (known !== null) return known;
    const { tenants, engine } = this.database;
    return engine.statement(this.tx, `ensure tenant ${externalRef}`, async (tx) => {
      await engine.lock(tx, `tenant reference ${externalRef}`);
      const other = tenants.all(tx).find((tenant) => tenant.externalRef === externalRef);
      if (other !== undefined) return other;
      const made = { ...candidate, suspendedAt: null };
      tenants.put(tx, made.id, made);
      return made;
    });
  }

  findByRef(externalRef: string): Promise<Tenant | null> {
    const { tenants, engine } = this.database;
    return engine.statement(this.tx, `read tenant ${externalRef}`, (tx) => {
      return tenants.all(tx).find((tenant) => tenant.externalRef === externalRef) ?? null;
    });
  }

  findMany(ids: readonly TenantId[]): Promise<readonly Tenant[]> {
    const { tenants, engine } = this.database;
    return engine.statement(this.tx, 'read tenants', (tx) =>
      tenants.all(tx).filter(({ id }) => ids.includes(id)),
    );
  }

  async setSuspended(externalRef: string, suspendedAt: Date | null): Promise<Tenant | null> {
    const known = await this.findByRef(externalRef);
    if (known === null) return null;
    const { tenants, engine } = this.database;
    return engine.statement(this.tx, `suspend ${externalRef}`, (tx) =>
      tenants.update(tx, known.id, (tenant) => ({ ...tenant, suspendedAt })),
    );
  }
}

/** Idempotency keys in memory; a second caller waits for the first one's transaction. */
export class MemoryIdempotency implements IdempotencyStore {
  constructor(
    private readonly database: Database,
    private readonly tx: Transaction | null,
  ) {}

  begin(entry: IdempotencyEntry): Promise<IdempotentStart> {
    const { key, requestHash, ttlMs } = entry;
    const { idempotency, engine, flaws } = this.database;
    const name = nameOf(entry);
    return engine.statement(this.tx, `begin ${key}`, async (tx): Promise<IdempotentStart> => {
      if (flaws.forgetsKeys === true) return { kind: 'first' };
      await engine.lock(tx, idempotency.lockName(name));
      const standing = this.#standing(tx, entry);
      if (standing !== null) return standing;
      const expiresAt = plusMs(engine.host.now(), ttlMs);
      idempotency.put(tx, name, { requestHash, madeId: null, expiresAt });
      return { kind: 'first' };
    });
  }

  look(entry: IdempotencyEntry): Promise<IdempotentStart> {
    return this.database.engine.statement(
      this.tx,
      `look at ${entry.key}`,
      (tx): IdempotentStart => this.#standing(tx, entry) ?? { kind: 'first' },
    );
  }

  settle(name: IdempotencyName, madeId: string): Promise<void> {
    const { database } = this;
    return database.engine.statement(this.tx, `settle ${name.key}`, (tx) =>
      settle(database, tx, name, madeId),
    );
  }

  free(name: IdempotencyName, madeId: string): Promise<void> {
    const { idempotency, engine } = this.database;
    return engine.statement(this.tx, `free ${name.key}`, async (tx) => {
      const row = await idempotency.locked(tx, nameOf(name));
      if (row?.madeId === madeId) idempotency.put(tx, nameOf(name), null);
    });
  }

  #standing(tx: Transaction, entry: IdempotencyEntry): IdempotentStart | null {
    const { idempotency, engine } = this.database;
    const row = idempotency.get(tx, nameOf(entry));
    if (row === null || row.expiresAt <= engine.host.now()) return null;
    if (row.requestHash !== entry.requestHash) return { kind: 'other_request' };
    if (row.madeId === null) throw new DatabaseBug('a key without an answer was committed');
    return { kind: 'replay', madeId: row.madeId };
  }

  deleteExpired(limit: number): Promise<number> {
    const { idempotency, engine } = this.database;
    return engine.statement(this.tx, 'forget keys', async (tx) => {
      const at = engine.host.now();
      const expired = [...idempotency.committed()].filter(([, row]) => row.expiresAt <= at);
      for (const [name] of expired.slice(0, limit)) {
        await idempotency.locked(tx, name);
        idempotency.put(tx, name, null);
      }
      return Math.min(limit, expired.length);
    });
  }
}

function nameOf({ principal, key }: IdempotencyName): string {
  return `${principal} ${key}`;
}

async function settle(
  { idempotency }: Database,
  tx: Transaction,
  name: IdempotencyName,
  madeId: string,
): Promise<void> {
  await idempotency.update(tx, nameOf(name), (row) => ({ ...row, madeId }));
}

function nameLock({ tenantId, name }: Pick<Claim, 'tenantId' | 'name'>): string {
  return `live name ${tenantId} ${name}`;
}

function isLiveTwin(other: ClaimEntry, { tenantId, name }: Pick<Claim, 'tenantId' | 'name'>) {
  return other.releasedAt === null && other.tenantId === tenantId && other.name === name;
}

function toClaim(record: ClaimEntry): Claim {
  const { claimedAt: _claimedAt, releasedAt: _releasedAt, ...claim } = record;
  return claim;
}
