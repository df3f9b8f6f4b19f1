import { appRoleFromFiles } from '../clients/vault/app-role.js';
import { VaultCampaignValues } from '../clients/vault/vault-campaign-values.js';
import { VaultFingerprints } from '../clients/vault/vault-fingerprints.js';
import { VaultGatewayTokens } from '../clients/vault/vault-gateway-tokens.js';
import { VaultKeyVault } from '../clients/vault/vault-key-vault.js';
import { VaultSession } from '../clients/vault/vault-session.js';
import { VaultShredder } from '../clients/vault/vault-shredder.js';
import { VaultWebhookSecrets } from '../clients/vault/vault-webhook-secrets.js';
import type { SettingName } from '../config/settings.js';
import { deadline } from '../lib/timers.js';
import type {
  CampaignValues,
  Fingerprints,
  GatewayTokens,
  KeyVault,
  SecretShredder,
  WebhookSecrets,
} from '../ports/index.js';
import type { Foundation } from './foundation.js';
import { transportTo } from './transport-to.js';

export const VAULT_SETTINGS: readonly SettingName[] = [
  'CLAWDEPLOY_VAULT_ADDR',
  'CLAWDEPLOY_VAULT_ROLE_ID_FILE',
  'CLAWDEPLOY_VAULT_SECRET_ID_FILE',
];

const FAREWELL_LIMIT_MS = 2_000;

/** Vault as the ports see it, all under the one identity of this process. */
export interface VaultStores {
  readonly keys: KeyVault;
  readonly tokens: GatewayTokens;
  readonly shredder: SecretShredder;
  readonly campaignValues: CampaignValues;
  readonly fingerprints: Fingerprints;
  readonly webhookSecrets: WebhookSecrets;
  readonly ping: (signal: AbortSignal) => Promise<unknown>;
}

/**
 * Opens Vault under this process's own AppRole. Nothing is sent yet: Vault may be away or sealed
 * when we start, and the first call then says so.
 */
export function openVault(foundation: Foundation): VaultStores {
  const { config, started } = foundation;
  const namespace = config.CLAWDEPLOY_VAULT_NAMESPACE;
  const session = new VaultSession({
    transport: transportTo(foundation, 'vault', `${config.CLAWDEPLOY_VAULT_ADDR}/v1`, () =>
      namespace === undefined ? {} : { 'x-vault-namespace': namespace },
    ),
    appRole: appRoleFromFiles({
      roleIdFile: config.CLAWDEPLOY_VAULT_ROLE_ID_FILE,
      secretIdFile: config.CLAWDEPLOY_VAULT_SECRET_ID_FILE,
    }),
  });
  started.push({ name: 'Vault session', stop: () => session.close(deadline(FAREWELL_LIMIT_MS)) });
  return {
    keys: new VaultKeyVault(session),
    tokens: new VaultGatewayTokens(session),
    shredder: new VaultShredder(session, foundation.log),
    campaignValues: new VaultCampaignValues(session),
    fingerprints: new VaultFingerprints(session),
    webhookSecrets: new VaultWebhookSecrets(session),
    ping: (signal) => session.ping(signal),
  };
}
