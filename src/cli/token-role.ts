import { z } from 'zod';

const Claims = z.object({ role: z.string() });

/**
 * Whether a bearer token speaks for one tenant, whose name the API then knows. The token is only
 * looked at: whether it is valid is the API's to say.
 */
export function isTenantToken(token: string): boolean {
  const [, payload = ''] = token.split('.');
  try {
    const claims = Claims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    return claims.data?.role === 'tenant';
  } catch {
    // Not a token that can be looked into; the API answers what is wrong with it.
    return false;
  }
}
