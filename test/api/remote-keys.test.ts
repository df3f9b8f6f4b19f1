import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { expect } from 'chai';
import { SignJWT, exportJWK } from 'jose';
import { remoteKeys } from '../../src/api/credentials/remote-keys.js';
import { TokenVerifier } from '../../src/api/credentials/token-verifier.js';
import { expectFault } from '../support/expect-fault.js';
import { waitFor } from '../support/wait-for.js';

const ISSUER = 'https://issuer.example';
const AUDIENCE = 'clawdeploy-api';
const AT = { withinMs: 5_000, everyMs: 10 };

/** An issuer whose keys come and go, and which can be down. */
class Issuer {
  readonly #keys = new Map<string, { readonly secret: KeyObject; readonly jwk: object }>();
  readonly #removed = new Map<string, KeyObject>();
  isDown = false;
  downloads = 0;

  async add(kid: string): Promise<void> {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' };
    this.#keys.set(kid, { secret: privateKey, jwk });
  }

  /** Publishes a key no longer; whoever has it can still sign with it. */
  remove(kid: string): void {
    this.#removed.set(kid, this.#secretOf(kid));
    this.#keys.delete(kid);
  }

  async token(kid: string): Promise<string> {
    const secret = this.#removed.get(kid) ?? this.#secretOf(kid);
    const token = new SignJWT({ role: 'product' }).setProtectedHeader({ alg: 'ES256', kid });
    const bounded = token.setIssuer(ISSUER).setAudience(AUDIENCE).setExpirationTime('5m');
    return `Bearer ${await bounded.setSubject('shop').sign(secret)}`;
  }

  readonly download = async (): Promise<unknown> => {
    this.downloads += 1;
    if (this.isDown) throw new Error('connection refused');
    return { keys: [...this.#keys.values()].map(({ jwk }) => jwk) };
  };

  #secretOf(kid: string): KeyObject {
    const key = this.#keys.get(kid);
    if (key === undefined) throw new Error(`the issuer never had the key ${kid}`);
    return key.secret;
  }
}

describe('keys from an issuer’s address', () => {
  let issuer: Issuer;
  let failures: number;

  beforeEach(async () => {
    issuer = new Issuer();
    failures = 0;
    await issuer.add('first');
  });

  function verifier(times: { refreshMs?: number; cooldownMs?: number; staleMs?: number } = {}) {
    const keys = remoteKeys({
      url: new URL(`${ISSUER}/jwks.json`),
      download: issuer.download,
      onFailure: () => (failures += 1),
      ...{ refreshMs: 300_000, ...times },
    });
    const bounds = { issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'] };
    return new TokenVerifier({ keys, ...bounds, clockToleranceS: 5 });
  }

  it('are downloaded once for many tokens', async () => {
    const tokens = verifier();
    for (let asked = 0; asked < 20; asked += 1) await tokens.verify(await issuer.token('first'));
    expect(issuer.downloads).to.equal(1);
  });

  it('are downloaded anew for a token of a key that appeared since', async () => {
    const tokens = verifier({ cooldownMs: 0 });
    await tokens.verify(await issuer.token('first'));
    await issuer.add('second');
    const { principal } = await tokens.verify(await issuer.token('second'));
    expect(principal.subject).to.equal('shop');
  });

  it('are not downloaded for each token of a key that nobody has', async () => {
    const tokens = verifier({ cooldownMs: 60_000 });
    const other = new Issuer();
    await other.add('made up');
    await tokens.verify(await issuer.token('first'));
    for (let asked = 0; asked < 20; asked += 1) {
      await expectFault('unauthenticated', tokens.verify(await other.token('made up')));
    }
    expect(issuer.downloads).to.equal(1);
  });

  it('stop working within the refresh time when the issuer removes them', async () => {
    const tokens = verifier({ refreshMs: 100 });
    const old = await issuer.token('first');
    await tokens.verify(old);
    await issuer.add('second');
    issuer.remove('first');
    const isRefused = (): Promise<boolean> => tokens.verify(old).then(isFalse, isTrue);
    await waitFor(isRefused, { ...AT, describe: 'the removed key to be refused' });
    await tokens.verify(await issuer.token('second'));
  });

  it('go on while the issuer is down, and not for ever', async () => {
    const tokens = verifier({ refreshMs: 20, staleMs: 400 });
    const token = await issuer.token('first');
    await tokens.verify(token);
    issuer.isDown = true;
    const hasFailed = async (): Promise<boolean> => {
      await tokens.verify(token);
      return failures > 0;
    };
    await waitFor(hasFailed, { ...AT, describe: 'a download that fails, with tokens still good' });
    const isClosed = (): Promise<boolean> => tokens.verify(token).then(isFalse, isTrue);
    await waitFor(isClosed, { ...AT, describe: 'the old keys to be given up' });
    await expectFault('issuer_unreachable', tokens.verify(token));
  });

  it('that were never there are our trouble and not the caller’s, and are not asked for in a storm', async () => {
    issuer.isDown = true;
    const tokens = verifier();
    for (let asked = 0; asked < 20; asked += 1) {
      await expectFault('issuer_unreachable', tokens.verify(await issuer.token('first')));
    }
    expect(issuer.downloads).to.equal(1);
  });

  it('are refused as a whole when the answer is no key set', async () => {
    const download = async (): Promise<unknown> => '<html>a login page</html>';
    const keys = remoteKeys({
      ...{ url: new URL(ISSUER), download, refreshMs: 1_000, onFailure: () => undefined },
    });
    const bounds = { issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'] };
    const tokens = new TokenVerifier({ keys, ...bounds, clockToleranceS: 5 });
    await expectFault('issuer_unreachable', tokens.verify(await issuer.token('first')));
  });
});

const isTrue = (): boolean => true;
const isFalse = (): boolean => false;
