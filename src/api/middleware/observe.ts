import { monotonicMs } from '../../lib/clock.js';
import type { Log } from '../../ports/index.js';
import type { ApiMiddleware } from './state.js';

/** Told of each answered request; labels are patterns and numbers, never what a caller sent. */
export type OnRequest = (route: string, method: string, status: number, seconds: number) => void;

/** Measures and logs each request once it is answered: no query, no body, no header. */
export function observe(log: Log, onRequest: OnRequest): ApiMiddleware {
  return async (context, next) => {
    const startedMs = monotonicMs();
    try {
      await next();
    } finally {
      const tookMs = monotonicMs() - startedMs;
      const { method, status, state } = context;
      onRequest(state.route, method, status, tookMs / 1000);
      const { requestId, route } = state;
      log.debug('request answered', { requestId, method, route, status, tookMs });
    }
  };
}
