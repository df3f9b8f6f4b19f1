import { z } from 'zod';
import { ConsulCatalog } from '../clients/consul/consul-catalog.js';
import type { OutsideSystem } from '../clients/http/outside-faults.js';
import { JsonClient } from '../clients/http/json-client.js';
import { NomadAnnouncements } from '../clients/nomad/nomad-announcements.js';
import { NomadSchedulerFeed } from '../clients/nomad/nomad-scheduler-feed.js';
import { NomadScheduler } from '../clients/nomad/nomad-scheduler.js';
import { HttpEdgeProbe } from '../clients/openclaw/edge-probe.js';
import { OpenClawGateway } from '../clients/openclaw/open-claw-gateway.js';
import { readSecretFile } from '../config/read-config.js';
import type { SettingName } from '../config/settings.js';
import type { Outside } from '../controllers/instance/outside.js';
import { TokenCache } from '../controllers/token-cache.js';
import { renderTenantConfig } from '../domain/gateway-config.js';
import { systemClock } from '../lib/clock.js';
import { projectFile } from '../lib/project-file.js';
import type { SchedulerFeed, Store } from '../ports/index.js';
import type { ProbeOptions } from '../telemetry/health.js';
import type { Foundation } from './foundation.js';
import { instanceVariables } from './instance-variables.js';
import { VAULT_SETTINGS, openVault } from './open-vault.js';
import { transportTo } from './transport-to.js';

export const OUTSIDE_SETTINGS: readonly SettingName[] = [
  ...VAULT_SETTINGS,
  'CLAWDEPLOY_NOMAD_ADDR',
  'CLAWDEPLOY_NOMAD_TOKEN_FILE',
  'CLAWDEPLOY_CONSUL_ADDR',
  'CLAWDEPLOY_CONSUL_TOKEN_FILE',
  'CLAWDEPLOY_OPENCLAW_DIR',
  'CLAWDEPLOY_COMPILE_CACHE_DIR',
  'CLAWDEPLOY_STUB_MODEL_URL',
];

/** Name under which all instances are registered in Consul. */
const SERVICE = 'openclaw';

/** Logged once in a process: each instance that is deleted meets the same. */
const SIGNAL_FORBIDDEN =
  'Nomad refuses our signals: the token lacks alloc-lifecycle (nomad/acl/clawdeploy-controller), so ' +
  'connections to a deleted instance last until its task has ended by itself';

interface Opened {
  readonly outside: Outside;
  readonly schedulerFeed: SchedulerFeed;
  readonly probes: Record<string, ProbeOptions>;
}

/** Builds everything that the controllers reach the outside through. */
export function openOutside(
  foundation: Foundation,
  store: Store,
  { installation, ...pools }: Pick<Outside, 'wakePool'> & { readonly installation: string },
): Opened {
  const { config, log, metrics } = foundation;
  const nomad = nomadClient(foundation);
  const vault = openVault(foundation);
  const catalog = openCatalog(foundation);
  let hasWarned = false;
  const outside: Outside = {
    store,
    scheduler: new NomadScheduler({
      http: nomad,
      jobspec: projectFile('jobs/instance/openclaw.nomad.hcl'),
      variablesOf: (spec) => instanceVariables(config, spec),
      installation,
      onSignalForbidden: () => {
        if (!hasWarned) log.warn(SIGNAL_FORBIDDEN);
        hasWarned = true;
        metrics.signalsForbidden.inc();
      },
    }),
    announcements: new NomadAnnouncements(nomad),
    tokens: new TokenCache(vault.tokens),
    shredder: vault.shredder,
    keys: vault.keys,
    catalog,
    gateway: new OpenClawGateway(transportTo(foundation, 'gateway', 'http://gateway.invalid')),
    edge: new HttpEdgeProbe(
      transportTo(foundation, 'gateway', `http://${config.CLAWDEPLOY_EDGE_ADDRESS}`),
      { baseDomain: config.CLAWDEPLOY_BASE_DOMAIN },
    ),
    clock: systemClock,
    log,
    renderConfig: (instance, parts) =>
      renderTenantConfig({ instance, ...parts, stubModelUrl: config.CLAWDEPLOY_STUB_MODEL_URL }),
    announced: new Map(),
    answered: new Map(),
    edgeAnswered: { at: null },
    ...pools,
    onConfigChange: (outcome) => {
      metrics.configChanges.inc({ outcome });
    },
    onPhase: (phase, seconds) => {
      metrics.phase.observe({ phase }, seconds);
    },
  };
  const probes = {
    nomad: { isRequired: true, probe: (signal: AbortSignal) => pingNomad(nomad, signal) },
    consul: { isRequired: true, probe: (signal: AbortSignal) => catalog.snapshot(null, signal) },
    vault: { isRequired: true, probe: vault.ping },
  };
  return { outside, schedulerFeed: new NomadSchedulerFeed(nomad), probes };
}

function nomadClient(foundation: Foundation): JsonClient {
  const { CLAWDEPLOY_NOMAD_ADDR: address, CLAWDEPLOY_NOMAD_TOKEN_FILE: file } = foundation.config;
  const headers = (): Record<string, string> => ({
    'x-nomad-token': readSecretFile('CLAWDEPLOY_NOMAD_TOKEN_FILE', file),
  });
  const system: OutsideSystem = 'nomad';
  return new JsonClient(system, transportTo(foundation, system, `${address}/v1`, headers));
}

function openCatalog({ config, metrics }: Foundation): ConsulCatalog {
  const { CLAWDEPLOY_CONSUL_ADDR: address, CLAWDEPLOY_CONSUL_TOKEN_FILE: file } = config;
  return new ConsulCatalog({
    address,
    token: () => readSecretFile('CLAWDEPLOY_CONSUL_TOKEN_FILE', file),
    service: SERVICE,
    onCall: (system, outcome, seconds) => {
      metrics.outsideCall.observe({ system, outcome }, seconds);
    },
  });
}

/** That Nomad has a leader, without which nothing can be started. */
async function pingNomad(nomad: JsonClient, signal: AbortSignal): Promise<void> {
  const request = { method: 'GET', path: '/status/leader', signal } as const;
  nomad.read(request, await nomad.exchange(request), z.string().min(1));
}
