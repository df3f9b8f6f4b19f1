import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `CREATE TABLE node_listings (
    id text PRIMARY KEY CONSTRAINT node_listings_is_one CHECK (id = 'last'),
    scheduler_index bigint NOT NULL,
    seen_at timestamptz NOT NULL
  )`,
];

const DOWN = [`DROP TABLE node_listings`];

/** Which listing of nodes was taken over last, so that one that comes late is refused. */
export class NodeListings1795920000000 implements MigrationInterface {
  readonly name = 'NodeListings1795920000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
