import Koa from 'koa';
import { isInstanceId } from '../../domain/ids.js';
import type { InstanceId } from '../../domain/ids.js';
import type { Log } from '../../ports/index.js';
import { pageOf, problemTextOf, refusalFor } from './refusal.js';
import type { Route, RouteTable } from './route-table.js';

export interface InternalApiOptions {
  readonly routes: Pick<RouteTable, 'find'>;
  readonly baseDomain: string;
  readonly log: Log;
  readonly onLookup: (outcome: Route['kind'] | 'failed') => void;
}

/**
 * The edge's look-up: which upstream has the name that this request was made for? It listens where
 * the edge alone can reach it. 200 with X-Upstream lets the request through; any other answer, be
 * it a page or a redirect, is sent to the caller as it is.
 */
export function createInternalApi(options: InternalApiOptions): Koa {
  const app = new Koa();
  app.use(async (context) => {
    if (context.path === '/healthz') {
      context.body = { status: 'live' };
      return;
    }
    if (context.path !== '/internal/route') return;
    const host = context.get('x-forwarded-host') || context.get('host');
    answer(context, await look(options, host), host);
  });
  return app;
}

/** The id in a host's first label, or null for any host that is not an instance's. */
export function instanceIdIn(host: string, baseDomain: string): InstanceId | null {
  const name = host.toLowerCase().replace(/:\d+$/, '');
  const suffix = `.${baseDomain}`;
  if (!name.endsWith(suffix)) return null;
  const label = name.slice(0, -suffix.length);
  return isInstanceId(label) ? label : null;
}

/** The same host with another instance's id; its domain and port are known to be ours. */
function nameIn(host: string, id: InstanceId): string {
  return `${id}${host.slice(host.indexOf('.'))}`;
}

/** What was asked for below the host; anything that could change the host is left out. */
function pathIn(uri: string): string {
  return uri.startsWith('/') ? uri : '/';
}

async function look(options: InternalApiOptions, host: string): Promise<Route | 'failed'> {
  const { routes, baseDomain, log, onLookup } = options;
  const id = instanceIdIn(host, baseDomain);
  try {
    const route: Route = id === null ? { kind: 'unknown' } : await routes.find(id);
    onLookup(route.kind);
    return route;
  } catch (error) {
    onLookup('failed');
    log.warn('route look-up failed', { error });
    return 'failed';
  }
}

function answer(context: Koa.Context, route: Route | 'failed', host: string): void {
  context.set('cache-control', 'no-store');
  if (route !== 'failed' && route.kind === 'upstream') {
    context.status = 200;
    context.set('x-upstream', route.address);
    context.body = '';
    return;
  }
  if (route !== 'failed' && route.kind === 'moved') {
    // 307: the address was wrong, the request is still what it was. Without a scheme, it stays.
    context.status = 307;
    context.set('location', `//${nameIn(host, route.to)}${pathIn(context.get('x-forwarded-uri'))}`);
    context.body = '';
    return;
  }
  const refusal = refusalFor(route === 'failed' ? 'failed' : route.kind);
  context.status = refusal.status;
  if (refusal.retryAfterS !== null) context.set('retry-after', String(refusal.retryAfterS));
  // Browsers name HTML; programs take anything, and read a problem document best.
  const isBrowser = context.get('accept').includes('text/html');
  context.type = isBrowser ? 'text/html; charset=utf-8' : 'application/problem+json';
  context.body = isBrowser ? pageOf(refusal) : problemTextOf(refusal);
}
