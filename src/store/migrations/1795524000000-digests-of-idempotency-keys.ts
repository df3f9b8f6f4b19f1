import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What callers sent is replaced by its digest, as `digestOf` makes it: a secret that somebody sent
 * as a key is gone, and a request that was sent before is still known when it is repeated. Rows are
 * a day old at most, so there are few. The release before knows its own rows no more, and answers a
 * repeated claim of a name with `name_taken`.
 */
const UP = `UPDATE idempotency_keys SET key = encode(sha256(convert_to(key, 'UTF8')), 'hex')`;

/** Idempotency keys are kept as digests. */
export class DigestsOfIdempotencyKeys1795524000000 implements MigrationInterface {
  readonly name = 'DigestsOfIdempotencyKeys1795524000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  /** There is no way back from a digest; the rows go by themselves within a day. */
  async down(): Promise<void> {}
}
