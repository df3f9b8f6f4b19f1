import type { z } from 'zod';
import { Fault } from '../errors/index.js';

/** The fault of a row that no code of ours can have written: a bug, or another hand in the database. */
export function malformed(table: string, id: string, cause: unknown): Fault {
  const details = { table, id };
  return new Fault('row_malformed', 'Something is wrong on our side.', { details, cause });
}

/** What `schema` makes of the row; `row_malformed` when it is none of what may be stored there. */
export function storedIn<Words>(
  table: string,
  row: { readonly id: string },
  schema: z.ZodType<Words>,
): Words {
  const words = schema.safeParse(row);
  if (words.success) return words.data;
  throw malformed(table, row.id, words.error);
}
