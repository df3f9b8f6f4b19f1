import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { HttpTransport } from '../../src/clients/http/http-transport.js';
import { HttpEdgeProbe } from '../../src/clients/openclaw/edge-probe.js';
import { WARMUP_PROMPT } from '../../src/clients/openclaw/open-claw-gateway.js';
import type { JsonObject } from '../../src/domain/config/json.js';
import {
  LIVE_PLACEHOLDER,
  renderTenantConfig,
  trialModel,
} from '../../src/domain/gateway-config.js';
import type { TenantId } from '../../src/domain/ids.js';
import type { ProviderName } from '../../src/domain/providers.js';
import { PROVIDERS, PROVIDER_NAMES } from '../../src/domain/providers.js';
import { keyField } from '../../src/domain/rotation.js';
import type { ModelVerdict } from '../../src/ports/index.js';
import type { StubModel } from '../../src/stub-model/server.js';
import { startStubModel } from '../../src/stub-model/server.js';
import { loadToolchain } from '../../tools/setup/toolchain.js';
import { describeGateway } from '../contract/gateway-contract.js';
import { anInstanceId } from '../support/builders.js';
import { filesHolding, formsOf } from '../support/leaks/forms.js';
import { quietLog } from '../support/quiet-log.js';
import { ROOT } from '../support/servers.js';
import { waitFor } from '../support/wait-for.js';
import type { Brought } from './real-gateway.js';
import { RealGateway } from './real-gateway.js';
import type { RefusingProvider } from './refusing-provider.js';
import { startRefusingProvider } from './refusing-provider.js';
import type { TinyEdge } from './tiny-edge.js';
import { startTinyEdge } from './tiny-edge.js';

const POOL_TOKEN = 'pool-token-0123456789abcdef0123456789abcdef';
const TENANT_TOKEN = 'tenant-token-0123456789abcdef0123456789ab';
const BASE_DOMAIN = 'claws.localhost';
const { signal } = new AbortController();

/** The life of one gateway, in order: each test takes it a step further, as the control plane does. */
describe('a real OpenClaw gateway', function () {
  this.timeout(150_000);

  let stub: StubModel;
  let gateway: RealGateway;
  let edge: TinyEdge;
  let provider: RefusingProvider;
  let edgeTransport: HttpTransport;
  let token = POOL_TOKEN;
  let revision = 1;
  const instanceId = anInstanceId();

  before(async () => {
    const toolchain = await loadToolchain(ROOT);
    provider = await startRefusingProvider();
    stub = await startStubModel({ host: '127.0.0.1', port: 0, log: quietLog });
    gateway = await RealGateway.start(toolchain, brought({ isClaimed: false }));
    edge = await startTinyEdge(`${instanceId}.${BASE_DOMAIN}`, gateway.address);
    edgeTransport = new HttpTransport({ system: 'gateway', baseUrl: edge.url });
  });

  after(async () => {
    edgeTransport?.close();
    await edge?.close();
    await gateway?.stop();
    await stub?.close();
    await provider?.close();
  });

  describe('as Gateway and EdgeProbe', () => {
    describeGateway(() => ({
      gateway: gateway.client,
      edge: new HttpEdgeProbe(edgeTransport, { baseDomain: BASE_DOMAIN }),
      instanceId,
      address: gateway.address,
      token: () => token,
      rebind: async () => {
        token = `another-${token}`;
        revision += 1;
        await gateway.bring(brought({ isClaimed: false }));
        return revision;
      },
    }));
  });

  describe('claimed', () => {
    it('takes a claim in one piece: the new token opens it, the old one does not', async () => {
      const [pid, poolToken] = [gateway.pid, token];
      token = TENANT_TOKEN;
      revision += 1;
      await gateway.bring(brought({}));

      expect(await tryToken(TENANT_TOKEN)).to.equal('accepted');
      expect(await tryToken(poolToken)).to.equal('refused');
      expect(gateway.pid).to.equal(pid);
    });

    it('shows its tenant nothing of the warm-up', async () => {
      const models = await (await call('/v1/models')).text();
      const sessions = await (
        await call('/tools/invoke', { tool: 'sessions_list', args: {} })
      ).text();
      const agents = await rpc('agents.list');
      const known = await rpc('models.list');
      expect(models).to.include('openclaw/main');
      expect(sessions).to.match(/count\W+0\b/);
      for (const text of [models, sessions, agents, known]) {
        expect(text).to.not.match(/warm.?up|unclaimed/i);
      }
      const kept = await gateway.stateHolding([WARMUP_PROMPT]);
      expect(kept, 'the warm-up turn on disk').to.deep.equal([]);
    });

    it('answers with the first key as soon as the revision is applied', async () => {
      await bringKey('the-first-key-of-all');
      expect(await answer()).to.include(fingerprintOf('the-first-key-of-all'));
    });

    it('answers with the next key from the next revision on, in the same process', async () => {
      const { pid } = gateway;
      for (const key of ['the-second-key', 'the-third-key']) {
        await bringKey(key);
        expect(await answer()).to.include(fingerprintOf(key));
      }
      expect(gateway.pid).to.equal(pid);
    });

    it('keeps the key it has when only the file of secrets changes', async () => {
      await gateway.bringSecrets(brought({ key: 'a-key-that-nobody-announced' }));
      expect(await answer()).to.include(fingerprintOf('the-third-key'));
    });

    it('keeps serving with the last good configuration when it is brought a broken one', async () => {
      await bringKey('the-fourth-key');
      await gateway.bringText('{ "no": "such setting" ');
      await waitFor(async () => (await gateway.log()).includes('reload skipped'), {
        withinMs: 20_000,
        describe: 'the gateway to refuse the broken file',
      });
      expect(await gateway.revision()).to.equal(revision);
      expect(await answer()).to.include(fingerprintOf('the-fourth-key'));
    });

    it('recovers from a broken configuration with the next good one', async () => {
      await bringKey('the-fifth-key');
      expect(await answer()).to.include(fingerprintOf('the-fifth-key'));
    });

    it('lets the tenant’s part override nothing that the job fixes', async () => {
      revision += 1;
      const good = brought({ key: 'the-sixth-key' });
      const config = JSON.parse(good.config) as { gateway: object };
      const grabbing = { ...config.gateway, auth: { mode: 'none' }, port: 1, bind: 'lan' };
      await gateway.bring({ ...good, config: JSON.stringify({ ...config, gateway: grabbing }) });
      expect(await tryToken('no-token-at-all')).to.equal('refused');
      expect(await tryToken(TENANT_TOKEN)).to.equal('accepted');
    });

    it('lets a new browser in that came with the token, without anybody at its host', async () => {
      const visit = await gateway.visit(TENANT_TOKEN);
      expect(visit.outcome).to.equal('connected');
      expect(visit.attempts).to.be.within(2, 4);
    });

    it('does not even ask about a browser that came with another token', async () => {
      expect(await gateway.visit(POOL_TOKEN)).to.deep.equal({
        outcome: 'AUTH_TOKEN_MISMATCH',
        attempts: 1,
      });
      expect(JSON.parse(await rpc('device.pair.list'))).to.have.nested.property(
        'payload.pending.length',
        0,
      );
    });

    it('leaves every other program to be approved by its tenant', async () => {
      const { outcome } = await gateway.visit(TENANT_TOKEN, 'webchat');
      expect(outcome).to.equal('PAIRING_REQUIRED');
    });

    it('lets nobody write its configuration, not even with its token', async () => {
      const params = { raw: '{"logging":{"level":"debug"}}', baseHash: 'any' };
      expect(JSON.parse(await rpc('config.patch', params))).to.include({ ok: false });
    });
  });

  describe('with settings of its tenant’s own', () => {
    const OWN = { agents: { defaults: { thinkingDefault: 'low' } }, ui: { seamColor: '#336699' } };
    // Its schema lets that pass; that a provider of one's own needs an address it finds out later.
    const REFUSED = { models: { providers: { mine: { api: 'openai-completions', models: [] } } } };

    it('takes them while it runs, and sends nobody away', async () => {
      await bringKey('the-seventh-key');
      const [pid, guest] = [gateway.pid, await gateway.welcome(token)];
      revision += 1;
      await gateway.bring(brought({ key: 'the-seventh-key', own: OWN }));

      expect(await rpc('config.get')).to.match(/thinkingDefault\W+low/);
      expect(guest.isThere()).to.equal(true);
      expect(gateway.pid).to.equal(pid);
      expect(await answer()).to.include(fingerprintOf('the-seventh-key'));
      guest.leave();
    });

    it('goes on with what it had when it does not take them, and follows what comes next', async () => {
      const before = revision;
      const refusals = async () => (await gateway.log()).split('reload skipped').length;
      const known = await refusals();
      revision += 1;
      const { config } = brought({ key: 'the-seventh-key', own: REFUSED });
      await gateway.bringText(config.replaceAll(LIVE_PLACEHOLDER, `revision=${String(revision)}`));
      await waitFor(async () => (await refusals()) > known, {
        withinMs: 20_000,
        describe: 'the gateway to refuse the settings',
      });
      expect(await gateway.revision()).to.equal(before);
      expect(await answer()).to.include(fingerprintOf('the-seventh-key'));

      revision += 1;
      await gateway.bring(brought({ key: 'the-seventh-key', own: OWN }));
      expect(await answer()).to.include(fingerprintOf('the-seventh-key'));
    });

    it('sends everybody away in the trash, and lets its tenant in again out of it', async () => {
      const [pid, guest] = [gateway.pid, await gateway.welcome(TENANT_TOKEN)];
      revision += 1;
      await gateway.bring({ ...brought({}), token: 'a-token-that-nobody-knows-0123456789abcdef' });
      await waitFor(() => !guest.isThere(), { withinMs: 2_000, describe: 'the guest to be gone' });
      expect(await tryToken(TENANT_TOKEN)).to.equal('refused');

      revision += 1;
      await gateway.bring(brought({ key: 'the-seventh-key', own: OWN }));
      expect(await tryToken(TENANT_TOKEN)).to.equal('accepted');
      expect(await answer()).to.include(fingerprintOf('the-seventh-key'));
      expect(gateway.pid).to.equal(pid);
    });
  });

  describe('in a rotation of its key', () => {
    it('tries the new key by a live call while the old one is in use', async () => {
      await bringTrial({ number: 1, key: 'a-new-key-on-trial' });
      expect(await tryTrial(1)).to.equal('answered');
      expect(await answer()).to.include(fingerprintOf('the-key-in-use'));
    });

    it('says that the provider refused a new key, and answers with the old one on and on', async () => {
      await bringTrial({ number: 2, key: 'refused-key-on-trial' });
      expect(await tryTrial(2)).to.equal('refused');
      for (let turn = 0; turn < 3; turn += 1) {
        expect(await answer()).to.include(fingerprintOf('the-key-in-use'));
      }
    });

    it('tries the next key although the one before was refused', async () => {
      await bringTrial({ number: 3, key: 'a-better-key-on-trial' });
      expect(await tryTrial(3)).to.equal('answered');
    });

    it('fails a trial of a key that it was not given', async () => {
      expect(await tryTrial(99)).to.equal('failed');
    });

    it('shows its tenant no conversation of a trial', async () => {
      const sessions = await call('/tools/invoke', { tool: 'sessions_list', args: {} });
      expect(await sessions.text()).to.not.include('trial');
    });

    it('answers with the new key once that is the one in use', async () => {
      revision += 1;
      const keys = { 'stub@3': 'a-better-key-on-trial' };
      await gateway.bring({ ...brought({ slot: 3 }), keys });
      expect(await answer()).to.include(fingerprintOf('a-better-key-on-trial'));
    });

    for (const [number, name] of PROVIDER_NAMES.filter((each) => each !== 'stub').entries()) {
      it(`takes a key of ${name} to where that provider wants it`, async () => {
        const key = `a-key-of-${name}-on-trial`;
        await bringTrialOf(name, 10 + number, key);
        const model = trialModel(name, 10 + number);
        provider.asked.length = 0;
        expect(await gateway.client.tryModel(gateway.address, token, model, signal)).to.equal(
          'refused',
        );
        const [seen] = provider.asked;
        expect(seen, JSON.stringify(provider.asked)).to.include({ key });
        expect(seen?.body).to.include(PROVIDERS[name].trial.model.split('/').at(-1));
      });
    }

    it('takes no key and no token along when it is exported', async () => {
      const folder = await gateway.exportBackup();
      const config = await filesHolding(folder, ['tenant.json']);
      expect(config, 'its configuration is in it').to.not.deep.equal([]);
      const secrets = ['a-better-key-on-trial', token].flatMap(formsOf);
      expect(await filesHolding(folder, secrets)).to.deep.equal([]);
    });

    it('finds its own secrets in order', async () => {
      const { exitCode, report } = await gateway.auditSecrets();
      expect(exitCode, report).to.equal(0);
    });
  });

  interface Wanted {
    readonly isClaimed?: boolean;
    readonly key?: string;
    readonly slot?: number;
    readonly trial?: { readonly names: readonly string[]; readonly number: number };
    readonly own?: JsonObject;
  }

  function brought({ isClaimed = true, key = '', slot, trial, own }: Wanted): Brought {
    const keys = key === '' ? {} : { stub: key };
    const hasKey = key !== '' || slot !== undefined;
    const config = renderTenantConfig({
      instance: { tenantId: isClaimed ? ('a-tenant' as TenantId) : null },
      keys: hasKey ? [{ name: 'stub', slot: slot ?? 0 }] : [],
      trial: trial ?? null,
      own: own ?? null,
      stubModelUrl: `http://127.0.0.1:${String(stub.port)}/v1`,
    });
    return { revision, token, keys, config };
  }

  async function bringTrial({ number, key }: { number: number; key: string }): Promise<void> {
    revision += 1;
    const inUse = 'the-key-in-use';
    const whole = brought({ key: inUse, trial: { names: ['stub'], number } });
    await gateway.bring({ ...whole, keys: { stub: inUse, [keyField('stub', number)]: key } });
  }

  /** As `bringTrial`, with the provider's own address replaced by one that refuses every key. */
  async function bringTrialOf(name: ProviderName, number: number, key: string): Promise<void> {
    revision += 1;
    const whole = brought({ slot: 3, trial: { names: [name], number } });
    const config = whole.config.replace(PROVIDERS[name].trial.baseUrl ?? '', provider.url);
    const keys = { 'stub@3': 'a-better-key-on-trial', [keyField(name, number)]: key };
    await gateway.bring({ ...whole, config, keys });
  }

  function tryTrial(number: number): Promise<ModelVerdict> {
    const model = trialModel('stub', number);
    return gateway.client.tryModel(gateway.address, token, model, signal);
  }

  async function bringKey(key: string): Promise<void> {
    revision += 1;
    await gateway.bring(brought({ key }));
  }

  function tryToken(candidate: string): Promise<string> {
    return gateway.client.tryToken(gateway.address, candidate, signal);
  }

  function call(path: string, body?: unknown): Promise<Response> {
    return fetch(`${gateway.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async function rpc(method: string, params: object = {}): Promise<string> {
    return (await call('/api/v1/admin/rpc', { method, params })).text();
  }

  async function answer(): Promise<string> {
    const messages = [{ role: 'user', content: 'Which key?' }];
    const reply = await call('/v1/chat/completions', { model: 'openclaw/main', messages });
    return reply.text();
  }
});

function fingerprintOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 12);
}
