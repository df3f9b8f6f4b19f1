import { trustedProxies } from '../api/limits/caller-address.js';
import { RequestLimits, creatorOf } from '../api/limits/request-limits.js';
import type { ClaimInstance } from '../commands/claim-instance.js';
import { RedisRateLimits } from '../clients/redis/redis-rate-limits.js';
import { readSecretFile } from '../config/read-config.js';
import { rateLimitOf } from '../domain/rate-limit.js';
import { Fault } from '../errors/index.js';
import { FairTurns } from '../lib/fair-turns.js';
import { jittered } from '../lib/random.js';
import type { ProbeOptions } from '../telemetry/health.js';
import type { Foundation } from './foundation.js';

/** Claims of all callers that may wait in one process: a few seconds' worth of work. */
const CREATES_WAITING_MAX = 2_000;
/** Longer than any line takes while the database is well; after this waiting helps nobody. */
const CREATES_WAIT_MAX_MS = 10_000;
const COME_BACK_MS = 2_000;

interface Opened {
  readonly limits: RequestLimits;
  readonly probe: ProbeOptions;
}

/** What counts requests, together with the other replicas when there is a Redis. */
export function openLimits({ config, log, metrics, started }: Foundation): Opened {
  const file: string | undefined = config.CLAWDEPLOY_REDIS_URL_FILE;
  const redisUrl = file === undefined ? null : readSecretFile('CLAWDEPLOY_REDIS_URL_FILE', file);
  const rates = new RedisRateLimits({
    redisUrl,
    onShared: (isShared) => {
      metrics.rateLimitsAlone.set(isShared ? 0 : 1);
      if (isShared) log.info('rate limits are counted by all replicas together');
      else log.warn('rate limits are counted by this process alone: there is no Redis');
    },
  });
  started.push({
    name: 'rate limits',
    stop: async () => {
      rates.stop();
    },
  });
  const limits = new RequestLimits({
    rates,
    trusted: trustedProxies(config.CLAWDEPLOY_API_TRUSTED_PROXIES),
    limits: {
      address: rateLimitOf('address', config.CLAWDEPLOY_RATE_ADDRESS_PER_SECOND),
      caller: rateLimitOf('caller', config.CLAWDEPLOY_RATE_CALLER_PER_SECOND),
      tenant: rateLimitOf('tenant', config.CLAWDEPLOY_RATE_TENANT_PER_SECOND),
      creates: rateLimitOf('creates', config.CLAWDEPLOY_RATE_CREATES_PER_SECOND),
    },
    onRefused: (limit) => {
      metrics.rateLimited.inc({ limit });
    },
  });
  return { limits, probe: { isRequired: false, probe: () => rates.ping() } };
}

/**
 * Claims in fair turns: so many at once, and those that wait one of each caller after the other, so
 * that a product's mass sign-up delays another's single one by one claim.
 */
export function inTurns(
  { config, metrics }: Foundation,
  claim: Pick<ClaimInstance, 'execute'>,
): Pick<ClaimInstance, 'execute'> {
  const turns = new FairTurns({
    atOnce: config.CLAWDEPLOY_CREATES_AT_ONCE,
    waitingPerKeyMax: config.CLAWDEPLOY_CREATES_WAITING_PER_CALLER,
    waitingMax: Math.max(CREATES_WAITING_MAX, config.CLAWDEPLOY_CREATES_WAITING_PER_CALLER),
    waitMaxMs: CREATES_WAIT_MAX_MS,
    refusal: () => {
      metrics.rateLimited.inc({ limit: 'turns' });
      return tooManyWaiting();
    },
    onChange: (running, waiting) => {
      metrics.createsRunning.set(running);
      metrics.createsWaiting.set(waiting);
    },
  });
  return {
    execute: (request) =>
      turns.run(creatorOf(request.caller.principal), () => claim.execute(request)),
  };
}

function tooManyWaiting(): Fault {
  const sentence = 'Too many of your claims wait for their turn; come back as Retry-After says.';
  const retryAfterMs = jittered(COME_BACK_MS);
  return new Fault('rate_limited', sentence, { retryAfterMs, details: { limit: 'turns' } });
}
