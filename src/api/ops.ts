import Router from '@koa/router';
import type { RequestState } from './middleware/state.js';

/** How each thing that a process depends on is, by name. */
export interface Readiness {
  readonly isReady: boolean;
  /** `ok`, or a sentence on what is wrong. */
  readonly checks: Readonly<Record<string, string>>;
}

/** What probes and scrapers ask of any role of the service. */
export interface Operations {
  readiness(): Promise<Readiness>;
  metrics(): Promise<{ readonly type: string; readonly text: string }>;
}

/** /healthz: the process answers. /readyz: it can do its work. /metrics: for Prometheus. */
export function opsRouter(operations: Operations): Router<RequestState> {
  const router = new Router<RequestState>();
  router.get('/healthz', (context) => {
    context.state.route = '/healthz';
    context.body = { status: 'live' };
  });
  router.get('/readyz', async (context) => {
    context.state.route = '/readyz';
    const { isReady, checks } = await operations.readiness();
    context.status = isReady ? 200 : 503;
    context.body = { status: isReady ? 'ready' : 'not_ready', checks };
  });
  router.get('/metrics', async (context) => {
    context.state.route = '/metrics';
    const { type, text } = await operations.metrics();
    context.set('content-type', type);
    context.body = text;
  });
  return router;
}
