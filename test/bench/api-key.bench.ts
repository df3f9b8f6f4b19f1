import type { ApiKeyWish } from '../../src/commands/create-api-key.js';
import { CreateApiKey } from '../../src/commands/create-api-key.js';
import { VerifyApiKey } from '../../src/commands/verify-api-key.js';
import type { Caller } from '../../src/domain/principal.js';
import { SCOPES } from '../../src/domain/scopes.js';
import { monotonicMs, systemClock } from '../../src/lib/clock.js';
import { startTestDatabase } from '../support/database.js';
import type { Series } from './report.js';
import { percentile } from './support/percentile.js';

const CHECKS = 5_000;
const WARM_UP = 500;
const KEYS = 200;
const CALLER: Caller = {
  principal: { subject: 'bench', role: 'operator', tenantRef: null },
  from: null,
  requestId: 'bench',
};
const WISH: ApiKeyWish = {
  name: 'bench',
  role: 'product',
  tenantRef: null,
  scopes: null,
  expiresInDays: 1,
};

/** What the look at an API key adds to a request: nothing is cached, so each costs one look-up. */
export async function measure(
  _root: string,
  say: (line: string) => void,
): Promise<readonly Series[]> {
  const database = await startTestDatabase({ fsync: 'on' });
  try {
    const store = await database.emptyStore();
    const create = new CreateApiKey(store, systemClock);
    const texts: string[] = [];
    for (let made = 0; made < KEYS; made += 1) {
      texts.push(
        (
          await create.execute({
            ...{ caller: CALLER, granted: new Set(SCOPES), wish: WISH },
            idempotencyKey: null,
          })
        ).text,
      );
    }
    say(`${String(KEYS)} keys, ${String(CHECKS)} checks one after the other`);
    const verify = new VerifyApiKey(store, systemClock);
    const check = async (at: number): Promise<void> => {
      const identity = await verify.execute(texts[at % KEYS] ?? '');
      if (identity === null) throw new Error('a good key was refused');
    };
    const [checks, pings] = [await timed(check), await timed(() => store.ping())];
    const ping = `SELECT 1 in the same way: ${percentile(pings, 0.5).toFixed(2)} ms`;
    return [{ name: 'api-key', unit: 'ms', samples: checks, goalP50: 2, baseline: ping }];
  } finally {
    await database.stop();
  }
}

/** How long each takes, in milliseconds, once everything is warm. */
async function timed(work: (at: number) => Promise<void>): Promise<number[]> {
  const samples: number[] = [];
  for (let at = 0; at < WARM_UP + CHECKS; at += 1) {
    const startedMs = monotonicMs();
    await work(at);
    if (at >= WARM_UP) samples.push(monotonicMs() - startedMs);
  }
  return samples;
}
