import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { AppRole } from '../../src/clients/vault/app-role.js';
import { HttpTransport } from '../../src/clients/http/http-transport.js';
import { VaultCampaignValues } from '../../src/clients/vault/vault-campaign-values.js';
import { VaultFingerprints } from '../../src/clients/vault/vault-fingerprints.js';
import { VaultGatewayTokens } from '../../src/clients/vault/vault-gateway-tokens.js';
import { VaultKeyVault } from '../../src/clients/vault/vault-key-vault.js';
import type { VaultRequest } from '../../src/clients/vault/vault-session.js';
import { VaultSession } from '../../src/clients/vault/vault-session.js';
import { VaultShredder } from '../../src/clients/vault/vault-shredder.js';
import { VaultWebhookSecrets } from '../../src/clients/vault/vault-webhook-secrets.js';
import type { InstanceId, WebhookId } from '../../src/domain/ids.js';
import { webhookIdOf } from '../../src/domain/ids.js';
import { randomBase32 } from '../../src/lib/random.js';
import type {
  CampaignValues,
  Fingerprints,
  GatewayTokens,
  KeyVault,
  SecretShredder,
  WebhookSecrets,
} from '../../src/ports/index.js';
import { aKeyCampaignId, anInstanceId } from '../support/builders.js';
import { expectFault } from '../support/expect-fault.js';
import { FakeCampaignValues } from '../support/fakes/fake-campaign-values.js';
import { FakeFingerprints } from '../support/fakes/fake-fingerprints.js';
import { FakeSecrets } from '../support/fakes/fake-secrets.js';
import { FakeWebhookSecrets } from '../support/fakes/fake-webhook-secrets.js';
import { quietLog } from '../support/quiet-log.js';
import { requireServer } from '../support/servers.js';
import type { TestVault } from '../support/test-vault.js';
import { startTestVault } from '../support/test-vault.js';

type Keys = Readonly<Record<string, string>>;

interface Harness {
  readonly keys: KeyVault;
  readonly tokens: GatewayTokens;
  readonly shredder: SecretShredder;
  /** What the instance itself would read of its keys, at that version. */
  readonly readKeys: (instanceId: InstanceId, version: number) => Promise<Keys | null>;
}

const { signal } = new AbortController();

function describeSecrets(harness: () => Harness): void {
  describe('keys', () => {
    it('are set and removed one by one, each change a new version', async () => {
      const { keys, readKeys } = harness();
      const id = anInstanceId();
      const versions = [
        await keys.changeKeys(id, { anthropic: 'a-1' }, signal),
        await keys.changeKeys(id, { openai: 'o-1' }, signal),
        await keys.changeKeys(id, { anthropic: 'a-2' }, signal),
        await keys.changeKeys(id, { openai: null, 'telegram/bot': 't-1' }, signal),
      ];

      expect(versions).to.deep.equal([1, 2, 3, 4]);
      expect(await readKeys(id, 3)).to.deep.equal({ anthropic: 'a-2', openai: 'o-1' });
      expect(await readKeys(id, 4)).to.deep.equal({ anthropic: 'a-2', 'telegram/bot': 't-1' });
    });

    it('can all be removed, and set again', async () => {
      const { keys, readKeys } = harness();
      const id = anInstanceId();
      await keys.changeKeys(id, { anthropic: 'a-1' }, signal);
      const empty = await keys.changeKeys(id, { anthropic: null }, signal);
      const again = await keys.changeKeys(id, { anthropic: 'a-2' }, signal);

      expect(await readKeys(id, empty)).to.deep.equal({});
      expect(await readKeys(id, again)).to.deep.equal({ anthropic: 'a-2' });
    });

    it('lose no change when many are made at once, the first one included', async () => {
      const { keys, readKeys } = harness();
      const id = anInstanceId();
      const names = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7'];
      const versions = await Promise.all(
        names.map((name) => keys.changeKeys(id, { [name]: `value of ${name}` }, signal)),
      );
      const newest = (await readKeys(id, Math.max(...versions))) ?? {};

      expect([...versions].sort()).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
      expect(Object.keys(newest).sort()).to.deep.equal(names);
    });

    it('are destroyed up to a version, which stays, as often as one likes', async () => {
      const { keys, readKeys } = harness();
      const id = anInstanceId();
      for (const value of ['a-1', 'a-2', 'a-3']) {
        await keys.changeKeys(id, { anthropic: value }, signal);
      }
      await keys.destroyBefore(id, 3, signal);
      await keys.destroyBefore(id, 3, signal);
      await keys.destroyBefore(anInstanceId(), 3, signal);

      expect(await Promise.all([1, 2, 3].map((version) => readKeys(id, version)))).to.deep.equal([
        ...[null, null],
        { anthropic: 'a-3' },
      ]);
      expect(await keys.changeKeys(id, { openai: 'o-1' }, signal)).to.equal(4);
      expect(await readKeys(id, 4)).to.deep.equal({ anthropic: 'a-3', openai: 'o-1' });
    });

    it('are not written on to when the newest version is destroyed, but anew', async () => {
      const { keys, readKeys } = harness();
      const id = anInstanceId();
      await keys.changeKeys(id, { anthropic: 'a-1', openai: 'o-1' }, signal);
      expect(await keys.startOver(id, { anthropic: 'a-2' }, signal)).to.equal(null);
      await keys.destroyBefore(id, 2, signal);
      await expectFault('keys_lost', keys.changeKeys(id, { anthropic: 'a-2' }, signal));

      expect(await keys.startOver(id, { anthropic: 'a-2' }, signal)).to.equal(2);
      expect(await readKeys(id, 2)).to.deep.equal({ anthropic: 'a-2' });
      expect(await keys.changeKeys(id, { openai: 'o-2' }, signal)).to.equal(3);
      expect(await readKeys(id, 3)).to.deep.equal({ anthropic: 'a-2', openai: 'o-2' });
    });

    it('hold any text', async () => {
      const { keys, readKeys } = harness();
      const id = anInstanceId();
      const value = 'quote " brace {{ x }} ${y} ünï\n';
      const version = await keys.changeKeys(id, { odd: value }, signal);

      expect(await readKeys(id, version)).to.deep.equal({ odd: value });
    });
  });

  describe('gateway tokens', () => {
    it('are made once per version, and never changed', async () => {
      const { tokens } = harness();
      const id = anInstanceId();
      await tokens.ensureToken(id, 1, signal);
      const first = await tokens.readToken(id, 1, signal);
      await tokens.ensureToken(id, 1, signal);
      await tokens.ensureToken(id, 2, signal);
      await tokens.ensureToken(id, 1, signal);
      const second = await tokens.readToken(id, 2, signal);

      expect(first).to.match(/^[\w-]{43}$/);
      expect(second)
        .to.match(/^[\w-]{43}$/)
        .and.not.equal(first);
      expect(await tokens.readToken(id, 1, signal)).to.equal(first);
    });

    it('are the same for all who race to make them', async () => {
      const { tokens } = harness();
      const id = anInstanceId();
      await Promise.all(Array.from({ length: 8 }, () => tokens.ensureToken(id, 1, signal)));
      await tokens.ensureToken(id, 2, signal);

      expect(await tokens.readToken(id, 1, signal)).to.not.equal(null);
      expect(await tokens.readToken(id, 3, signal)).to.equal(null);
    });

    it('are null where there are none', async () => {
      const { tokens } = harness();

      expect(await tokens.readToken(anInstanceId(), 1, signal)).to.equal(null);
    });

    it('refuse a version whose predecessor does not exist', async () => {
      const { tokens } = harness();

      await expectFault('vault_refused', tokens.ensureToken(anInstanceId(), 2, signal));
    });
  });

  describe('shredding', () => {
    it('removes every version of keys and tokens, and may be repeated', async () => {
      const { keys, tokens, shredder, readKeys } = harness();
      const id = anInstanceId();
      await keys.changeKeys(id, { anthropic: 'a-1' }, signal);
      await keys.changeKeys(id, { anthropic: 'a-2' }, signal);
      await tokens.ensureToken(id, 1, signal);
      await shredder.shred(id, signal);
      await shredder.shred(id, signal);

      expect(await readKeys(id, 1)).to.equal(null);
      expect(await readKeys(id, 2)).to.equal(null);
      expect(await tokens.readToken(id, 1, signal)).to.equal(null);
    });

    it('knows for whom anything is kept, be it a key or a token', async () => {
      const { keys, tokens, shredder } = harness();
      const [keyed, tokened, shredded] = [anInstanceId(), anInstanceId(), anInstanceId()];
      await keys.changeKeys(keyed, { anthropic: 'a-1' }, signal);
      await tokens.ensureToken(tokened, 1, signal);
      await tokens.ensureToken(shredded, 1, signal);
      await shredder.shred(shredded, signal);
      const ids = await shredder.listInstanceIds(signal);

      expect(ids).to.include.members([keyed, tokened]).and.not.include(shredded);
    });

    it('leaves other instances alone', async () => {
      const { keys, shredder, readKeys } = harness();
      const [id, other] = [anInstanceId(), anInstanceId()];
      await keys.changeKeys(id, { anthropic: 'a-1' }, signal);
      await keys.changeKeys(other, { anthropic: 'b-1' }, signal);
      await shredder.shred(id, signal);

      expect(await readKeys(other, 1)).to.deep.equal({ anthropic: 'b-1' });
    });
  });
}

/** The API's half and the worker's half of a campaign's value. */
interface CampaignHarness {
  readonly writes: CampaignValues;
  readonly reads: CampaignValues;
}

function describeCampaignValues(harness: () => CampaignHarness): void {
  describe('values of key campaigns', () => {
    it('are written once and never changed', async () => {
      const { writes, reads } = harness();
      const id = aKeyCampaignId();
      await writes.write(id, 'a-value', signal);
      await expectFault('vault_refused', writes.write(id, 'another-value', signal));

      expect(await reads.read(id, signal)).to.equal('a-value');
    });

    it('are gone once they are destroyed, which may be repeated', async () => {
      const { writes, reads } = harness();
      const [id, other] = [aKeyCampaignId(), aKeyCampaignId()];
      await writes.write(id, 'a-value', signal);
      await writes.write(other, 'other-value', signal);
      await reads.destroy(id, signal);
      await reads.destroy(id, signal);

      expect(await reads.read(id, signal)).to.equal(null);
      expect(await reads.read(other, signal)).to.equal('other-value');
      expect(await reads.list(signal))
        .to.include(other)
        .and.not.include(id);
    });
  });
}

function describeFingerprints(harness: () => Fingerprints): void {
  describe('fingerprints', () => {
    it('are the same for the same text, others for others, and hold nothing of it', async () => {
      const of = (text: string): Promise<string> => harness().fingerprint(text, signal);
      const text = 'sk-ant-a-secret';
      const mark = await of(text);

      expect(await of(text)).to.equal(mark);
      expect(await of(`${text}!`)).to.not.equal(mark);
      expect(mark).to.match(/^[\x21-\x7e]{40,100}$/);
      for (const shown of plainFormsOf(text)) expect(mark).to.not.include(shown);
    });
  });
}

/** The API's half and the worker's half of what signs webhooks. */
interface WebhookHarness {
  readonly writes: WebhookSecrets;
  readonly reads: WebhookSecrets;
}

const aWebhookId = (): WebhookId => webhookIdOf(randomBase32(12));

function describeWebhookSecrets(harness: () => WebhookHarness): void {
  describe('secrets of webhooks', () => {
    it('are written as one version after the other, which all can be read', async () => {
      const { writes, reads } = harness();
      const id = aWebhookId();
      expect(await writes.write(id, 'whsec_1', signal)).to.equal(1);
      expect(await writes.write(id, 'whsec_2', signal)).to.equal(2);
      expect(await reads.read(id, 1, signal)).to.equal('whsec_1');
      expect(await reads.read(id, 2, signal)).to.equal('whsec_2');
      expect(await reads.read(id, 3, signal)).to.equal(null);
      expect(await reads.read(aWebhookId(), 1, signal)).to.equal(null);
    });

    it('are gone once they are destroyed, which may be repeated', async () => {
      const { writes, reads } = harness();
      const [id, other] = [aWebhookId(), aWebhookId()];
      await writes.write(id, 'whsec_1', signal);
      await writes.write(other, 'whsec_2', signal);
      await reads.destroy(id, signal);
      await reads.destroy(id, signal);
      expect(await reads.read(id, 1, signal)).to.equal(null);
      expect(await reads.read(other, 1, signal)).to.equal('whsec_2');
    });
  });
}

/** What anybody could make of a text without a key. */
function plainFormsOf(text: string): readonly string[] {
  const bytes = createHash('sha256').update(text).digest();
  const twice = createHash('sha256').update(bytes).digest();
  return [bytes, twice].flatMap((hash) => [hash.toString('hex'), hash.toString('base64')]);
}

describe('Secrets (fake)', () => {
  const fingerprints = new FakeFingerprints();
  describeFingerprints(() => fingerprints);
  const webhookSecrets = new FakeWebhookSecrets();
  describeWebhookSecrets(() => ({ writes: webhookSecrets, reads: webhookSecrets }));

  const values = new FakeCampaignValues();
  describeCampaignValues(() => ({ writes: values, reads: values }));

  let secrets: FakeSecrets;

  beforeEach(() => {
    secrets = new FakeSecrets();
  });

  describeSecrets(() => ({
    keys: secrets,
    tokens: secrets,
    shredder: secrets,
    readKeys: async (instanceId, version) => secrets.keys(instanceId, version),
  }));

  it('is sealed when a test seals it', async () => {
    secrets.trouble.breakDown('vault_sealed');
    await expectFault('vault_sealed', secrets.readToken(anInstanceId(), 1, signal));
    secrets.trouble.recover();

    expect(await secrets.readToken(anInstanceId(), 1, signal)).to.equal(null);
  });
});

describe('Secrets (Vault, with the rights of each role)', function () {
  this.timeout(60_000);
  let vault: TestVault | undefined;
  let api: VaultSession;
  let controller: VaultSession;
  let worker: VaultSession;

  before(async function () {
    requireServer('vault', this);
    vault = await startTestVault();
    api = sessionFor(vault, await vault.appRoleFor(['clawdeploy-api']));
    controller = sessionFor(vault, await vault.appRoleFor(['clawdeploy-controller']));
    worker = sessionFor(vault, await vault.appRoleFor(['clawdeploy-worker']));
  });

  after(() => vault?.stop());

  describeSecrets(() => ({
    // The API writes keys, and the controller ends them.
    keys: {
      changeKeys: (...given) => new VaultKeyVault(api).changeKeys(...given),
      startOver: (...given) => new VaultKeyVault(api).startOver(...given),
      destroyBefore: (...given) => new VaultKeyVault(controller).destroyBefore(...given),
    },
    tokens: new VaultGatewayTokens(controller),
    shredder: new VaultShredder(controller, quietLog),
    readKeys,
  }));

  describeCampaignValues(() => ({
    writes: new VaultCampaignValues(api),
    reads: new VaultCampaignValues(worker),
  }));

  describeFingerprints(() => new VaultFingerprints(api));

  it('makes fingerprints for the API alone, and gives nobody what they are made with', async () => {
    for (const session of [controller, worker]) {
      await expectFault('vault_refused', new VaultFingerprints(session).fingerprint('x', signal));
    }
    for (const session of [api, controller, worker]) {
      for (const path of ['transit/export/hmac-key', 'transit/backup', 'transit/keys']) {
        const request = { method: 'GET', path: `${path}/clawdeploy-requests`, signal } as const;
        expect(await session.exchange(request)).to.include({ status: 403 });
      }
    }
  });

  describeWebhookSecrets(() => ({
    writes: new VaultWebhookSecrets(api),
    reads: new VaultWebhookSecrets(worker),
  }));

  it('lets a worker alone read or destroy what signs webhooks, and the API alone write it', async () => {
    const id = aWebhookId();
    await new VaultWebhookSecrets(api).write(id, 'whsec_1', signal);
    const refusedTo = { api, controller, job: await strangerIn('clawdeploy-job') };
    for (const [role, session] of Object.entries(refusedTo)) {
      const secrets = new VaultWebhookSecrets(session);
      const fault = await expectFault('vault_refused', secrets.read(id, 1, signal));
      expect(fault.message, role).to.not.include('whsec_');
      await expectFault('vault_refused', secrets.destroy(id, signal));
    }
    for (const session of [controller, worker]) {
      const path = `kv/data/webhooks/${id}`;
      const body = { options: { cas: 1 }, data: { secret: 'whsec_2' } };
      const reply = await session.exchange({ method: 'POST', path, body, signal });
      expect(reply.status).to.equal(403);
      const listing = { method: 'GET', path: 'kv/metadata/webhooks?list=true', signal } as const;
      expect((await session.exchange(listing)).status).to.equal(403);
    }
    expect(await new VaultWebhookSecrets(worker).read(id, 1, signal)).to.equal('whsec_1');
  });

  it('lets a worker write keys as the API does', async () => {
    const id = anInstanceId();
    await new VaultKeyVault(api).changeKeys(id, { openai: 'o-1' }, signal);
    expect(await new VaultKeyVault(worker).changeKeys(id, { 'openai@1': 'o-2' }, signal)).to.equal(
      2,
    );
    expect(await readKeys(id, 2)).to.deep.equal({ openai: 'o-1', 'openai@1': 'o-2' });
  });

  it('says so to a writer whom others overtake again and again, and keeps what those wrote', async () => {
    const id = anInstanceId();
    await new VaultKeyVault(api).changeKeys(id, { openai: 'o-0' }, signal);
    let others = 0;
    const session = Object.assign(Object.create(api) as VaultSession, {
      find: api.find.bind(api),
      parse: api.parse.bind(api),
      // Its looks go on as ever; before each of its writes somebody else writes.
      exchange: async (request: VaultRequest) => {
        others += 1;
        await new VaultKeyVault(api).changeKeys(id, { openai: `o-${String(others)}` }, signal);
        return api.exchange(request);
      },
    });
    const writing = new VaultKeyVault(session).changeKeys(id, { anthropic: 'a-1' }, signal);
    await expectFault('write_superseded', writing);

    expect(await readKeys(id, others + 1)).to.deep.equal({ openai: `o-${String(others)}` });
  });

  it('says that keys were deleted as well as that they were destroyed', async () => {
    const keys = new VaultKeyVault(api);
    const id = anInstanceId();
    await keys.changeKeys(id, { anthropic: 'a-1' }, signal);
    await vault?.admin('DELETE', `/v1/kv/data/instances/${id}/keys`);
    await expectFault('keys_lost', keys.changeKeys(id, { openai: 'o-1' }, signal));

    expect(await keys.startOver(id, { openai: 'o-1' }, signal)).to.equal(2);
    expect(await readKeys(id, 2)).to.deep.equal({ openai: 'o-1' });
  });

  it('lists what a worker may end of campaigns, and lets nobody else look', async () => {
    const id = aKeyCampaignId();
    await new VaultCampaignValues(api).write(id, 'a-value', signal);
    expect(await new VaultCampaignValues(worker).list(signal)).to.include(id);
    for (const session of [api, controller]) {
      await expectFault('vault_refused', new VaultCampaignValues(session).list(signal));
    }
  });

  it('knows nobody in a Vault that keeps nothing', async () => {
    const empty = await startTestVault();
    try {
      const role = await empty.appRoleFor(['clawdeploy-controller']);
      const shredder = new VaultShredder(sessionFor(empty, role), quietLog);
      expect(await shredder.listInstanceIds(signal)).to.deep.equal([]);
    } finally {
      await empty.stop();
    }
  });

  it('lets no role read a key back, nor the API make a gateway token', async () => {
    const id = anInstanceId();
    await new VaultKeyVault(api).changeKeys(id, { anthropic: 'a-1' }, signal);
    const path = `kv/data/instances/${id}/keys`;
    for (const session of [api, controller, worker]) {
      expect(await session.exchange({ method: 'GET', path, signal })).to.include({ status: 403 });
    }

    const tokens = new VaultGatewayTokens(api);
    await expectFault('vault_refused', tokens.ensureToken(id, 1, signal));
  });

  it('forgets the identity of the task with its secrets, and may do so again', async () => {
    const id = anInstanceId();
    const server = vault ?? expect.fail('no Vault');
    const entity = await server.addIdentity(id);
    expect(await server.read(`identity/entity/id/${entity}`)).to.not.equal(null);

    await new VaultShredder(controller, quietLog).shred(id, signal);
    await new VaultShredder(controller, quietLog).shred(id, signal);

    expect(await server.read(`identity/entity/id/${entity}`)).to.equal(null);
  });

  it('keeps values out of its faults', async () => {
    const role = await vault?.appRoleFor(['clawdeploy-job']);
    const stranger = sessionFor(vault ?? expect.fail('no Vault'), role ?? expect.fail('no role'));
    const fault = await expectFault(
      'vault_refused',
      new VaultKeyVault(stranger).changeKeys(anInstanceId(), { anthropic: 'a-secret' }, signal),
    );

    expect(JSON.stringify([fault.details, fault.message])).to.not.include('a-secret');
  });

  async function strangerIn(policy: string): Promise<VaultSession> {
    const server = vault ?? expect.fail('no Vault');
    return sessionFor(server, await server.appRoleFor([policy]));
  }

  async function readKeys(instanceId: InstanceId, version: number): Promise<Keys | null> {
    const path = `kv/data/instances/${instanceId}/keys?version=${String(version)}`;
    const stored = (await vault?.read(path)) as { data: { data: Keys } } | null;
    return stored === null ? null : stored.data.data;
  }
});

function sessionFor(vault: TestVault, appRole: AppRole): VaultSession {
  const transport = new HttpTransport({ system: 'vault', baseUrl: `${vault.address}/v1` });
  return new VaultSession({ transport, appRole: () => Promise.resolve(appRole) });
}
