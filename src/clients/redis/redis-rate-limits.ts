import { Redis } from 'ioredis';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimit, RateStanding } from '../../domain/rate-limit.js';
import { Fault } from '../../errors/index.js';
import type { RateLimits } from '../../ports/index.js';

export interface RedisRateLimitsOptions {
  /** Null where there is no Redis: each process then counts for itself. */
  readonly redisUrl: string | null;
  /** Told when replicas begin to count together, and when they cease to; once each time. */
  readonly onShared: (isShared: boolean) => void;
}

/** A request waits for Redis this long; it answers in less than one, and its absence is no reason to wait. */
const COMMAND_LIMIT_MS = 100;
const CONNECT_LIMIT_MS = 2_000;
/** A connection that hangs is not asked to end politely for longer. */
const DISCONNECT_LIMIT_MS = 50;
const RECONNECT_STEP_MS = 200;
const RECONNECT_PAUSE_MAX_MS = 2_000;

/**
 * Counts in Redis, so that all replicas share what is left. While Redis is away, hangs or refuses,
 * each process counts in its own memory, by the same limits.
 */
export class RedisRateLimits implements RateLimits {
  readonly #client: Redis | null;
  readonly #limiters = new Map<string, RateLimiterAbstract>();
  #isShared: boolean | null = null;
  #isGivenUp = false;

  constructor(private readonly options: RedisRateLimitsOptions) {
    this.#client = options.redisUrl === null ? null : this.#connect(options.redisUrl);
    if (this.#client === null) this.#noteShared(false);
  }

  async take(limit: RateLimit, key: string): Promise<RateStanding> {
    const outcome: unknown = await this.#limiterOf(limit)
      .consume(key)
      .catch((error: unknown) => error);
    if (!(outcome instanceof RateLimiterRes)) throw outcome;
    const { consumedPoints, remainingPoints: remaining, msBeforeNext: resetMs } = outcome;
    return { isAllowed: consumedPoints <= limit.quota, remaining, resetMs };
  }

  /** Fails with `redis_unreachable` unless replicas count together right now. */
  async ping(): Promise<void> {
    if (this.#client === null) throw countedAlone('No Redis is set up');
    try {
      await this.#client.ping();
    } catch (cause) {
      throw countedAlone('Redis does not answer', cause);
    }
  }

  stop(): void {
    this.#client?.disconnect();
  }

  #connect(url: string): Redis {
    const client = new Redis(url, {
      // What cannot be asked now is answered from memory now, and never asked later.
      ...{ enableOfflineQueue: false, maxRetriesPerRequest: 0 },
      ...{ commandTimeout: COMMAND_LIMIT_MS, connectTimeout: CONNECT_LIMIT_MS },
      disconnectTimeout: DISCONNECT_LIMIT_MS,
      retryStrategy: (attempt) => Math.min(attempt * RECONNECT_STEP_MS, RECONNECT_PAUSE_MAX_MS),
    });
    // It says so each time it tries; `close` has told of it once.
    client.on('error', () => undefined);
    client.on('ready', () => {
      this.#noteShared(true);
    });
    client.on('close', () => {
      this.#isGivenUp = false;
      this.#noteShared(false);
    });
    return client;
  }

  #limiterOf(limit: RateLimit): RateLimiterAbstract {
    const { name, quota: points, windowS: duration } = limit;
    const known = this.#limiters.get(name);
    if (known !== undefined) return known;
    const options = { points, duration, keyPrefix: `{clawdeploy}:rate:${name}` };
    const limiter =
      this.#client === null
        ? new RateLimiterMemory(options)
        : new RateLimiterRedis({
            ...{ ...options, storeClient: this.#client, rejectIfRedisNotReady: true },
            insuranceLimiter: new Insurance(options, () => {
              this.#giveUpConnection();
            }),
          });
    this.#limiters.set(name, limiter);
    return limiter;
  }

  /** A connection that hangs or refuses is made anew: until it works nobody waits for it. */
  #giveUpConnection(): void {
    if (this.#client?.status !== 'ready' || this.#isGivenUp) return;
    this.#isGivenUp = true;
    this.#client.disconnect(true);
  }

  #noteShared(isShared: boolean): void {
    if (this.#isShared === isShared) return;
    this.#isShared = isShared;
    this.options.onShared(isShared);
  }
}

/** Counts in memory in Redis' place, and tells each time that it had to. */
class Insurance extends RateLimiterMemory {
  constructor(
    options: ConstructorParameters<typeof RateLimiterMemory>[0],
    private readonly onUse: () => void,
  ) {
    super(options);
  }

  override consume(...parameters: Parameters<RateLimiterMemory['consume']>) {
    this.onUse();
    return super.consume(...parameters);
  }
}

function countedAlone(why: string, cause?: unknown): Fault {
  const sentence = `${why}: each process counts its own requests.`;
  return new Fault('redis_unreachable', sentence, cause === undefined ? {} : { cause });
}
