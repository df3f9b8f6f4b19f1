import type { EntityManager } from 'typeorm';
import { In, Not } from 'typeorm';
import type { Node, NodeStore } from '../../ports/index.js';
import { NodeRow } from '../rows/node-row.js';

/** Nodes in PostgreSQL. */
export class PostgresNodeStore implements NodeStore {
  constructor(private readonly manager: EntityManager) {}

  async replaceAll(nodes: readonly Node[], at: Date): Promise<void> {
    const rows = nodes.map((node) => ({ ...node, seenAt: at }));
    if (rows.length > 0) await this.manager.upsert(NodeRow, rows, ['id']);
    await this.manager.delete(NodeRow, { id: Not(In(rows.map(({ id }) => id))) });
  }

  countEligible(nodePool: string): Promise<number> {
    return this.manager.countBy(NodeRow, { nodePool, isEligible: true });
  }
}
