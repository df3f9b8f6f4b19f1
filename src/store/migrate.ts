import type { DataSource } from 'typeorm';

/** Any fixed number will do, as long as nothing else in this database uses it. */
const MIGRATION_LOCK = 7_205_913_118;

/**
 * Runs the migrations that are still missing and returns their names.
 *
 * TypeORM takes no lock of its own, so a session lock on a connection of its own makes a second
 * caller wait until the first is done, and then find nothing to do. The lock dies with its session.
 */
export async function migrate(dataSource: DataSource): Promise<readonly string[]> {
  const guard = dataSource.createQueryRunner();
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const ran = await dataSource.runMigrations();
    return ran.map((migration) => migration.name);
  } finally {
    await guard.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => {
      // The session ended, and the lock with it.
    });
    await guard.release();
  }
}
