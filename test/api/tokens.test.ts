import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import { call, expectProblem } from './support/call.js';
import type { MemoryApi } from './support/memory-api.js';
import { startMemoryApi } from './support/memory-api.js';

describe('bearer tokens', () => {
  let api: MemoryApi;

  beforeEach(async () => {
    api = await startMemoryApi();
  });

  afterEach(async () => {
    await api?.stop();
  });

  async function statusWith(token: string): Promise<number> {
    const headers = { authorization: `Bearer ${token}` };
    return (await call(api, { path: '/v1/pools', as: null, headers })).status;
  }

  it('open the API with a signature of the key in the JWKS file', async () => {
    expect(await statusWith(await api.token())).to.equal(200);
  });

  it('cannot choose their algorithm: not the public key as a shared secret, not RSA', async () => {
    const jwks = JSON.parse(await readFile(join(api.dir, 'jwks.json'), 'utf8')) as {
      keys: [{ kty: string }];
    };
    const pem = createPublicKey({ key: jwks.keys[0], format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    });
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const claims = (alg: string): SignJWT =>
      new SignJWT({ role: 'operator' })
        .setProtectedHeader({ alg })
        .setSubject('mallory')
        .setIssuer('clawdeploy')
        .setAudience('clawdeploy-api')
        .setExpirationTime('5m');
    expect(await statusWith(await claims('HS256').sign(Buffer.from(pem)))).to.equal(401);
    expect(await statusWith(await claims('RS256').sign(rsa.privateKey))).to.equal(401);
  });

  it('may be seconds past their end, for clocks that differ, and no more', async () => {
    expect(await statusWith(await api.token({ expires: '-2s' }))).to.equal(200);
    expect(await statusWith(await api.token({ expires: '-10s' }))).to.equal(401);
  });

  it('of a new key open, and of the old one no longer, as soon as the file has changed', async () => {
    const old = await api.token();
    expect(await statusWith(old)).to.equal(200);
    await api.rotateKey('second');
    expect(await statusWith(await api.token({ kid: 'second' }))).to.equal(200);
    expect(await statusWith(old)).to.equal(401);
  });

  it('that cannot be checked are our fault, and are not let in', async () => {
    await writeFile(join(api.dir, 'jwks.json'), '{ "keys": [');
    const answer = await call(api, { path: '/v1/pools' });
    expectProblem(answer, 500, 'internal');
    expect(answer.data.detail).to.not.include('JSON');
  });

  it('are asked for in the way that HTTP has for it, and are never logged', async () => {
    const token = await api.token({ expires: '-10s' });
    const headers = { authorization: `Bearer ${token}` };
    const answer = await call(api, { path: '/v1/pools', as: null, headers });
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers['www-authenticate']).to.equal('Bearer');
    expect(api.logged.join('\n')).to.not.include(token.slice(-20));
  });
});
