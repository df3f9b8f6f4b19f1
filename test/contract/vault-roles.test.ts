import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import { ROOT, requireServer } from '../support/servers.js';
import type { TestVault } from '../support/test-vault.js';
import { startTestVault } from '../support/test-vault.js';

interface Claims {
  readonly nomad_namespace?: string;
  readonly nomad_job_id?: string;
  readonly aud?: string;
  /** When it was issued and begins to be valid, in seconds from now on Vault's clock. */
  readonly issuedIn?: number;
  /** When it ends, as above; null for one that never says so. */
  readonly endsIn?: number | null;
}

/** The role by which instances log in to Vault, met with identities as Nomad signs them. */
describe('the role of instances in Vault', function () {
  this.timeout(60_000);
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let vault: TestVault;

  before(async function () {
    requireServer('vault', this);
    vault = await startTestVault();
    await vault.admin('PUT', '/v1/auth/jwt-nomad/config', {
      jwt_validation_pubkeys: [publicKey.export({ type: 'spki', format: 'pem' })],
      jwt_supported_algs: ['RS256'],
    });
    const role = await readFile(join(ROOT, 'vault/roles/openclaw-instance.jwt.json'), 'utf8');
    await vault.admin('PUT', '/v1/auth/jwt-nomad/role/openclaw-instance', JSON.parse(role));
  });

  after(() => vault?.stop());

  async function login(claims: Claims = {}): Promise<number> {
    const { issuedIn = 0, endsIn = 3600, aud = 'vault.io', ...rest } = claims;
    const now = Math.floor(Date.now() / 1000);
    const body = { nomad_namespace: 'default', nomad_job_id: 'oc-aaaaaaaaaaa2', ...rest };
    const times = { iat: now + issuedIn, nbf: now + issuedIn };
    const end = endsIn === null ? {} : { exp: now + endsIn };
    const jwt = await new SignJWT({ ...body, aud, nomad_task: 'openclaw', ...times, ...end })
      .setProtectedHeader({ alg: 'RS256' })
      .sign(privateKey);
    const reply = await fetch(`${vault.address}/v1/auth/jwt-nomad/login`, {
      method: 'POST',
      body: JSON.stringify({ role: 'openclaw-instance', jwt }),
    });
    return reply.status;
  }

  it('lets an instance in', async () => {
    expect(await login()).to.equal(200);
  });

  it('forgives clocks that differ by less than a minute, whichever is ahead', async () => {
    expect(await login({ issuedIn: 45 }), 'Nomad ahead').to.equal(200);
    expect(await login({ issuedIn: -3645, endsIn: -45 }), 'Vault ahead').to.equal(200);
  });

  it('refuses an identity that is not valid yet, or no more, by more than that', async () => {
    expect(await login({ issuedIn: 75 }), 'not yet').to.equal(400);
    expect(await login({ issuedIn: -3675, endsIn: -75 }), 'no more').to.equal(400);
  });

  it('takes an identity that names no end for a minute and no longer', async () => {
    expect(await login({ endsIn: null })).to.equal(200);
    expect(await login({ issuedIn: -75, endsIn: null })).to.equal(400);
  });

  it('refuses other namespaces, other jobs and other audiences', async () => {
    expect(await login({ nomad_namespace: 'elsewhere' })).to.equal(400);
    expect(await login({ nomad_job_id: 'clawdeploy' })).to.equal(400);
    expect(await login({ aud: 'consul.io' })).to.equal(400);
  });
});
