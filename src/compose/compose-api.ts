import type { ApiCommands } from '../api/all-endpoints.js';
import { allEndpoints } from '../api/all-endpoints.js';
import { createApi } from '../api/create-api.js';
import { createInternalApi } from '../api/internal/create-internal-api.js';
import { RouteTable } from '../api/internal/route-table.js';
import type { Endpoint } from '../api/endpoint.js';
import type { ConfigCommands } from '../api/routes/config.js';
import type { LifecycleCommands } from '../api/routes/lifecycle.js';
import type { OnRefusal } from '../api/middleware/refusals.js';
import { Attendance } from '../commands/attendance.js';
import { AwaitInstance, WAITS_MAX } from '../commands/await-instance.js';
import { ProviderProbe } from '../clients/providers/provider-probe.js';
import { SchemaFiles } from '../clients/openclaw/schema-files.js';
import { ChangeConfig } from '../commands/change-config.js';
import { ChangeKeyCampaign } from '../commands/change-key-campaign.js';
import { ChangeKeys } from '../commands/change-keys.js';
import { ChangePool } from '../commands/change-pool.js';
import { CheckKeys } from '../commands/check-keys.js';
import { ClaimInstance } from '../commands/claim-instance.js';
import { CreateApiKey } from '../commands/create-api-key.js';
import { DeleteInstance } from '../commands/delete-instance.js';
import { FindAudit } from '../commands/find-audit.js';
import { FindConfig } from '../commands/find-config.js';
import { FindInstance } from '../commands/find-instance.js';
import { ListApiKeys } from '../commands/list-api-keys.js';
import { ListInstances } from '../commands/list-instances.js';
import { ListOffers } from '../commands/list-offers.js';
import { ListPools } from '../commands/list-pools.js';
import { FindKeyCampaign } from '../commands/find-key-campaign.js';
import { FindRotation } from '../commands/find-rotation.js';
import { FindSweep } from '../commands/find-sweep.js';
import { RefusalTally } from '../commands/refusal-tally.js';
import { RequestSweep } from '../commands/request-sweep.js';
import { ReadAccess } from '../commands/read-access.js';
import { RecordRefusals } from '../commands/record-refusals.js';
import { RestartInstance } from '../commands/restart-instance.js';
import { RestoreInstance } from '../commands/restore-instance.js';
import { RevokeApiKey } from '../commands/revoke-api-key.js';
import { RotateKeys } from '../commands/rotate-keys.js';
import { StartKeyCampaign } from '../commands/start-key-campaign.js';
import { StartRotation } from '../commands/start-rotation.js';
import { SuspendTenant } from '../commands/suspend-tenant.js';
import { WatchInstance } from '../commands/watch-instance.js';
import type { SettingName } from '../config/settings.js';
import type { Offers } from '../domain/offers.js';
import { offersOf } from '../domain/offers.js';
import { BackgroundLoop } from '../lib/background-loop.js';
import { systemClock } from '../lib/clock.js';
import { projectFile } from '../lib/project-file.js';
import { pause } from '../lib/timers.js';
import type { Store } from '../ports/index.js';
import type { ProbeOptions } from '../telemetry/health.js';
import type { Database, Foundation } from './foundation.js';
import { listen } from './listen.js';
import { operationsOf } from './operations.js';
import { inTurns, openLimits } from './open-limits.js';
import { openCredentials } from './open-credentials.js';
import { publicNames } from './public-names.js';
import { offerSettings } from './offer-settings.js';
import { transportTo } from './transport-to.js';
import { webhookCommands } from './webhook-commands.js';
import type { VaultStores } from './open-vault.js';
import { VAULT_SETTINGS, openVault } from './open-vault.js';

export const API_SETTINGS: readonly SettingName[] = [
  ...VAULT_SETTINGS,
  'CLAWDEPLOY_DATABASE_URL_FILE',
  'CLAWDEPLOY_STUB_MODEL_URL',
];

/** Event streams open at once in this process; each holds a connection and a listener. */
const STREAMS_MAX = 1_000;
/** A tenant has few instances, and looks at them from few places. */
const STREAMS_PER_TENANT_MAX = 10;

/** Starts the public API and the edge's look-up. */
export async function startApiRole(
  foundation: Foundation,
  database: Database,
  probes: Record<string, ProbeOptions>,
): Promise<void> {
  const { config, log, metrics, started, stopping } = foundation;
  const vault = openVault(foundation);
  const { limits, probe } = openLimits(foundation);
  // Told, not required: claims need the database alone, and keys answer 503 by themselves meanwhile.
  const vaultProbe = { isRequired: false, probe: vault.ping };
  const allProbes = { vault: vaultProbe, ...probes, 'rate limits': probe };
  const api = createApi({
    endpoints: endpointsOf(foundation, database, vault),
    tokens: openCredentials(foundation, database.store),
    limits,
    operations: operationsOf(metrics, allProbes),
    log,
    onRequest: (route, method, status, seconds) => {
      metrics.httpRequest.observe({ route, method, status }, seconds);
    },
    onRefusal: recordingRefusals(foundation, database),
    version: productVersion(),
    stopping: stopping.signal,
  });
  await startLookup(foundation, database);
  const { CLAWDEPLOY_API_HOST: host, CLAWDEPLOY_API_PORT: port } = config;
  started.push(await listen({ name: 'the API', handle: api.callback(), host, port }));
}

/** Between two writings of refusals, in milliseconds; a process that is killed loses as much. */
const REFUSALS_EVERY_MS = 5_000;

/** Takes refusals, to be written down within seconds and once more when the process ends. */
function recordingRefusals({ log, started }: Foundation, { store }: Database): OnRefusal {
  const refusals = new RecordRefusals(store, systemClock);
  const loop = new BackgroundLoop({
    turn: async (signal) => {
      await refusals.flush();
      await pause(REFUSALS_EVERY_MS, signal);
    },
    onFailure: (error) => {
      log.warn('refusals not written yet', { error });
    },
  });
  loop.start();
  started.push({ name: 'refusals', stop: () => loop.stop().then(() => refusals.flush()) });
  return (refusal) => {
    refusals.note(refusal);
  };
}

async function startLookup(foundation: Foundation, { store, feed }: Database): Promise<void> {
  const { config, log, metrics, started } = foundation;
  const routes = new RouteTable(store.instances);
  feed.subscribe(routes);
  const lookup = createInternalApi({
    routes,
    baseDomain: config.CLAWDEPLOY_BASE_DOMAIN,
    log,
    onLookup: (outcome) => {
      metrics.routeLookups.inc({ outcome });
    },
  });
  const { CLAWDEPLOY_INTERNAL_HOST: host, CLAWDEPLOY_INTERNAL_PORT: port } = config;
  const handle = lookup.callback();
  started.push(await listen({ name: 'the edge’s look-up', handle, host, port }));
}

function endpointsOf(
  foundation: Foundation,
  { store, feed }: Database,
  { keys, tokens, campaignValues: values, fingerprints, webhookSecrets }: VaultStores,
): readonly Endpoint[] {
  const { config, metrics } = foundation;
  const find = new FindInstance(store);
  // Every wait holds the same, so they are counted together.
  const attendance = new Attendance(WAITS_MAX);
  const wait = new AwaitInstance(store, feed, attendance);
  const change = new ChangeKeys(store, keys, systemClock);
  const check = new CheckKeys(store, openProviders(foundation));
  const rotations = new StartRotation(store, keys, systemClock);
  const commands: ApiCommands = {
    instances: {
      claim: inTurns(foundation, claiming(foundation, store)),
      find,
      list: new ListInstances(store),
      access: new ReadAccess(store, tokens, systemClock),
      wait,
      watch: new WatchInstance(store, feed, {
        openMax: STREAMS_MAX,
        openPerTenantMax: STREAMS_PER_TENANT_MAX,
        onOpen: (open) => {
          metrics.eventStreams.set(open);
        },
      }),
    },
    lifecycle: { ...waysBackAndOut(foundation, store), wait },
    config: configCommands({ store, feed }),
    keys: { change, check, find, wait },
    rotations: {
      rotate: new RotateKeys(store, { rotations, check, fingerprints }),
      find: new FindRotation(store, feed, attendance),
    },
    keyCampaigns: {
      start: new StartKeyCampaign(store, { values, fingerprints }, systemClock),
      change: new ChangeKeyCampaign(store, systemClock),
      find: new FindKeyCampaign(store),
    },
    offers: { list: new ListOffers(...offered(config)) },
    pools: {
      list: new ListPools(store, systemClock),
      change: new ChangePool(store, systemClock, config.CLAWDEPLOY_MEMBERS_MAX),
    },
    tenants: { suspend: new SuspendTenant(store, systemClock) },
    apiKeys: {
      create: new CreateApiKey(store, systemClock),
      list: new ListApiKeys(store),
      revoke: new RevokeApiKey(store, systemClock),
    },
    webhooks: webhookCommands(foundation, store, webhookSecrets),
    audit: new FindAudit(store),
    sweeps: {
      request: new RequestSweep(store, systemClock),
      find: new FindSweep(store),
    },
  };
  return allEndpoints(commands, publicNames(config));
}

/** What may be claimed, and where when nobody says. */
function offered(config: Foundation['config']): [Offers, string] {
  return [offersOf(offerSettings(config)), config.CLAWDEPLOY_NODE_POOL];
}

function claiming({ config, metrics, log }: Foundation, store: Store): ClaimInstance {
  const refusals = new RefusalTally(store, systemClock, log);
  const [offers, defaultRegion] = offered(config);
  return new ClaimInstance(store, systemClock, {
    offers,
    defaultRegion,
    waitingMax: config.CLAWDEPLOY_WAITING_MAX,
    onOutcome: (outcome) => {
      metrics.claims.inc({ outcome });
    },
    onRefused: (offer) => {
      refusals.add(offer);
    },
  });
}

function configCommands({ store, feed }: Pick<Database, 'store' | 'feed'>): ConfigCommands {
  return {
    change: new ChangeConfig(store, new SchemaFiles(schemaOf), systemClock),
    find: new FindConfig(store, feed),
  };
}

/** What moves an instance about in its life once it is its owner's. */
function waysBackAndOut({ config }: Foundation, store: Store): Omit<LifecycleCommands, 'wait'> {
  return {
    remove: new DeleteInstance(store, systemClock, config.CLAWDEPLOY_DELETE_GRACE_S * 1000),
    restart: new RestartInstance(store, systemClock),
    restore: new RestoreInstance(store, systemClock),
  };
}

/** What OpenClaw of a version takes, as `make config-schema` wrote it down. */
function schemaOf(version: string): string {
  return projectFile(`jobs/instance/config-schema/${version}.json`);
}

/** Providers are asked at their own addresses, which each call brings with it. */
function openProviders(foundation: Foundation): ProviderProbe {
  return new ProviderProbe(transportTo(foundation, 'provider', 'http://provider.invalid'), {
    stubModelUrl: foundation.config.CLAWDEPLOY_STUB_MODEL_URL,
  });
}

function productVersion(): string {
  const { version } = JSON.parse(projectFile('package.json')) as { version: string };
  return version;
}
