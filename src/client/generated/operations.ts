// Generated from docs/openapi.json by `make openapi`; what is written here by hand is lost.

/** How each operation is called. */
export const OPERATIONS = {
  claimInstance: { method: 'POST', path: '/v1/instances' },
  listInstances: { method: 'GET', path: '/v1/instances' },
  getInstance: { method: 'GET', path: '/v1/instances/{id}' },
  deleteInstance: { method: 'DELETE', path: '/v1/instances/{id}' },
  watchInstance: { method: 'GET', path: '/v1/instances/{id}/events' },
  readAccess: { method: 'GET', path: '/v1/instances/{id}/access' },
  listKeys: { method: 'GET', path: '/v1/instances/{id}/keys' },
  changeKeys: { method: 'PATCH', path: '/v1/instances/{id}/keys' },
  setKey: { method: 'PUT', path: '/v1/instances/{id}/keys/{name}' },
  deleteKey: { method: 'DELETE', path: '/v1/instances/{id}/keys/{name}' },
  rotateKeys: { method: 'POST', path: '/v1/instances/{id}/rotations' },
  listRotations: { method: 'GET', path: '/v1/instances/{id}/rotations' },
  getRotation: { method: 'GET', path: '/v1/instances/{id}/rotations/{rotation}' },
  startKeyCampaign: { method: 'POST', path: '/v1/key-campaigns' },
  listKeyCampaigns: { method: 'GET', path: '/v1/key-campaigns' },
  showKeyCampaign: { method: 'GET', path: '/v1/key-campaigns/{id}' },
  changeKeyCampaign: { method: 'PATCH', path: '/v1/key-campaigns/{id}' },
  listPools: { method: 'GET', path: '/v1/pools' },
  changePool: { method: 'PATCH', path: '/v1/pools/{id}' },
  suspendTenant: { method: 'PUT', path: '/v1/tenants/{ref}/suspension' },
  unsuspendTenant: { method: 'DELETE', path: '/v1/tenants/{ref}/suspension' },
  requestSweep: { method: 'POST', path: '/v1/sweeps' },
  showSweep: { method: 'GET', path: '/v1/sweeps/{id}' },
} as const;
