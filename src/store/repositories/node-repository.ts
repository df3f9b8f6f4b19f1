import type { EntityManager } from 'typeorm';
import { In, Not } from 'typeorm';
import type { NodeListing, NodeStore } from '../../ports/index.js';
import { NodeRow } from '../rows/node-row.js';

/**
 * Takes the listing's turn: only if none that is newer came before it, and one after the other. An
 * index that goes back is a late listing while others come in every few seconds; when none has come
 * for so long, it is that of a scheduler that was built anew and counts from the beginning.
 */
const TAKE_TURN = `
  INSERT INTO node_listings (id, scheduler_index, seen_at) VALUES ('last', $1, now())
  ON CONFLICT (id) DO UPDATE SET scheduler_index = EXCLUDED.scheduler_index, seen_at = now()
  WHERE node_listings.scheduler_index <= EXCLUDED.scheduler_index
    OR node_listings.seen_at <= now() - interval '2 minutes'
  RETURNING id`;

const PUT = `
  INSERT INTO nodes (id, name, node_pool, is_eligible, seen_at)
  SELECT id, name, node_pool, is_eligible, now()
  FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[])
    AS listed (id, name, node_pool, is_eligible)
  ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, node_pool = EXCLUDED.node_pool,
    is_eligible = EXCLUDED.is_eligible, seen_at = EXCLUDED.seen_at`;

/** Nodes in PostgreSQL. */
export class PostgresNodeStore implements NodeStore {
  constructor(private readonly manager: EntityManager) {}

  async replaceAll({ nodes, index }: NodeListing): Promise<boolean> {
    if (nodes.length === 0) return false;
    return this.manager.transaction(async (tx) => {
      const turn = await tx.query<unknown[]>(TAKE_TURN, [index]);
      if (turn.length === 0) return false;
      await tx.query(PUT, [
        nodes.map(({ id }) => id),
        nodes.map(({ name }) => name),
        nodes.map(({ nodePool }) => nodePool),
        nodes.map(({ isEligible }) => isEligible),
      ]);
      await tx.delete(NodeRow, { id: Not(In(nodes.map(({ id }) => id))) });
      return true;
    });
  }

  countEligible(nodePool: string): Promise<number> {
    return this.manager.countBy(NodeRow, { nodePool, isEligible: true });
  }
}
