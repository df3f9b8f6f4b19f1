import Router from '@koa/router';
import Koa from 'koa';
import helmet from 'koa-helmet';
import { Scope } from '../lib/scope.js';
import type { Log } from '../ports/index.js';
import { assertScope } from './assert-scope.js';
import type { Verifier } from './credentials/identity.js';
import { consoleFileRouter } from './console-pages.js';
import { pageFileRouter } from './docs-page.js';
import { documentRoutes } from './document-routes.js';
import type { Endpoint, EndpointAnswer } from './endpoint.js';
import { isNoneMatch, matchOf, tagOf } from './entity-tags.js';
import { EVENT_STREAM_HEADERS, eventStream } from './event-stream.js';
import { idempotencyKeyOf, lastEventIdOf, preferenceApplied, waitMsOf } from './headers.js';
import type { RequestLimits } from './limits/request-limits.js';
import { jsonBody } from './middleware/json-body.js';
import type { OnRequest } from './middleware/observe.js';
import { observe } from './middleware/observe.js';
import { logOnce, problems } from './middleware/problems.js';
import { otherMethod } from './middleware/other-method.js';
import type { OnRefusal } from './middleware/refusals.js';
import { addressOf, noteRefusals } from './middleware/refusals.js';
import { requestId } from './middleware/request-id.js';
import type { ApiContext, RequestState } from './middleware/state.js';
import type { OpenRoute } from './open-route.js';
import { openRouter } from './open-route.js';
import type { Operations } from './ops.js';
import { opsRoutes } from './ops.js';
import { InvalidRequest, faultOf, problemOf } from './problem.js';

export interface ApiOptions {
  readonly endpoints: readonly Endpoint[];
  readonly tokens: Verifier;
  readonly limits: RequestLimits;
  readonly operations: Operations;
  readonly log: Log;
  readonly onRequest: OnRequest;
  readonly onRefusal: OnRefusal;
  /** Version of the product, for the document. */
  readonly version: string;
  /** Fires when the process stops, so that held requests are answered and not cut. */
  readonly stopping: AbortSignal;
}

/** The public API as a Koa application; it is not listening yet. */
export function createApi(options: ApiOptions): Koa<RequestState> {
  const app = new Koa<RequestState>();
  app.on('error', (error: unknown) => {
    logCut(options.log, error);
  });
  app.use(requestId);
  app.use(observe(options.log, options.onRequest));
  app.use(problems(options.log));
  app.use(helmet({ contentSecurityPolicy: { directives: PAGE_POLICY } }) as Koa.Middleware);
  app.use(openRouter(openRoutesOf(options)).routes());
  app.use(pageFileRouter().routes());
  app.use(consoleFileRouter().routes());
  app.use(noteRefusals(options.onRefusal));
  app.use(async (context, next) => {
    await options.limits.countAddress(context);
    await next();
  });
  app.use(jsonBody());
  app.use(endpointRouter(options).routes());
  app.use(otherMethod);
  return app;
}

/** What went wrong after an answer had begun. Whoever leaves in the middle of one is no failure. */
function logCut(log: Log, error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (CUT_CODES.includes(String(code))) log.debug('caller left', { code: String(code) });
  else log.error('answer failed', { error });
}

const CUT_CODES = ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'];

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
  state.operation = one;
  const identity = await options.tokens.verify(context.get('authorization'));
  const { principal } = identity;
  state.principal = principal;
  await options.limits.countCaller(context, identity, one.isCreate);
  assertScope(identity, one.scope);
  const exchange = new Scope(options.stopping);
  context.res.once('close', () => {
    exchange.end();
  });
  // They may have left while their token was looked at.
  if (context.res.destroyed) exchange.end();
  if (one.body !== null) assertBodyType(context, one);
  const waitMs = one.canWait ? waitMsOf(context.get('prefer')) : null;
  const answer = await one.handle({
    caller: { principal, requestId: state.requestId, from: addressOf(context) },
    scopes: identity.scopes,
    params: context['params'] as unknown,
    query: { ...context.query },
    body: context.request.body,
    idempotencyKey: one.isIdempotent ? idempotencyKeyOf(context.get('idempotency-key')) : null,
    waitMs,
    match: matchOf(one.takesMatch ? context.get('if-match') : ''),
    lastEventId: one.isStream ? lastEventIdOf(context.get('last-event-id')) : null,
    signal: exchange.signal,
  });
  context.status = answer.status;
  context.set({ 'cache-control': 'no-store', ...preferenceApplied(waitMs), ...answer.headers });
  if (one.isTagged && isKnown(context, answer)) return;
  if (answer.events === undefined) context.body = answer.body;
  else stream(options.log, context, answer.events);
}

/** Says which state is shown, and, where the caller has that already, nothing more. */
function isKnown(context: ApiContext, { body }: EndpointAnswer): boolean {
  const tag = tagOf(body);
  // Not no-store: whoever keeps it must ask whether it is still so.
  context.set({ etag: tag, 'cache-control': 'private, no-cache' });
  if (!isNoneMatch(context.get('if-none-match'), tag)) return false;
  context.status = 304;
  return true;
}

function assertBodyType(context: ApiContext, { bodyType }: Endpoint): void {
  if (context.is(bodyType) !== false) return;
  const detail = `Send the body as ${bodyType} and say so in Content-Type.`;
  throw new InvalidRequest([{ pointer: '', detail }]);
}

/** Sends events as they come. It is too late for a status by then, so a failure is one of them. */
function stream(
  log: Log,
  context: ApiContext,
  events: NonNullable<EndpointAnswer['events']>,
): void {
  context.set(EVENT_STREAM_HEADERS);
  context.body = eventStream(events, (error) => {
    const fault = faultOf(error);
    logOnce(log, context, fault);
    return problemOf(fault, context.state.requestId);
  });
}
