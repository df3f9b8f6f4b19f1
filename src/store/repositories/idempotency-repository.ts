import type { EntityManager } from 'typeorm';
import { Fault } from '../../errors/index.js';
import type {
  IdempotencyEntry,
  IdempotencyName,
  IdempotencyStore,
  IdempotentStart,
} from '../../ports/index.js';
import { IdempotencyKeyRow } from '../rows/idempotency-key-row.js';

/**
 * Takes the key, or takes over an expired one; no row comes back while a live one stands. All by the
 * database's clock: one API process whose own is a day ahead would take over keys that still stand.
 */
const TAKE_KEY = `
  INSERT INTO idempotency_keys (principal, key, request_hash, created_at, expires_at)
  VALUES ($1, $2, $3, now(), now() + $4 * interval '1 millisecond')
  ON CONFLICT (principal, key) DO UPDATE SET
    request_hash = EXCLUDED.request_hash, instance_id = NULL, made_id = NULL,
    created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
  WHERE idempotency_keys.expires_at <= now()
  RETURNING key`;

const DELETE_EXPIRED = `
  DELETE FROM idempotency_keys WHERE (principal, key) IN (
    SELECT principal, key FROM idempotency_keys WHERE expires_at <= now() LIMIT $1)`;

/** Idempotency keys in PostgreSQL. */
export class PostgresIdempotencyStore implements IdempotencyStore {
  constructor(private readonly manager: EntityManager) {}

  async begin(entry: IdempotencyEntry): Promise<IdempotentStart> {
    const { principal, key, requestHash, ttlMs } = entry;
    const parameters = [principal, key, requestHash, ttlMs];
    const taken = await this.manager.query<unknown[]>(TAKE_KEY, parameters);
    if (taken.length > 0) return { kind: 'first' };
    const row = await this.manager.findOneByOrFail(IdempotencyKeyRow, { principal, key });
    return standingFor(row, requestHash);
  }

  async look({ principal, key, requestHash }: IdempotencyEntry): Promise<IdempotentStart> {
    const row = await this.manager
      .createQueryBuilder(IdempotencyKeyRow, 'row')
      .where('row.principal = :principal AND row.key = :key', { principal, key })
      .andWhere('row.expiresAt > now()')
      .getOne();
    return row === null ? { kind: 'first' } : standingFor(row, requestHash);
  }

  async settle({ principal, key }: IdempotencyName, madeId: string): Promise<void> {
    await this.manager.update(IdempotencyKeyRow, { principal, key }, { madeId });
  }

  async free({ principal, key }: IdempotencyName, madeId: string): Promise<void> {
    await this.manager.delete(IdempotencyKeyRow, { principal, key, madeId });
  }

  async deleteExpired(limit: number): Promise<number> {
    const [, deleted] = await this.manager.query<[unknown[], number]>(DELETE_EXPIRED, [limit]);
    return deleted;
  }
}

function standingFor(row: IdempotencyKeyRow, requestHash: string): IdempotentStart {
  if (row.requestHash !== requestHash) return { kind: 'other_request' };
  const madeId = row.madeId ?? row.instanceId;
  if (madeId !== null) return { kind: 'replay', madeId };
  throw new Fault('row_malformed', 'Something is wrong on our side.', {
    details: { table: 'idempotency_keys' },
  });
}
