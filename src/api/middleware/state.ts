import type { Middleware, ParameterizedContext } from 'koa';

/** What every request carries once the first middleware has seen it. */
export interface RequestState {
  requestId: string;
  /** The route's pattern, for metrics and logs; the path itself could be anything. */
  route: string;
}

export type ApiContext = ParameterizedContext<RequestState>;
export type ApiMiddleware = Middleware<RequestState>;
