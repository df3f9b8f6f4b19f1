import type { EntityManager } from 'typeorm';
import { IsNull } from 'typeorm';
import { z } from 'zod';
import { Fault } from '../../errors/index.js';
import { CLAIM_OUTCOMES } from '../../domain/claim.js';
import type { ClaimId, InstanceId, TenantId } from '../../domain/ids.js';
import type { Demand } from '../../domain/sizing/demand.js';
import type { Claim, ClaimRecord, ClaimStore, DemandWindow, Served } from '../../ports/index.js';
import { violatedConstraint } from '../database-errors.js';
import { ClaimRow } from '../rows/claim-row.js';

const StoredOutcome = z.enum(CLAIM_OUTCOMES);

/** Four writes in one round trip: a third of the statements of a claim, and of its time. */
const RECORD = `
  WITH held AS (
    INSERT INTO claims (id, tenant_id, instance_id, name, offer, outcome, claimed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)),
  noted AS (
    INSERT INTO audit (at, actor, action, target, outcome, request_id, details, from_address)
    VALUES ($7, $8, $9, $10, $11, $12, $13, $19)),
  told AS (
    INSERT INTO outbox (at, topic, key, payload) VALUES ($7, $14, $15, $16))
  UPDATE idempotency_keys SET instance_id = $3, made_id = $3 WHERE principal = $17 AND key = $18`;

/** The hold goes on under another instance, but only if it still is where the mover saw it. */
const MOVE = `
  UPDATE claims SET instance_id = $3, attempts = attempts + 1
  WHERE id = $1 AND instance_id = $2 AND released_at IS NULL`;

/** Buckets counted back from now: 0 is the one that ends now. */
const DEMAND = `
  SELECT floor(extract(epoch FROM $2::timestamptz - at) * 1000 / $3)::integer AS bucket,
    sum(asked)::integer AS claims
  FROM (
    SELECT claimed_at AS at, 1 AS asked FROM claims WHERE offer = $1
    UNION ALL SELECT at, refusals FROM refusals WHERE offer = $1
  ) demand
  WHERE at <= $2 AND at > $2::timestamptz - $4 * interval '1 millisecond'
  GROUP BY 1`;

/** The same claims, told apart by what became of them. */
const SERVED = `
  SELECT floor(extract(epoch FROM $2::timestamptz - at) * 1000 / $3)::integer AS bucket,
    sum(warm)::integer AS warm, sum(waited)::integer AS waited, sum(refused)::integer AS refused
  FROM (
    SELECT claimed_at AS at, (outcome = 'warm')::integer AS warm,
      (outcome <> 'warm')::integer AS waited, 0 AS refused
    FROM claims WHERE offer = $1
    UNION ALL SELECT at, 0, 0, refusals FROM refusals WHERE offer = $1
  ) served
  WHERE at <= $2 AND at > $2::timestamptz - $4 * interval '1 millisecond'
  GROUP BY 1`;

/** Refusals are counted by such buckets: one row for a storm of them. */
const REFUSAL_BUCKET_MS = 10_000;
/** Demand is measured over an hour; what is older is deleted by the next refusal. */
const REFUSALS_KEPT_MS = 2 * 3600 * 1000;

const RECORD_REFUSALS = `
  WITH outdated AS (
    DELETE FROM refusals WHERE offer = $1 AND at < $4)
  INSERT INTO refusals (offer, at, refusals) VALUES ($1, $2, $3)
  ON CONFLICT (offer, at) DO UPDATE SET refusals = refusals.refusals + EXCLUDED.refusals`;

/** Claims in PostgreSQL; the unique indexes do the refusing. */
export class PostgresClaimStore implements ClaimStore {
  constructor(private readonly manager: EntityManager) {}

  async record({ claim, audit, event, idempotency }: ClaimRecord): Promise<void> {
    const parameters = [
      ...[claim.id, claim.tenantId, claim.instanceId, claim.name, claim.offer, claim.outcome],
      ...[claim.at, audit.actor, audit.action, audit.target, audit.outcome, audit.requestId],
      ...[JSON.stringify(audit.details), event.topic, event.key, JSON.stringify(event.payload)],
      ...[idempotency?.principal ?? null, idempotency?.key ?? null, audit.from],
    ];
    try {
      await this.manager.query(RECORD, parameters);
    } catch (error) {
      if (violatedConstraint(error) !== 'claims_one_live_per_name') throw error;
      throw new Fault(
        'name_taken',
        'This tenant already has an instance of that name. Use it, delete it, or choose another name.',
        { cause: error },
      );
    }
  }

  async find(id: ClaimId): Promise<Claim | null> {
    const row = await this.manager.findOneBy(ClaimRow, { id });
    return row === null ? null : toClaim(row);
  }

  async moveTo(id: ClaimId, from: InstanceId, to: InstanceId): Promise<boolean> {
    const [, moved] = await this.manager.query<[unknown[], number]>(MOVE, [id, from, to]);
    return moved === 1;
  }

  async recordRefusals(offer: string, refusals: number, at: Date): Promise<void> {
    const bucket = new Date(Math.floor(at.getTime() / REFUSAL_BUCKET_MS) * REFUSAL_BUCKET_MS);
    const outdated = new Date(at.getTime() - REFUSALS_KEPT_MS);
    await this.manager.query(RECORD_REFUSALS, [offer, bucket, refusals, outdated]);
  }

  async demand(offer: string, { now, bucketMs, buckets }: DemandWindow): Promise<Demand> {
    const parameters = [offer, now, bucketMs, buckets * bucketMs];
    const counted = await this.manager.query<{ bucket: number; claims: number }[]>(
      DEMAND,
      parameters,
    );
    const byBucket = new Map(counted.map(({ bucket, claims }) => [bucket, claims]));
    const arrivals = Array.from(
      { length: buckets },
      (_, index) => byBucket.get(buckets - 1 - index) ?? 0,
    );
    return { bucketMs, arrivals, lastBucketAgeMs: bucketMs };
  }

  async served(
    offer: string,
    { now, bucketMs, buckets }: DemandWindow,
  ): Promise<readonly Served[]> {
    const parameters = [offer, now, bucketMs, buckets * bucketMs];
    const counted = await this.manager.query<({ bucket: number } & Served)[]>(SERVED, parameters);
    const byBucket = new Map(counted.map(({ bucket, ...served }) => [bucket, served]));
    return Array.from(
      { length: buckets },
      (_, index) => byBucket.get(buckets - 1 - index) ?? { warm: 0, waited: 0, refused: 0 },
    );
  }

  async release(instanceId: InstanceId, at: Date): Promise<void> {
    await this.manager.update(ClaimRow, { instanceId, releasedAt: IsNull() }, { releasedAt: at });
  }
}

function toClaim(row: ClaimRow): Claim {
  return {
    id: row.id as ClaimId,
    tenantId: row.tenantId as TenantId,
    instanceId: row.instanceId as InstanceId,
    name: row.name,
    offer: row.offer,
    outcome: StoredOutcome.parse(row.outcome),
    attempts: row.attempts,
  };
}
