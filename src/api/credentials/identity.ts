import type { Principal } from '../../domain/principal.js';
import type { ApiScope } from '../../domain/scopes.js';
import { Fault } from '../../errors/index.js';

/** Who calls, and what their token or key allows them. */
export interface Identity {
  readonly principal: Principal;
  readonly scopes: ReadonlySet<ApiScope>;
}

/** Finds out who calls from the Authorization header; `unauthenticated` when it cannot. */
export interface Verifier {
  verify(authorization: string): Promise<Identity>;
}

/** The credential in an Authorization header. */
export function bearerOf(authorization: string): string {
  const [scheme, credential] = authorization.split(' ');
  if (scheme?.toLowerCase() === 'bearer' && credential !== undefined && credential !== '') {
    return credential;
  }
  throw unauthenticated('Send a token or an API key as "Authorization: Bearer <token>".');
}

/** Nobody that we know; which of the possible reasons it is, is for the log alone. */
export function unauthenticated(sentence: string, cause?: unknown): Fault {
  return new Fault('unauthenticated', sentence, cause === undefined ? {} : { cause });
}
