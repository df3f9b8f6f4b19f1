import Router from '@koa/router';
import Koa from 'koa';
import helmet from 'koa-helmet';
import type { Log } from '../ports/index.js';
import { pageFileRouter } from './docs-page.js';
import { documentRoutes } from './document-routes.js';
import type { Endpoint } from './endpoint.js';
import { idempotencyKeyOf, preferenceApplied, waitMsOf } from './headers.js';
import { jsonBody } from './middleware/json-body.js';
import type { OnRequest } from './middleware/observe.js';
import { observe } from './middleware/observe.js';
import { problems } from './middleware/problems.js';
import { requestId } from './middleware/request-id.js';
import type { ApiContext, RequestState } from './middleware/state.js';
import type { OpenRoute } from './open-route.js';
import { openRouter } from './open-route.js';
import type { Operations } from './ops.js';
import { opsRoutes } from './ops.js';
import type { TokenVerifier } from './token-verifier.js';

export interface ApiOptions {
  readonly endpoints: readonly Endpoint[];
  readonly tokens: Pick<TokenVerifier, 'verify'>;
  readonly operations: Operations;
  readonly log: Log;
  readonly onRequest: OnRequest;
  /** Version of the product, for the document. */
  readonly version: string;
  /** Fires when the process stops, so that held requests are answered and not cut. */
  readonly stopping: AbortSignal;
}

/** The public API as a Koa application; it is not listening yet. */
export function createApi(options: ApiOptions): Koa<RequestState> {
  const app = new Koa<RequestState>();
  app.use(requestId);
  app.use(observe(options.log, options.onRequest));
  app.use(problems(options.log));
  app.use(helmet({ contentSecurityPolicy: { directives: PAGE_POLICY } }) as Koa.Middleware);
  app.use(openRouter(openRoutesOf(options)).routes());
  app.use(pageFileRouter().routes());
  app.use(jsonBody());
  app.use(endpointRouter(options).routes());
  return app;
}

/** A bare application for roles without an API: probes and metrics only. */
export function createOpsApp(operations: Operations, log: Log): Koa<RequestState> {
  const app = new Koa<RequestState>();
  app.use(requestId);
  app.use(problems(log));
  app.use(openRouter(opsRoutes(operations)).routes());
  return app;
}

/** Nothing from other hosts; the documentation page styles itself in line. */
const PAGE_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  upgradeInsecureRequests: null,
};

function openRoutesOf({ operations, endpoints, version }: ApiOptions): readonly OpenRoute[] {
  const ops = opsRoutes(operations);
  return [...ops, ...documentRoutes({ endpoints, openRoutes: ops, version })];
}

function endpointRouter(options: ApiOptions): Router<RequestState> {
  const router = new Router<RequestState>();
  for (const one of options.endpoints) {
    router.register(one.path, [one.method], [(context) => serve(options, one, context)]);
  }
  return router;
}

async function serve(options: ApiOptions, one: Endpoint, context: ApiContext): Promise<void> {
  const { state } = context;
  state.route = one.path;
  const principal = await options.tokens.verify(context.get('authorization'));
  const gone = new AbortController();
  context.res.once('close', () => {
    gone.abort();
  });
  const waitMs = one.canWait ? waitMsOf(context.get('prefer')) : null;
  const answer = await one.handle({
    caller: { principal, requestId: state.requestId },
    params: context['params'] as unknown,
    query: { ...context.query },
    body: context.request.body,
    idempotencyKey: one.isIdempotent ? idempotencyKeyOf(context.get('idempotency-key')) : null,
    waitMs,
    signal: AbortSignal.any([gone.signal, options.stopping]),
  });
  context.status = answer.status;
  context.set({ 'cache-control': 'no-store', ...preferenceApplied(waitMs), ...answer.headers });
  context.body = answer.body;
}
