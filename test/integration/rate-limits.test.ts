import { expect } from 'chai';
import { RedisRateLimits } from '../../src/clients/redis/redis-rate-limits.js';
import type { RateLimit } from '../../src/domain/rate-limit.js';
import { rateLimitOf } from '../../src/domain/rate-limit.js';
import { systemClock } from '../../src/lib/clock.js';
import { call } from '../api/support/call.js';
import type { MemoryApi } from '../api/support/memory-api.js';
import { startMemoryApi } from '../api/support/memory-api.js';
import { expectFault } from '../support/expect-fault.js';
import type { TestRedis } from '../support/test-redis.js';
import { startTestRedis } from '../support/test-redis.js';
import { waitFor } from '../support/wait-for.js';

/** In ten seconds: 20 of one caller; of the others more than is asked here. */
const LIMITS = {
  address: rateLimitOf('address', 1_000),
  caller: rateLimitOf('caller', 2),
  tenant: rateLimitOf('tenant', 1_000),
  creates: rateLimitOf('creates', 1_000),
};
/** A window that does not end while a test looks. */
const LONG: RateLimit = { name: 'caller', quota: 10, windowS: 600 };
const SOON = { withinMs: 20_000, everyMs: 20 };

/** Counts in a real Redis, and tells what it was told. */
class Replica {
  /** When it began to count with others and when it ceased to, in order. */
  readonly told: boolean[] = [];
  readonly rates: RedisRateLimits;

  constructor(redisUrl: string) {
    this.rates = new RedisRateLimits({
      redisUrl,
      onShared: (isShared) => this.told.push(isShared),
    });
  }

  async shared(isShared: boolean): Promise<void> {
    const hasTold = async (): Promise<boolean> => this.told.at(-1) === isShared;
    await waitFor(hasTold, { ...SOON, describe: `a replica that counts together: ${isShared}` });
  }
}

describe('rate limits of two replicas', function () {
  this.timeout(120_000);

  let redis: TestRedis;
  let replicas: readonly [Replica, Replica];

  beforeEach(async () => {
    redis = await startTestRedis();
    replicas = [new Replica(redis.url), new Replica(redis.url)];
    for (const replica of replicas) await replica.shared(true);
  });

  afterEach(async () => {
    for (const { rates } of replicas ?? []) rates.stop();
    await redis?.stop();
  });

  /** How many of `times` requests were allowed, by the one replica and the other in turn. */
  async function allowed(times: number, key: string): Promise<number> {
    let count = 0;
    for (let time = 0; time < times; time += 1) {
      const { rates } = replicas[time % 2 === 0 ? 0 : 1];
      if ((await rates.take(LONG, key)).isAllowed) count += 1;
    }
    return count;
  }

  it('are one limit', async () => {
    expect(await allowed(30, 'ada')).to.equal(LONG.quota);
  });

  it('are one limit for requests that come at once', async () => {
    const asked = Array.from({ length: 100 }, (_, at) =>
      replicas[at % 2 === 0 ? 0 : 1].rates.take(LONG, 'bea'),
    );
    const standings = await Promise.all(asked);
    expect(standings.filter(({ isAllowed }) => isAllowed)).to.have.length(LONG.quota);
  });

  it('become one for each when Redis dies in the middle: wider, not open and not closed', async () => {
    expect(await allowed(LONG.quota, 'cai')).to.equal(LONG.quota);
    await redis.stop();
    for (const replica of replicas) await replica.shared(false);
    expect(await allowed(60, 'cai')).to.equal(2 * LONG.quota);
    for (const { told, rates } of replicas) {
      expect(told, 'told once').to.deep.equal([true, false]);
      await expectFault('redis_unreachable', rates.ping());
    }
  });

  it('lose no request while Redis dies under load', async () => {
    const asked = Array.from({ length: 400 }, (_, at) =>
      replicas[at % 2 === 0 ? 0 : 1].rates.take(LONG, `caller ${at}`),
    );
    const [standings] = await Promise.all([Promise.all(asked), redis.stop()]);
    expect(standings.every(({ isAllowed }) => isAllowed)).to.equal(true);
  });

  it('are shared again once Redis is back, without a restart', async () => {
    const port = Number(new URL(redis.url).port);
    await redis.stop();
    for (const replica of replicas) await replica.shared(false);
    redis = await startTestRedis({ port });
    for (const replica of replicas) await replica.shared(true);
    expect(await allowed(30, 'dan')).to.equal(LONG.quota);
  });

  it('do not wait for a Redis that hangs', async () => {
    redis.freeze();
    try {
      const standings = await Promise.all(
        Array.from({ length: 30 }, () => replicas[0].rates.take(LONG, 'eve')),
      );
      expect(standings.filter(({ isAllowed }) => isAllowed)).to.have.length(LONG.quota);
      await replicas[0].shared(false);
    } finally {
      redis.thaw();
    }
  });

  it('hold for a caller of the API whichever replica they ask', async () => {
    const apis: MemoryApi[] = [];
    try {
      for (const { rates } of replicas) apis.push(await startMemoryApi(systemClock, LIMITS, rates));
      const [one, other] = apis;
      if (one === undefined || other === undefined) throw new Error('two APIs were started');
      const tokens = [await one.token(), await other.token()];
      let refused = 0;
      for (let time = 0; time < 30; time += 1) {
        const api = time % 2 === 0 ? one : other;
        const headers = { authorization: `Bearer ${String(tokens[time % 2])}` };
        const { status } = await call(api, { path: '/v1/instances', as: null, headers });
        if (status === 429) refused += 1;
      }
      expect(refused).to.equal(10);
    } finally {
      for (const api of apis) await api.stop();
    }
  });
});
