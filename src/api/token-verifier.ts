import { readFile, stat } from 'node:fs/promises';
import type { JWTVerifyGetKey } from 'jose';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Principal } from '../domain/principal.js';
import { ROLES } from '../domain/principal.js';
import { Fault } from '../errors/index.js';

/** Signature algorithms that tokens may use; whatever a token's own header says. */
const ALGORITHMS = ['ES256'];
const CLOCK_TOLERANCE_S = 5;

/** jose checks each key as it uses it; here only that there is a list of them. */
const Jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) });

const Claims = z.object({
  sub: z.string().min(1).max(200),
  role: z.enum(ROLES),
  tenant: z.string().min(1).max(200).optional(),
});

export interface TokenVerifierOptions {
  /** File with the public keys as JWKS; read again when it changes, so that keys can rotate. */
  readonly jwksFile: string;
  readonly issuer: string;
  readonly audience: string;
}

/** Finds out who calls, from the bearer token alone. */
export class TokenVerifier {
  #keys: JWTVerifyGetKey | null = null;
  #readAtMs = -1;

  constructor(private readonly options: TokenVerifierOptions) {}

  /** The caller; `unauthenticated` for a missing, malformed, expired or foreign token. */
  async verify(authorization: string): Promise<Principal> {
    const [scheme, token] = authorization.split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '') {
      throw unauthenticated('Send a token as "Authorization: Bearer <token>".');
    }
    const { issuer, audience } = this.options;
    const limits = { issuer, audience, algorithms: ALGORITHMS, clockTolerance: CLOCK_TOLERANCE_S };
    try {
      const { payload } = await jwtVerify(token, await this.#currentKeys(), limits);
      if (payload.exp === undefined) throw new Error('the token never expires');
      return principalOf(Claims.parse(payload));
    } catch (error) {
      if (error instanceof Fault) throw error;
      throw unauthenticated('The token is not valid here or has expired; get a new one.', error);
    }
  }

  async #currentKeys(): Promise<JWTVerifyGetKey> {
    const { jwksFile } = this.options;
    try {
      const { mtimeMs } = await stat(jwksFile);
      if (this.#keys === null || mtimeMs !== this.#readAtMs) {
        this.#keys = createLocalJWKSet(Jwks.parse(JSON.parse(await readFile(jwksFile, 'utf8'))));
        this.#readAtMs = mtimeMs;
      }
      return this.#keys;
    } catch (cause) {
      throw new Fault('internal', 'Tokens cannot be checked right now; tell the operator.', {
        cause,
      });
    }
  }
}

function principalOf({ sub, role, tenant }: z.infer<typeof Claims>): Principal {
  if (role === 'tenant' && tenant === undefined) throw new Error('a tenant token names no tenant');
  return { subject: sub, role, tenantRef: role === 'tenant' ? (tenant ?? null) : null };
}

function unauthenticated(sentence: string, cause?: unknown): Fault {
  return new Fault('unauthenticated', sentence, cause === undefined ? {} : { cause });
}
