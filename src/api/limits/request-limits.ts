import type { BlockList } from 'node:net';
import { actorOf } from '../../commands/visibility.js';
import type { Principal } from '../../domain/principal.js';
import type { RateLimit, RateLimitName } from '../../domain/rate-limit.js';
import { Fault } from '../../errors/index.js';
import { jittered } from '../../lib/random.js';
import type { RateLimits } from '../../ports/index.js';
import type { Identity } from '../credentials/identity.js';
import type { ApiContext } from '../middleware/state.js';
import { callerAddress, countedAddress } from './caller-address.js';
import type { Counted } from './rate-limit-headers.js';
import { rateLimitHeaders } from './rate-limit-headers.js';

export interface RequestLimitsOptions {
  readonly rates: RateLimits;
  readonly limits: Readonly<Record<RateLimitName, RateLimit>>;
  /** Whose word on the caller's address is taken. */
  readonly trusted: BlockList;
  /** Told of each request that was refused, by the limit that it ran into. */
  readonly onRefused?: (name: RateLimitName) => void;
}

/** What is counted beside the request's address once its caller is known. */
interface Charge {
  readonly limit: RateLimit;
  readonly key: string;
}

/** About how long callers are spread over after a window's end, so that they do not return together. */
const SPREAD_MS = 2_000;

const WHOSE: Readonly<Record<RateLimitName, string>> = {
  address: 'from this address',
  caller: 'with this token or key',
  tenant: 'of this tenant',
  creates: 'that create something, by this caller',
};

/**
 * Counts requests by address, before anything is done for them, then by caller and tenant, and those
 * that create something once more. Everything that was counted is told in the answer's headers.
 */
export class RequestLimits {
  constructor(private readonly options: RequestLimitsOptions) {}

  /** Counts a request of whoever it is; fault `rate_limited`. */
  async countAddress(context: ApiContext): Promise<void> {
    const { limits, trusted } = this.options;
    const peer = context.req.socket.remoteAddress ?? '';
    const address = callerAddress({ peer, forwardedFor: context.get('x-forwarded-for'), trusted });
    await this.#count(context, [{ limit: limits.address, key: countedAddress(address) }]);
  }

  /** Counts a request of a known caller; fault `rate_limited`. */
  async countCaller(
    context: ApiContext,
    { principal }: Identity,
    isCreate: boolean,
  ): Promise<void> {
    const { caller, tenant, creates } = this.options.limits;
    const key = actorOf(principal);
    const { tenantRef } = principal;
    await this.#count(context, [
      { limit: caller, key },
      ...(tenantRef === null ? [] : [{ limit: tenant, key: tenantRef }]),
      ...(isCreate ? [{ limit: creates, key: creatorOf(principal) }] : []),
    ]);
  }

  async #count(context: ApiContext, charges: readonly Charge[]): Promise<void> {
    const { rates, onRefused } = this.options;
    const counted = await Promise.all(
      charges.map(async ({ limit, key }) => ({ limit, standing: await rates.take(limit, key) })),
    );
    context.state.counted = [...context.state.counted, ...counted];
    context.set(rateLimitHeaders(context.state.counted));
    const refused = lastToReset(counted.filter(({ standing }) => !standing.isAllowed));
    if (refused === null) return;
    onRefused?.(refused.limit.name);
    throw rateLimited(refused);
  }
}

/** Who creates: a tenant whatever its tokens, else the caller. Tenants may have the names of callers. */
export function creatorOf(principal: Principal): string {
  const { tenantRef } = principal;
  return tenantRef === null ? actorOf(principal) : `tenant:${tenantRef}`;
}

function lastToReset(refused: readonly Counted[]): Counted | null {
  const [first, ...others] = refused;
  if (first === undefined) return null;
  return others.reduce(
    (last, one) => (one.standing.resetMs > last.standing.resetMs ? one : last),
    first,
  );
}

function rateLimited({ limit: { name, quota, windowS }, standing }: Counted): Fault {
  const sentence =
    `There were more than ${quota} requests ${WHOSE[name]} in ${windowS} s. ` +
    'Come back as Retry-After says.';
  // Never earlier than the window's end, when all the others would be refused once more.
  const retryAfterMs = standing.resetMs + jittered(SPREAD_MS);
  return new Fault('rate_limited', sentence, { retryAfterMs, details: { limit: name } });
}
