import { readSecretFile } from '../config/read-config.js';
import type { SettingName } from '../config/settings.js';
import { systemClock } from '../lib/clock.js';
import { Housekeeping } from '../queue/housekeeping.js';
import type { ProbeOptions } from '../telemetry/health.js';
import type { Database, Foundation } from './foundation.js';

export const WORKER_SETTINGS: readonly SettingName[] = [
  'CLAWDEPLOY_DATABASE_URL_FILE',
  'CLAWDEPLOY_REDIS_URL_FILE',
];

/** Starts what works off the queues; returns what its readiness depends on. */
export function startWorkerRole(
  { config, log, started }: Foundation,
  { store }: Database,
): Record<string, ProbeOptions> {
  const file = config.CLAWDEPLOY_REDIS_URL_FILE;
  const redisUrl = readSecretFile('CLAWDEPLOY_REDIS_URL_FILE', file);
  const housekeeping = new Housekeeping(redisUrl, store, systemClock, log);
  housekeeping.start();
  started.push({ name: 'housekeeping', stop: () => housekeeping.stop() });
  return { redis: { isRequired: true, probe: () => housekeeping.ping() } };
}
