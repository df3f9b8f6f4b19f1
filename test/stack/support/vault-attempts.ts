/** A request to Vault that somebody tries. */
export interface Attempt {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'LIST';
  readonly path: string;
}

/** Every way to an instance's secret that Vault's key-value engine has. */
export function waysTo(id: string, secret: 'keys' | 'gateway'): readonly Attempt[] {
  return waysAt(`instances/${id}/${secret}`);
}

/** Every way to the value of a key campaign, and to the list of campaigns. */
export function waysToCampaign(id: string): readonly Attempt[] {
  return [...waysAt(`campaigns/${id}`), { method: 'LIST', path: 'kv/metadata/campaigns' }];
}

function waysAt(at: string): readonly Attempt[] {
  return [
    { method: 'GET', path: `kv/data/${at}` },
    { method: 'GET', path: `kv/data/${at}?version=1` },
    { method: 'POST', path: `kv/data/${at}` },
    { method: 'PATCH', path: `kv/data/${at}` },
    { method: 'DELETE', path: `kv/data/${at}` },
    { method: 'GET', path: `kv/subkeys/${at}` },
    { method: 'GET', path: `kv/metadata/${at}` },
    { method: 'POST', path: `kv/metadata/${at}` },
    { method: 'PATCH', path: `kv/metadata/${at}` },
    { method: 'DELETE', path: `kv/metadata/${at}` },
    { method: 'POST', path: `kv/delete/${at}` },
    { method: 'POST', path: `kv/undelete/${at}` },
    { method: 'POST', path: `kv/destroy/${at}` },
  ];
}

/** What nobody but the operator has any business with. */
export const FOREIGN: readonly Attempt[] = [
  { method: 'LIST', path: 'kv/metadata' },
  { method: 'GET', path: 'kv/config' },
  { method: 'GET', path: 'kv/data/clawdeploy/api' },
  { method: 'POST', path: 'kv/data/clawdeploy/api' },
  { method: 'PATCH', path: 'kv/data/clawdeploy/api' },
  { method: 'GET', path: 'other/data/instances' },
  { method: 'LIST', path: 'sys/policies/acl' },
  { method: 'POST', path: 'sys/policies/acl/mine' },
  { method: 'GET', path: 'sys/mounts' },
  { method: 'POST', path: 'sys/rotate' },
  { method: 'POST', path: 'auth/token/create' },
  { method: 'GET', path: 'auth/approle/role/clawdeploy-api/role-id' },
  { method: 'POST', path: 'auth/approle/role/clawdeploy-api/secret-id' },
  { method: 'POST', path: 'auth/jwt-nomad/role/mine' },
  { method: 'LIST', path: 'identity/entity/id' },
  { method: 'POST', path: 'identity/entity' },
  { method: 'GET', path: 'transit/export/encryption-key/clawdeploy-backups' },
  { method: 'GET', path: 'transit/export/hmac-key/clawdeploy-requests' },
  { method: 'GET', path: 'transit/keys/clawdeploy-requests' },
  { method: 'POST', path: 'transit/keys/clawdeploy-requests/rotate' },
];
