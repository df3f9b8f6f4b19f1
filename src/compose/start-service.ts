import { createOpsApp } from '../api/create-api.js';
import type { SettingName } from '../config/settings.js';
import type { ProbeOptions } from '../telemetry/health.js';
import { API_SETTINGS, startApiRole } from './compose-api.js';
import { CONTROLLER_SETTINGS, startControllerRole } from './compose-controller.js';
import { startStubModelRole } from './compose-stub-model.js';
import { WORKER_SETTINGS, startWorkerRole } from './compose-worker.js';
import type { Foundation } from './foundation.js';
import { layFoundation, openDatabase } from './foundation.js';
import { listen } from './listen.js';
import { operationsOf } from './operations.js';

/** What a process can be; any of them together in development. */
export const SERVICE_ROLES = ['stub-model', 'controller', 'worker', 'api'] as const;
export type ServiceRole = (typeof SERVICE_ROLES)[number];

const SETTINGS_OF: Readonly<Record<ServiceRole, readonly SettingName[]>> = {
  'stub-model': [],
  controller: CONTROLLER_SETTINGS,
  worker: WORKER_SETTINGS,
  api: API_SETTINGS,
};

/**
 * Starts the roles in one process. What was started before a failure stands in `started`, for the
 * caller to stop; the failure is a fault whose sentence says what is missing.
 */
export async function startService(
  foundation: Foundation,
  roles: readonly ServiceRole[],
): Promise<void> {
  if (roles.includes('stub-model')) await startStubModelRole(foundation);
  if (roles.every((role) => role === 'stub-model')) return;

  const database = await openDatabase(foundation);
  const probes: Record<string, ProbeOptions> = {
    database: { isRequired: true, probe: () => database.store.ping() },
  };
  if (roles.includes('controller')) {
    Object.assign(probes, await startControllerRole(foundation, database));
  }
  if (roles.includes('worker')) Object.assign(probes, startWorkerRole(foundation, database));
  if (roles.includes('api')) await startApiRole(foundation, database, probes);
  else await startOps(foundation, probes);
}

/** The foundation for these roles, with the settings that they need. */
export function foundationFor(roles: readonly ServiceRole[]): Foundation {
  return layFoundation(
    roles,
    roles.flatMap((role) => SETTINGS_OF[role]),
  );
}

/** Probes and metrics of a process without an API. */
async function startOps(
  { config, log, metrics, started }: Foundation,
  probes: Record<string, ProbeOptions>,
): Promise<void> {
  const handle = createOpsApp(operationsOf(metrics, probes), log).callback();
  const { CLAWDEPLOY_HEALTH_HOST: host, CLAWDEPLOY_HEALTH_PORT: port } = config;
  started.push(await listen({ name: 'probes and metrics', handle, host, port }));
}
