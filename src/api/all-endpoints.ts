import type { FindAudit } from '../commands/find-audit.js';
import type { Endpoint } from './endpoint.js';
import type { PublicNames } from './present.js';
import type { ApiKeyCommands } from './routes/api-keys.js';
import { apiKeyEndpoints } from './routes/api-keys.js';
import { auditEndpoints } from './routes/audit.js';
import type { InstanceCommands } from './routes/instances.js';
import { instanceEndpoints } from './routes/instances.js';
import type { ConfigCommands } from './routes/config.js';
import { configEndpoints } from './routes/config.js';
import type { KeyCampaignCommands } from './routes/key-campaigns.js';
import { keyCampaignEndpoints } from './routes/key-campaigns.js';
import type { KeyCommands } from './routes/keys.js';
import { keyEndpoints } from './routes/keys.js';
import type { LifecycleCommands } from './routes/lifecycle.js';
import { lifecycleEndpoints } from './routes/lifecycle.js';
import type { OfferCommands } from './routes/offers.js';
import { offerEndpoints } from './routes/offers.js';
import type { PoolCommands } from './routes/pools.js';
import { poolEndpoints } from './routes/pools.js';
import type { RotationCommands } from './routes/rotations.js';
import { rotationEndpoints } from './routes/rotations.js';
import type { SweepCommands } from './routes/sweeps.js';
import { sweepEndpoints } from './routes/sweeps.js';
import type { TenantCommands } from './routes/tenants.js';
import { tenantEndpoints } from './routes/tenants.js';
import { webhookDeliveryEndpoints } from './routes/webhook-deliveries.js';
import type { WebhookCommands } from './routes/webhooks.js';
import { webhookEndpoints } from './routes/webhooks.js';

/** What the operations of the API call, by their routes. */
export interface ApiCommands {
  readonly instances: InstanceCommands;
  readonly lifecycle: LifecycleCommands;
  readonly config: ConfigCommands;
  readonly keys: KeyCommands;
  readonly rotations: RotationCommands;
  readonly keyCampaigns: KeyCampaignCommands;
  readonly offers: OfferCommands;
  readonly pools: PoolCommands;
  readonly tenants: TenantCommands;
  readonly sweeps: SweepCommands;
  readonly apiKeys: ApiKeyCommands;
  readonly webhooks: WebhookCommands;
  readonly audit: Pick<FindAudit, 'list' | 'export'>;
}

/**
 * Every operation of the API. The one list: what is served, the committed document and the client
 * that is generated from it cannot hold different ones.
 */
export function allEndpoints(commands: ApiCommands, names: PublicNames): readonly Endpoint[] {
  return [
    ...instanceEndpoints(commands.instances, names),
    ...lifecycleEndpoints(commands.lifecycle, names),
    ...configEndpoints(commands.config),
    ...keyEndpoints(commands.keys, names),
    ...rotationEndpoints(commands.rotations),
    ...keyCampaignEndpoints(commands.keyCampaigns),
    ...offerEndpoints(commands.offers),
    ...poolEndpoints(commands.pools),
    ...tenantEndpoints(commands.tenants),
    ...sweepEndpoints(commands.sweeps),
    ...apiKeyEndpoints(commands.apiKeys),
    ...webhookEndpoints(commands.webhooks),
    ...webhookDeliveryEndpoints(commands.webhooks),
    ...auditEndpoints(commands.audit),
  ];
}
