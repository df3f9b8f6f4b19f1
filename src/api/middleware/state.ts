import type { Middleware, ParameterizedContext } from 'koa';
import type { Counted } from '../limits/rate-limit-headers.js';
import type { Principal } from '../../domain/principal.js';
import type { Endpoint } from '../endpoint.js';

/** What every request carries once the first middleware has seen it. */
export interface RequestState {
  requestId: string;
  /** The route's pattern, for metrics and logs; the path itself could be anything. */
  route: string;
  /** The limits that it was counted against so far. */
  counted: readonly Counted[];
  /** Who calls, once their token was looked at; null before that and for whoever has none. */
  principal: Principal | null;
  /** What they ask for; null where no operation has that path. */
  operation: Pick<Endpoint, 'operationId' | 'method'> | null;
}

export type ApiContext = ParameterizedContext<RequestState>;
export type ApiMiddleware = Middleware<RequestState>;
