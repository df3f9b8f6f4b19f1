import type { SettingName } from '../config/settings.js';
import type { GatewayTokens, KeyVault, SecretShredder } from '../ports/index.js';
import type { Foundation } from './foundation.js';

export const VAULT_SETTINGS: readonly SettingName[] = [
  'CLAWDEPLOY_VAULT_ADDR',
  'CLAWDEPLOY_VAULT_ROLE_ID_FILE',
  'CLAWDEPLOY_VAULT_SECRET_ID_FILE',
];

/** Vault as the ports see it, all under the one identity of this process. */
export interface VaultStores {
  readonly keys: KeyVault;
  readonly tokens: GatewayTokens;
  readonly shredder: SecretShredder;
  readonly ping: (signal: AbortSignal) => Promise<unknown>;
}

/** Opens Vault under this process's own AppRole. */
export async function openVault(_foundation: Foundation): Promise<VaultStores> {
  throw new Error('adapters pending');
}
