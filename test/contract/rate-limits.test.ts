import { expect } from 'chai';
import { RedisRateLimits } from '../../src/clients/redis/redis-rate-limits.js';
import type { RateLimit } from '../../src/domain/rate-limit.js';
import { plusMs } from '../../src/lib/clock.js';
import type { RateLimits } from '../../src/ports/index.js';
import { NOON } from '../support/builders.js';
import { FakeRateLimits } from '../support/fakes/fake-rate-limits.js';
import type { TestRedis } from '../support/test-redis.js';
import { startTestRedis } from '../support/test-redis.js';
import { waitFor } from '../support/wait-for.js';

const LIMIT: RateLimit = { name: 'caller', quota: 3, windowS: 1 };
const OTHER: RateLimit = { name: 'address', quota: 1, windowS: 1 };

interface Subject {
  readonly rates: RateLimits;
  /** Lets the window that a key began be over. */
  readonly windowOver: (limit: RateLimit, key: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const SUBJECTS: Readonly<Record<string, () => Promise<Subject>>> = {
  'the fake': async () => {
    let now = NOON;
    const rates = new FakeRateLimits({ now: () => now });
    const windowOver = async ({ windowS }: RateLimit): Promise<void> => {
      now = plusMs(now, windowS * 1_000);
    };
    return { rates, windowOver, stop: async () => undefined };
  },
  'in Redis': async () => {
    const redis = await startTestRedis();
    const rates = await counting(redis);
    const stop = async (): Promise<void> => {
      rates.stop();
      await redis.stop();
    };
    return { rates, windowOver: (limit, key) => over(rates, limit, key), stop };
  },
  'in memory, without a Redis': async () => {
    const rates = new RedisRateLimits({ redisUrl: null, onShared: () => undefined });
    return {
      rates,
      windowOver: (limit, key) => over(rates, limit, key),
      stop: async () => rates.stop(),
    };
  },
};

async function counting(redis: TestRedis): Promise<RedisRateLimits> {
  let isShared = false;
  const onShared = (shared: boolean): void => void (isShared = shared);
  const rates = new RedisRateLimits({ redisUrl: redis.url, onShared });
  await waitFor(async () => isShared, { withinMs: 20_000, describe: 'the connection to Redis' });
  return rates;
}

/** Real windows end by themselves: one request after another is counted until one begins a new one. */
async function over(rates: RateLimits, limit: RateLimit, key: string): Promise<void> {
  const isNew = async (): Promise<boolean> => (await rates.take(limit, key)).isAllowed;
  await waitFor(isNew, { withinMs: 10_000, describe: 'a new window', everyMs: 20 });
}

for (const [name, start] of Object.entries(SUBJECTS)) {
  describe(`rate limits, ${name}`, function () {
    this.timeout(60_000);
    let subject: Subject;

    before(async () => {
      subject = await start();
    });

    after(async () => {
      await subject?.stop();
    });

    it('allow the quota and nothing beyond, and tell what is left and for how long', async () => {
      const seen = [];
      for (let asked = 0; asked < 5; asked += 1) seen.push(await subject.rates.take(LIMIT, 'ada'));
      expect(seen.map(({ isAllowed }) => isAllowed)).to.deep.equal([
        true,
        true,
        true,
        false,
        false,
      ]);
      expect(seen.map(({ remaining }) => remaining)).to.deep.equal([2, 1, 0, 0, 0]);
      for (const { resetMs } of seen) expect(resetMs).to.be.within(1, 1_000);
    });

    it('count each key and each limit by itself', async () => {
      for (let asked = 0; asked < 4; asked += 1) await subject.rates.take(LIMIT, 'bea');
      expect((await subject.rates.take(LIMIT, 'cai')).isAllowed).to.equal(true);
      expect((await subject.rates.take(OTHER, 'bea')).isAllowed).to.equal(true);
    });

    it('give all of the quota again once the window is over', async () => {
      for (let asked = 0; asked < 4; asked += 1) await subject.rates.take(LIMIT, 'dan');
      await subject.windowOver(LIMIT, 'dan');
      expect((await subject.rates.take(LIMIT, 'dan')).isAllowed).to.equal(true);
    });
  });
}
