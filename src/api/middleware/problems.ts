import { Fault } from '../../errors/index.js';
import { jittered } from '../../lib/random.js';
import type { Log } from '../../ports/index.js';
import { ScopeMissing } from '../assert-scope.js';
import { faultOf, problemOf, statusOf } from '../problem.js';
import type { ApiContext, ApiMiddleware } from './state.js';

/** About how long a server that we depend on takes to come back, in milliseconds. */
const RETRY_AFTER_MS = 5_000;

/** Turns whatever is thrown into a problem document, and logs it once, where its kind says. */
export function problems(log: Log): ApiMiddleware {
  return async (context, next) => {
    try {
      await next();
      if (context.status === 404 && context.body === undefined) {
        throw new Fault('route_unknown', 'There is nothing here; /docs lists what there is.');
      }
    } catch (error) {
      const fault = faultOf(error);
      answer(context, fault);
      logOnce(log, context, fault);
    }
  };
}

function answer(context: ApiContext, fault: Fault): void {
  context.status = statusOf(fault);
  context.type = 'application/problem+json';
  context.body = JSON.stringify(problemOf(fault, context.state.requestId));
  context.set('cache-control', 'no-store');
  const challenge = challengeOf(fault);
  if (challenge !== null) context.set('www-authenticate', challenge);
  const retryAfterMs = retryAfterMsOf(fault);
  if (retryAfterMs !== null) {
    context.set('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  }
}

/** How to come with what it takes, as RFC 6750 has it; null where nothing of that kind is missing. */
function challengeOf(fault: Fault): string | null {
  if (fault instanceof ScopeMissing)
    return `Bearer error="insufficient_scope", scope="${fault.scope}"`;
  return fault.code === 'unauthenticated' ? 'Bearer' : null;
}

/** What the fault says itself, else a spread-out pause for all that heals with time. */
function retryAfterMsOf({ retryAfterMs, kind }: Fault): number | null {
  if (retryAfterMs !== null) return retryAfterMs;
  return kind === 'unavailable' || kind === 'capacity' ? jittered(RETRY_AFTER_MS) : null;
}

/** Logs a failure where its kind says; no caller sees more of it than the problem. */
export function logOnce(log: Log, { state, method }: ApiContext, fault: Fault): void {
  const { requestId, route } = state;
  const fields = { requestId, method, route, code: fault.code, ...fault.details };
  switch (fault.kind) {
    case 'bug':
      log.error('request failed', { ...fields, error: fault });
      break;
    case 'unavailable':
      log.warn('request failed', { ...fields, error: fault });
      break;
    case 'capacity':
    case 'conflict':
    case 'invalid':
      log.info('request refused', fields);
      break;
  }
}
