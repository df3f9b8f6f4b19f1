import type { DataSource, QueryRunner } from 'typeorm';
import { z } from 'zod';
import { pause } from '../lib/timers.js';

/** Any fixed number will do, as long as nothing else in this database uses it. */
const MIGRATION_LOCK = 7_205_913_118;

const Reply = z.tuple([z.object({ isLocked: z.boolean() })]);

/** Between two looks whether the other one is done, in milliseconds. */
const LOOK_AGAIN_MS = 100;

/**
 * Runs the migrations that are still missing and returns their names.
 *
 * TypeORM takes no lock of its own, so a session lock on a connection of its own makes a second
 * caller wait until the first is done, and then find nothing to do. The lock dies with its session.
 */
export async function migrate(dataSource: DataSource): Promise<readonly string[]> {
  const guard = dataSource.createQueryRunner();
  try {
    while (!(await isLocked(guard))) await pause(LOOK_AGAIN_MS);
    const ran = await dataSource.runMigrations();
    return ran.map((migration) => migration.name);
  } finally {
    await guard.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => {
      // The session ended, and the lock with it.
    });
    await guard.release();
  }
}

/**
 * Asks instead of waiting in the server: an index that is made concurrently waits for every statement
 * that runs, so a statement that waits for the lock would hold up whoever has it, for ever.
 */
async function isLocked(guard: QueryRunner): Promise<boolean> {
  const take = 'SELECT pg_try_advisory_lock($1) AS "isLocked"';
  const reply: unknown = await guard.query(take, [MIGRATION_LOCK]);
  return Reply.parse(reply)[0].isLocked;
}
