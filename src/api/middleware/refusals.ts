import { actorOf } from '../../commands/visibility.js';
import type { Refusal } from '../../domain/audit/refusal-tally.js';
import { isOurId } from '../../domain/ids.js';
import { faultOf } from '../problem.js';
import type { ApiContext, ApiMiddleware } from './state.js';

/** Told of each refused write, to be written down soon; never waits. */
export type OnRefusal = (refusal: Refusal) => void;

/** How the audit names whoever has no token that is valid here. */
const NOBODY = 'nobody';
/** A subject may hold what no column can; one such must not hold up what is written with it. */
const UNWRITABLE = /\p{Cc}/gu;
/** Kinds of faults by which a caller is refused; the others are our own trouble. */
const REFUSING = ['invalid', 'conflict', 'capacity'];
/** What was asked for is no operation, so that nothing would have been changed. */
const NOWHERE = ['route_unknown', 'method_unsupported'];
/** Reading this is as good as a write: it hands out a secret. */
const SECRET_READS = ['readAccess'];
/** An IPv4 address as a socket for both versions shows it. */
const MAPPED_IPV4 = /^::ffff:(?=\d+\.)/;

/** Tells of each refusal of something that would have changed or handed out something. */
export function noteRefusals(onRefusal: OnRefusal): ApiMiddleware {
  return async (context, next) => {
    try {
      await next();
    } catch (error) {
      const { kind, code } = faultOf(error);
      if (REFUSING.includes(kind) && !NOWHERE.includes(code) && wouldMatter(context)) {
        onRefusal(refusalOf(context, code));
      }
      throw error;
    }
  };
}

/** The address that a request came from; null when its connection is gone. */
export function addressOf({ ip }: Pick<ApiContext, 'ip'>): string | null {
  return ip === '' ? null : ip.replace(MAPPED_IPV4, '');
}

function wouldMatter({ method, state }: ApiContext): boolean {
  const isRead = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
  return !isRead || SECRET_READS.includes(state.operation?.operationId ?? '');
}

function refusalOf(context: ApiContext, code: Refusal['code']): Refusal {
  const { principal, operation, requestId } = context.state;
  return {
    actor: principal === null ? NOBODY : actorOf(principal).replaceAll(UNWRITABLE, '?'),
    from: addressOf(context),
    action: operation?.operationId ?? 'unmatched',
    target: targetOf(context),
    code,
    requestId,
  };
}

/** The path is whatever a caller sent: only what looks like an id of ours is written down. */
function targetOf(context: ApiContext): string | null {
  const params = context['params'] as { readonly id?: unknown } | undefined;
  const id = params?.id;
  return typeof id === 'string' && isOurId(id) ? id : null;
}
