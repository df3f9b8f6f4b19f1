import { readSecretFile } from '../config/read-config.js';
import { createDataSource } from '../store/data-source.js';
import { reaching } from '../store/database-errors.js';
import { migrate } from '../store/migrate.js';
import { layFoundation } from './foundation.js';

/** Brings the schema up to date and ends; a second one at the same time waits for the first. */
export async function runMigrations(): Promise<void> {
  const { config, log } = layFoundation(['migrate'], ['CLAWDEPLOY_DATABASE_URL_FILE']);
  const file = config.CLAWDEPLOY_DATABASE_URL_FILE;
  const dataSource = createDataSource({
    url: readSecretFile('CLAWDEPLOY_DATABASE_URL_FILE', file),
    connectionsMax: 2,
    applicationName: 'clawdeploy-migrate',
  });
  await reaching(() => dataSource.initialize());
  try {
    const ran = await migrate(dataSource);
    log.info('schema up to date', { ran: ran.join(', ') });
  } finally {
    await dataSource.destroy();
  }
}
