import type { AxiosResponse } from 'axios';
import { expect } from 'chai';
import type { Endpoint } from '../../src/api/endpoint.js';
import { ROLES } from '../../src/domain/principal.js';
import { SCOPES } from '../../src/domain/scopes.js';
import { anInstanceId } from '../support/builders.js';
import { call, expectProblem } from './support/call.js';
import type { MemoryApi, TestClaims } from './support/memory-api.js';
import { startMemoryApi } from './support/memory-api.js';

const EVERYBODY = 'tenant product operator auditor';
const OWNERS = 'tenant product operator';
const OVERSEERS = 'operator auditor';

/** Each operation with the scope that opens it and the roles that may have it, written out by hand. */
const TABLE: Readonly<Record<string, readonly [scope: string, roles: string]>> = {
  claimInstance: ['instances:write', OWNERS],
  listInstances: ['instances:read', EVERYBODY],
  getInstance: ['instances:read', EVERYBODY],
  watchInstance: ['instances:read', EVERYBODY],
  deleteInstance: ['instances:write', OWNERS],
  restartInstance: ['instances:write', OWNERS],
  restoreInstance: ['instances:write', OWNERS],
  getConfig: ['config:read', EVERYBODY],
  patchConfig: ['config:write', OWNERS],
  listConfigChanges: ['config:read', EVERYBODY],
  getConfigChange: ['config:read', EVERYBODY],
  readAccess: ['access:read', OWNERS],
  listKeys: ['keys:read', EVERYBODY],
  changeKeys: ['keys:write', OWNERS],
  setKey: ['keys:write', OWNERS],
  deleteKey: ['keys:write', OWNERS],
  rotateKeys: ['keys:write', OWNERS],
  getRotation: ['keys:read', EVERYBODY],
  listRotations: ['keys:read', EVERYBODY],
  listOffers: ['instances:read', EVERYBODY],
  listPools: ['pools:read', 'product operator auditor'],
  changePool: ['pools:write', 'operator'],
  suspendTenant: ['tenants:write', 'product operator'],
  unsuspendTenant: ['tenants:write', 'product operator'],
  requestSweep: ['sweeps:write', 'operator'],
  showSweep: ['sweeps:read', OVERSEERS],
  startKeyCampaign: ['key-campaigns:write', 'operator'],
  listKeyCampaigns: ['key-campaigns:read', OVERSEERS],
  showKeyCampaign: ['key-campaigns:read', OVERSEERS],
  changeKeyCampaign: ['key-campaigns:write', 'operator'],
  createApiKey: ['api-keys:write', 'operator'],
  listApiKeys: ['api-keys:read', OVERSEERS],
  revokeApiKey: ['api-keys:write', 'operator'],
  createWebhook: ['webhooks:write', 'product operator'],
  listWebhooks: ['webhooks:read', 'product operator auditor'],
  getWebhook: ['webhooks:read', 'product operator auditor'],
  changeWebhook: ['webhooks:write', 'product operator'],
  deleteWebhook: ['webhooks:write', 'product operator'],
  renewWebhookSecret: ['webhooks:write', 'product operator'],
  listWebhookDeliveries: ['webhooks:read', 'product operator auditor'],
  replayWebhookDelivery: ['webhooks:write', 'product operator'],
  replayWebhookDeliveries: ['webhooks:write', 'product operator'],
  testWebhook: ['webhooks:write', 'product operator'],
  listAudit: ['audit:read', OVERSEERS],
  exportAudit: ['audit:read', OVERSEERS],
};

describe('who may call what', () => {
  let api: MemoryApi;

  before(async () => {
    api = await startMemoryApi();
  });

  after(async () => {
    await api?.stop();
  });

  function ask(one: Endpoint, as: TestClaims): Promise<AxiosResponse> {
    const names: Readonly<Record<string, string>> = {
      id: anInstanceId(),
      name: 'stub',
      ref: 'ada',
    };
    const path = one.path.replaceAll(/:(\w+)/g, (_, name: string) => names[name] ?? 'nothing');
    const body = one.body === null ? {} : { body: {} };
    return call(api, { method: one.method, path, as, ...body });
  }

  /** Whether it got past the check of scopes; a stranger's answer alone is no. */
  function isLetIn({ status, headers }: AxiosResponse): boolean {
    expect(status).to.not.equal(401);
    const challenge = String(headers['www-authenticate'] ?? '');
    expect(challenge.includes('insufficient_scope')).to.equal(status === 403);
    return status !== 403;
  }

  it('is written down for every operation there is, as the operation declares it', () => {
    const declared = api.endpoints.map(({ operationId, scope }) => [operationId, scope]);
    expect(Object.fromEntries(declared)).to.deep.equal(
      Object.fromEntries(Object.entries(TABLE).map(([operation, [scope]]) => [operation, scope])),
    );
  });

  for (const [operation, [, roles]] of Object.entries(TABLE)) {
    it(`lets in to ${operation}: ${roles}, and nobody else`, async () => {
      const one = endpointOf(operation);
      const letIn: string[] = [];
      for (const role of ROLES) {
        if (isLetIn(await ask(one, claimsOf(role)))) letIn.push(role);
      }
      expect(letIn.join(' ')).to.equal(roles);
    });
  }

  for (const [operation, [needed]] of Object.entries(TABLE)) {
    it(`opens ${operation} with the scope ${needed} alone`, async () => {
      const opening: string[] = [];
      for (const scope of SCOPES) {
        const as = { role: 'operator', scope: `openid ${scope} profile` };
        if (isLetIn(await ask(endpointOf(operation), as))) opening.push(scope);
      }
      expect(opening).to.deep.equal([needed]);
    });
  }

  it('is narrowed by scopes and never widened: an auditor whose token says write cannot', async () => {
    const scope = SCOPES.join(' ');
    for (const one of api.endpoints.filter(({ method }) => method !== 'get')) {
      expect(isLetIn(await ask(one, { role: 'auditor', scope })), one.operationId).to.equal(false);
    }
  });

  it('is nothing at all for a token whose scope names none of ours', async () => {
    for (const scope of ['', 'openid profile', 'instances']) {
      const answer = await ask(endpointOf('listInstances'), { role: 'operator', scope });
      expectProblem(answer, 403, 'forbidden');
    }
  });

  it('names the scope that is missing, for people and for programs', async () => {
    const answer = await ask(endpointOf('changePool'), { role: 'product' });
    expect(answer.data.detail).to.equal(
      'This needs the scope pools:write, which is for operators only.',
    );
    expect(answer.headers['www-authenticate']).to.equal(
      'Bearer error="insufficient_scope", scope="pools:write"',
    );
  });

  it('shows the scope of each operation in the document', async () => {
    const { data } = await call(api, { path: '/openapi.json', as: null });
    const { security, description } = data.paths['/v1/pools/{id}'].patch;
    expect(security).to.deep.equal([{ bearer: ['pools:write'] }]);
    expect(description).to.include('`pools:write`: operator.');
  });

  it('lets an auditor see what an operator sees', async () => {
    api.fleet.addIdle(1);
    const { data } = await call(api, { path: '/v1/instances', as: { role: 'auditor' } });
    expect(data.items).to.have.length(1);
  });

  function claimsOf(role: string): TestClaims {
    return role === 'tenant' ? { role, tenant: 'ada' } : { role };
  }

  function endpointOf(operation: string): Endpoint {
    const one = api.endpoints.find(({ operationId }) => operationId === operation);
    if (one === undefined) throw new Error(`there is no operation ${operation}`);
    return one;
  }
});
