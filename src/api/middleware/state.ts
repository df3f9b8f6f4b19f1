import type { Middleware, ParameterizedContext } from 'koa';
import type { Counted } from '../limits/rate-limit-headers.js';

/** What every request carries once the first middleware has seen it. */
export interface RequestState {
  requestId: string;
  /** The route's pattern, for metrics and logs; the path itself could be anything. */
  route: string;
  /** The limits that it was counted against so far. */
  counted: readonly Counted[];
}

export type ApiContext = ParameterizedContext<RequestState>;
export type ApiMiddleware = Middleware<RequestState>;
