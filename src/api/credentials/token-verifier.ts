import type { JWTVerifyGetKey } from 'jose';
import { jwtVerify } from 'jose';
import { z } from 'zod';
import type { Principal } from '../../domain/principal.js';
import { ROLES } from '../../domain/principal.js';
import { grantedScopes } from '../../domain/scopes.js';
import { Fault } from '../../errors/index.js';
import type { Identity, Verifier } from './identity.js';
import { bearerOf, unauthenticated } from './identity.js';

/** Where the public keys come from that tokens are checked by, as they are right now. */
export type KeySource = () => Promise<JWTVerifyGetKey>;

const Claims = z.object({
  sub: z.string().min(1).max(200),
  role: z.enum(ROLES),
  tenant: z.string().min(1).max(200).optional(),
  /** Separated by spaces, as OAuth has it (RFC 9068). */
  scope: z.string().max(2_000).optional(),
});

export interface TokenVerifierOptions {
  readonly keys: KeySource;
  readonly issuer: string;
  readonly audience: string;
  /** Signature algorithms that tokens may use; whatever a token's own header says. */
  readonly algorithms: readonly string[];
  /** How far the issuer's clock may be from ours. */
  readonly clockToleranceS: number;
}

/** Finds out who calls from a JWT alone. */
export class TokenVerifier implements Verifier {
  constructor(private readonly options: TokenVerifierOptions) {}

  /** The caller; `unauthenticated` for a missing, malformed, expired or foreign token. */
  async verify(authorization: string): Promise<Identity> {
    const token = bearerOf(authorization);
    const { keys, issuer, audience, algorithms, clockToleranceS } = this.options;
    const limits = {
      ...{ issuer, audience, algorithms: [...algorithms], clockTolerance: clockToleranceS },
    };
    try {
      const { payload } = await jwtVerify(token, await keys(), limits);
      if (payload.exp === undefined) throw new Error('the token never expires');
      return identityOf(Claims.parse(payload));
    } catch (error) {
      if (error instanceof Fault) throw error;
      throw unauthenticated('The token is not valid here or has expired; get a new one.', error);
    }
  }
}

function identityOf({ sub, role, tenant, scope }: z.infer<typeof Claims>): Identity {
  if (role === 'tenant' && tenant === undefined) throw new Error('a tenant token names no tenant');
  const tenantRef = role === 'tenant' ? (tenant ?? null) : null;
  const principal: Principal = { subject: sub, role, tenantRef };
  return { principal, scopes: grantedScopes(role, scope?.split(' ') ?? null) };
}
