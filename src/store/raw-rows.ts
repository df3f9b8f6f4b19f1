import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { z } from 'zod';

const RawRows = z.array(z.record(z.string(), z.unknown()));
const RowsAndCount = z.tuple([RawRows, z.number()]);

/**
 * Runs a statement that returns rows of `target`'s table and gives them as entities.
 *
 * TypeORM's own `returning` gives column names instead of properties, and a conditional update
 * must return what it wrote in the same statement: a read after it could see a later write.
 */
export async function queryRows<Row extends ObjectLiteral>(
  manager: EntityManager,
  target: EntityTarget<Row>,
  statement: string,
  parameters: readonly unknown[],
): Promise<Row[]> {
  const reply: unknown = await manager.query(statement, [...parameters]);
  const counted = RowsAndCount.safeParse(reply);
  const rows = counted.success ? counted.data[0] : RawRows.parse(reply);
  const repository = manager.getRepository(target);
  return rows.map((raw) => {
    const row = repository.create();
    for (const column of repository.metadata.columns) {
      column.setEntityValue(row, raw[column.databaseName]);
    }
    return row;
  });
}
