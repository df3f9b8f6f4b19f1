import type { ApiCommands } from '../api/all-endpoints.js';
import { allEndpoints } from '../api/all-endpoints.js';
import { createApi } from '../api/create-api.js';
import { createInternalApi } from '../api/internal/create-internal-api.js';
import { RouteTable } from '../api/internal/route-table.js';
import type { Endpoint } from '../api/endpoint.js';
import { TokenVerifier } from '../api/token-verifier.js';
import { AwaitInstance } from '../commands/await-instance.js';
import { ProviderProbe } from '../clients/providers/provider-probe.js';
import { ChangeKeyCampaign } from '../commands/change-key-campaign.js';
import { ChangeKeys } from '../commands/change-keys.js';
import { ChangePool } from '../commands/change-pool.js';
import { CheckKeys } from '../commands/check-keys.js';
import { ClaimInstance } from '../commands/claim-instance.js';
import { DeleteInstance } from '../commands/delete-instance.js';
import { FindInstance } from '../commands/find-instance.js';
import { ListInstances } from '../commands/list-instances.js';
import { ListPools } from '../commands/list-pools.js';
import { FindKeyCampaign } from '../commands/find-key-campaign.js';
import { FindRotation } from '../commands/find-rotation.js';
import { FindSweep } from '../commands/find-sweep.js';
import { RequestSweep } from '../commands/request-sweep.js';
import { ReadAccess } from '../commands/read-access.js';
import { RotateKeys } from '../commands/rotate-keys.js';
import { StartKeyCampaign } from '../commands/start-key-campaign.js';
import { StartRotation } from '../commands/start-rotation.js';
import { SuspendTenant } from '../commands/suspend-tenant.js';
import { WatchInstance } from '../commands/watch-instance.js';
import type { SettingName } from '../config/settings.js';
import { offersOf } from '../domain/offers.js';
import { systemClock } from '../lib/clock.js';
import type { ProbeOptions } from '../telemetry/health.js';
import type { Database, Foundation } from './foundation.js';
import { listen } from './listen.js';
import { operationsOf } from './operations.js';
import { projectFile } from './project-file.js';
import { publicNames } from './public-names.js';
import { offerSettings } from './offer-settings.js';
import { transportTo } from './transport-to.js';
import type { VaultStores } from './open-vault.js';
import { VAULT_SETTINGS, openVault } from './open-vault.js';

export const API_SETTINGS: readonly SettingName[] = [
  ...VAULT_SETTINGS,
  'CLAWDEPLOY_DATABASE_URL_FILE',
  'CLAWDEPLOY_JWKS_FILE',
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
  const allProbes = { ...probes, vault: { isRequired: true, probe: vault.ping } };
  const api = createApi({
    endpoints: endpointsOf(foundation, database, vault),
    tokens: new TokenVerifier({
      jwksFile: config.CLAWDEPLOY_JWKS_FILE,
      issuer: config.CLAWDEPLOY_TOKEN_ISSUER,
      audience: config.CLAWDEPLOY_TOKEN_AUDIENCE,
    }),
    operations: operationsOf(metrics, allProbes),
    log,
    onRequest: (route, method, status, seconds) => {
      metrics.httpRequest.observe({ route, method, status }, seconds);
    },
    version: productVersion(),
    stopping: stopping.signal,
  });
  await startLookup(foundation, database);
  const { CLAWDEPLOY_API_HOST: host, CLAWDEPLOY_API_PORT: port } = config;
  started.push(await listen({ name: 'the API', handle: api.callback(), host, port }));
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
  { keys, tokens, campaignValues }: VaultStores,
): readonly Endpoint[] {
  const { config, metrics } = foundation;
  const onOutcome = (outcome: string): void => {
    metrics.claims.inc({ outcome });
  };
  const find = new FindInstance(store);
  const wait = new AwaitInstance(store, feed);
  const change = new ChangeKeys(store, keys, systemClock);
  const check = new CheckKeys(store, openProviders(foundation));
  const commands: ApiCommands = {
    instances: {
      claim: new ClaimInstance(store, systemClock, {
        offers: offersOf(offerSettings(config)),
        defaultRegion: config.CLAWDEPLOY_NODE_POOL,
        waitingMax: config.CLAWDEPLOY_WAITING_MAX,
        onOutcome,
      }),
      find,
      list: new ListInstances(store),
      access: new ReadAccess(store, tokens, systemClock),
      remove: new DeleteInstance(store, systemClock),
      wait,
      watch: new WatchInstance(store, feed, {
        openMax: STREAMS_MAX,
        openPerTenantMax: STREAMS_PER_TENANT_MAX,
        onOpen: (open) => {
          metrics.eventStreams.set(open);
        },
      }),
    },
    keys: { change, check, find, wait },
    rotations: {
      rotate: new RotateKeys(store, new StartRotation(store, keys, systemClock)),
      check,
      find: new FindRotation(store, feed),
    },
    keyCampaigns: {
      start: new StartKeyCampaign(store, campaignValues, systemClock),
      change: new ChangeKeyCampaign(store, systemClock),
      find: new FindKeyCampaign(store),
    },
    pools: {
      list: new ListPools(store),
      change: new ChangePool(store, systemClock, config.CLAWDEPLOY_MEMBERS_MAX),
    },
    tenants: { suspend: new SuspendTenant(store, systemClock) },
    sweeps: {
      request: new RequestSweep(store, systemClock),
      find: new FindSweep(store),
    },
  };
  return allEndpoints(commands, publicNames(config));
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
