import { expect } from 'chai';
import { z } from 'zod';
import type { AppRole } from '../../src/clients/vault/app-role.js';
import { appRoleFromFiles } from '../../src/clients/vault/app-role.js';
import { HttpTransport } from '../../src/clients/http/http-transport.js';
import { VaultSession } from '../../src/clients/vault/vault-session.js';
import { expectFault } from '../support/expect-fault.js';
import { freePort } from '../support/free-port.js';
import { requireServer } from '../support/servers.js';
import type { TestVault } from '../support/test-vault.js';
import { startTestVault } from '../support/test-vault.js';
import { waitFor } from '../support/wait-for.js';

const { signal } = new AbortController();
const SELF = { method: 'GET', path: 'auth/token/lookup-self', signal } as const;
const Self = z.object({
  data: z.object({
    accessor: z.string(),
    ttl: z.number(),
    last_renewal_time: z.number().nullish(),
  }),
});

describe('VaultSession', function () {
  this.timeout(60_000);
  let vault: TestVault;
  let logins: number;

  before(async function () {
    requireServer('vault', this);
    vault = await startTestVault();
  });

  beforeEach(() => {
    logins = 0;
  });

  after(() => vault?.stop());

  async function aSession(settings: Readonly<Record<string, unknown>> = {}): Promise<VaultSession> {
    return sessionWith(await vault.appRoleFor(['clawdeploy-controller'], settings));
  }

  function sessionWith(appRole: AppRole, address = vault.address): VaultSession {
    const transport = new HttpTransport({ system: 'vault', baseUrl: `${address}/v1` });
    return new VaultSession({
      transport,
      appRole: async () => {
        logins += 1;
        return appRole;
      },
    });
  }

  it('logs in once, however many calls wait for it', async () => {
    const session = await aSession();
    const answers = await Promise.all(Array.from({ length: 10 }, () => session.read(SELF, Self)));

    expect(new Set(answers.map(({ data }) => data.accessor)).size).to.equal(1);
    expect(logins).to.equal(1);
  });

  it('renews its token before it runs out', async () => {
    const session = await aSession({ token_ttl: '2s', token_max_ttl: '1h' });
    const { data: first } = await session.read(SELF, Self);
    const renewed = await waitFor(
      async () => {
        const { data } = await session.read(SELF, Self);
        return typeof data.last_renewal_time === 'number' ? data : null;
      },
      { withinMs: 5_000, describe: 'a renewal' },
    );

    expect(renewed.accessor).to.equal(first.accessor);
    expect(logins).to.equal(1);
  });

  it('logs in again when its token cannot be renewed any more', async () => {
    const session = await aSession({ token_ttl: '1s', token_max_ttl: '1s' });
    const { data: first } = await session.read(SELF, Self);
    await waitFor(async () => (await session.read(SELF, Self)).data.accessor !== first.accessor, {
      withinMs: 5_000,
      describe: 'another token',
    });

    expect(logins).to.be.greaterThan(1);
  });

  it('logs in again when its token was revoked, and the caller notices nothing', async () => {
    const session = await aSession();
    const { data: first } = await session.read(SELF, Self);
    await vault.admin('POST', '/v1/auth/token/revoke-accessor', { accessor: first.accessor });
    const answers = await Promise.all(Array.from({ length: 5 }, () => session.read(SELF, Self)));

    expect(answers.map(({ data }) => data.accessor)).to.not.include(first.accessor);
    expect(logins).to.equal(2);
  });

  it('takes a refusal of a path for what it is, and does not log in again', async () => {
    const session = await aSession();
    const forbidden = { method: 'GET', path: 'kv/data/somebody/else', signal } as const;

    expect(await session.exchange(forbidden)).to.include({ status: 403 });
    expect(logins).to.equal(1);
  });

  it('says that Vault is sealed, and goes on once it is not', async () => {
    const session = await aSession();
    const fresh = await aSession();
    await session.ping(signal);
    await vault.seal();
    try {
      await expectFault('vault_sealed', session.ping(signal));
      await expectFault('vault_sealed', fresh.ping(signal));
    } finally {
      await vault.unseal();
    }

    await waitFor(() => fresh.ping(signal).then(() => true), {
      withinMs: 5_000,
      describe: 'Vault to work again',
    });
  });

  it('is refused with a wrong secret id, which it does not tell', async () => {
    const { roleId } = await vault.appRoleFor(['clawdeploy-controller']);
    const session = sessionWith({ roleId, secretId: 'not-the-secret-id' });
    const fault = await expectFault('vault_refused', session.ping(signal));

    expect(JSON.stringify(fault.details)).to.not.include('not-the-secret-id');
  });

  it('says so when nobody answers', async () => {
    const address = `http://127.0.0.1:${String(await freePort())}`;
    const session = sessionWith({ roleId: 'r', secretId: 's' }, address);

    await expectFault('vault_unreachable', session.ping(signal));
  });

  it('waits for a login no longer than its caller does', async () => {
    const session = await aSession();
    const caller = new AbortController();
    caller.abort();

    await expectFault('vault_unreachable', session.ping(caller.signal));
  });

  it('gives its token back when it is closed', async () => {
    const session = await aSession();
    const { data } = await session.read(SELF, Self);
    await session.close(signal);
    const lookup = vault.admin('POST', '/v1/auth/token/lookup-accessor', {
      accessor: data.accessor,
    });

    expect(await lookup.catch(() => 'unknown')).to.equal('unknown');
  });

  it('complains of a login file that cannot be read', async () => {
    const files = { roleIdFile: 'no-such-file', secretIdFile: 'no-such-file' };
    const fault = await expectFault('config_invalid', appRoleFromFiles(files)());

    expect(fault.details).to.include({ file: 'no-such-file' });
  });
});
