import type { RouterContext } from '@koa/router';
import { Fault } from '../../errors/index.js';
import type { ApiMiddleware } from './state.js';

/**
 * Refuses a method that a path does not have, and says in `Allow` which it has. Stands behind all
 * routers, each of which notes the routes whose path it knows.
 */
export const otherMethod: ApiMiddleware = async (context, next) => {
  const { matched = [] } = context as Partial<Pick<RouterContext, 'matched'>>;
  const methods = new Set(matched.flatMap((route) => route.methods));
  if (methods.size === 0) {
    await next();
    return;
  }
  context.set('allow', [...methods].sort().join(', '));
  throw new Fault('method_unsupported', 'This path has other methods; Allow names them.');
};
