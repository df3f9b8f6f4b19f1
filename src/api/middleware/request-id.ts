import { digestOf } from '../../lib/digest.js';
import { randomBase32 } from '../../lib/random.js';
import type { ApiMiddleware } from './state.js';

const LENGTH = 20;
/** Of the digest of a caller's id: 128 bits, so that two ids never meet. */
const DIGEST_LENGTH = 32;

/**
 * Gives each request an id and sends it back. A caller's own id is kept as its digest alone: ids are
 * written into logs and the audit, and no form tells an id from a key that was sent in its place
 * (tokens of Nomad and Consul are UUIDs). Who sent the id can compute the digest and look for it.
 */
export const requestId: ApiMiddleware = async (context, next) => {
  const offered = context.get('x-request-id');
  const own = offered === '' ? randomBase32(LENGTH) : digestOf(offered).slice(0, DIGEST_LENGTH);
  context.state.requestId = `req-${own}`;
  context.state.route = 'unmatched';
  context.state.counted = [];
  context.state.principal = null;
  context.state.operation = null;
  context.set('x-request-id', context.state.requestId);
  await next();
};
