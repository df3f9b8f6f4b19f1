import { existsSync } from 'node:fs';
import { createPrivateKey } from 'node:crypto';
import {
  SignJWT,
  calculateJwkThumbprint,
  decodeJwt,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
} from 'jose';
import type { StackContext } from './context.js';
import { BASE_DOMAIN } from './context.js';
import { readText, writeAtomically } from './files.js';
import type { StackLayout } from './layout.js';
import { secretFile } from './layout.js';
import { StackError } from './stack-error.js';

const ALGORITHM = 'ES256';
const ISSUER = 'clawdeploy';
const AUDIENCE = 'clawdeploy-api';
const OPERATOR_TTL_MS = 30 * 24 * 3_600_000;
const RENEW_BEFORE_MS = 7 * 24 * 3_600_000;

/** Whom a token of the development stack speaks for. */
export interface TokenSubject {
  readonly sub: string;
  readonly role: 'tenant' | 'product' | 'operator' | 'auditor';
  /** Required for the role `tenant`. */
  readonly tenant?: string;
  /** Narrow it to a part of what the role may do. */
  readonly scopes?: readonly string[];
  readonly ttlMs: number;
}

/**
 * Makes the key pair that signs API tokens (once), publishes its public half as a JWKS file, keeps
 * an operator token for the CLI that is valid for at least another week, and writes cli.json.
 *
 * In production tokens come from the product's own issuer; the service only ever sees the JWKS.
 */
export async function ensureIdentity({
  layout,
  ports,
}: Pick<StackContext, 'layout' | 'ports'>): Promise<void> {
  const keyFile = secretFile(layout, 'signing-key.pem');
  if (readText(keyFile) === null || !existsSync(layout.jwks)) await makeKeyPair(layout);
  const tokenFile = secretFile(layout, 'operator.token');
  if (!isFresh(readText(tokenFile))) {
    const token = await mintToken(layout, {
      sub: 'operator',
      role: 'operator',
      ttlMs: OPERATOR_TTL_MS,
    });
    writeAtomically(tokenFile, `${token}\n`);
  }
  const cli = {
    apiUrl: `http://127.0.0.1:${ports.api}`,
    tokenFile,
    edgeUrl: `http://127.0.0.1:${ports.edge}`,
    baseDomain: BASE_DOMAIN,
  };
  writeAtomically(layout.cli, `${JSON.stringify(cli, null, 2)}\n`);
}

/** Signs a token with the stack's key; for the CLI, the demo, tests and benchmarks. */
export async function mintToken(layout: StackLayout, subject: TokenSubject): Promise<string> {
  const pem = readText(secretFile(layout, 'signing-key.pem'));
  if (pem === null) throw new StackError('The stack has no signing key yet; run `make up` first.');
  const key = createPrivateKey(pem);
  const kid = await calculateJwkThumbprint(await exportJWK(key));
  const claims = {
    role: subject.role,
    ...(subject.tenant === undefined ? {} : { tenant: subject.tenant }),
    ...(subject.scopes === undefined ? {} : { scope: subject.scopes.join(' ') }),
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject(subject.sub)
    .setIssuedAt()
    .setExpirationTime(`${Math.ceil(subject.ttlMs / 1000)} s`)
    .sign(key);
}

async function makeKeyPair(layout: StackLayout): Promise<void> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  writeAtomically(secretFile(layout, 'signing-key.pem'), await exportPKCS8(privateKey));
  const keys = [{ ...jwk, kid, alg: ALGORITHM, use: 'sig' }];
  writeAtomically(layout.jwks, `${JSON.stringify({ keys }, null, 2)}\n`, 0o644);
}

function isFresh(token: string | null): boolean {
  if (token === null) return false;
  const { exp } = decodeJwt(token);
  return exp !== undefined && exp * 1000 > Date.now() + RENEW_BEFORE_MS;
}
