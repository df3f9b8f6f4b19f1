import { randomBase32 } from '../../lib/random.js';
import type { ApiMiddleware } from './state.js';

const SANE = /^[A-Za-z0-9._-]{8,64}$/;
const LENGTH = 20;

/** Gives each request an id, or keeps the caller's if it is a sane one, and sends it back. */
export const requestId: ApiMiddleware = async (context, next) => {
  const offered = context.get('x-request-id');
  context.state.requestId = SANE.test(offered) ? offered : `req-${randomBase32(LENGTH)}`;
  context.state.route = 'unmatched';
  context.state.principal = null;
  context.state.operation = null;
  context.set('x-request-id', context.state.requestId);
  await next();
};
