import { expect } from 'chai';
import type { SendOutcome } from './plan-retry.js';
import { FAILING_LIMIT_MS, RETRY_DELAYS_MS, planRetry } from './plan-retry.js';

const HOUR_MS = 3_600_000;

const answered = (status: number, retryAfterMs: number | null = null): SendOutcome => {
  return { kind: 'answered', status, retryAfterMs };
};
const first = { attempts: 1, failingForMs: 0 };

describe('what follows from an attempt at a webhook', () => {
  it('is nothing more when the answer is any 2xx', () => {
    for (const status of [200, 202, 204, 299]) {
      expect(planRetry(answered(status), first), String(status)).to.deep.equal({
        kind: 'delivered',
      });
    }
  });

  it('is another attempt after everything else, a redirect included', () => {
    for (const status of [100, 301, 302, 307, 400, 401, 404, 409, 429, 500, 503]) {
      expect(planRetry(answered(status), first).kind, String(status)).to.equal('retry');
    }
    for (const reason of ['timeout', 'unreachable', 'tls_refused', 'cut_off'] as const) {
      expect(planRetry({ kind: 'failed', reason }, first).kind, reason).to.equal('retry');
    }
  });

  it('comes later each time, and ends after about a day', () => {
    const pauses = RETRY_DELAYS_MS.map((_, index) => {
      const after = planRetry(answered(500), { attempts: index + 1, failingForMs: 0 });
      return after.kind === 'retry' ? after.afterMs : expect.fail(after.kind);
    });
    expect([...pauses].sort((a, b) => a - b)).to.deep.equal(pauses);
    const sum = pauses.reduce((all, one) => all + one, 0);
    expect(sum / HOUR_MS).to.be.within(20, 28);
    const last = { attempts: RETRY_DELAYS_MS.length + 1, failingForMs: 0 };
    expect(planRetry(answered(500), last)).to.deep.equal({ kind: 'give_up' });
  });

  it('waits as long as the receiver asks for, but never for days', () => {
    const asked = planRetry(answered(429, 60_000), first);
    expect(asked).to.deep.equal({ kind: 'retry', afterMs: 60_000 });
    const greedy = planRetry(answered(503, 100 * HOUR_MS), first);
    expect(greedy).to.deep.equal({ kind: 'retry', afterMs: HOUR_MS });
  });

  it('is the end of the webhook when it says that it is gone', () => {
    expect(planRetry(answered(410), first)).to.deep.equal({ kind: 'disable', reason: 'gone' });
  });

  it('is the end of the webhook when it took nothing for days, but not on a delivery’s first try', () => {
    const attempts = RETRY_DELAYS_MS.length + 1;
    const after = planRetry(answered(500), { attempts, failingForMs: FAILING_LIMIT_MS });
    expect(after).to.deep.equal({ kind: 'disable', reason: 'failing' });
    const early = planRetry(answered(500), { attempts: 1, failingForMs: FAILING_LIMIT_MS });
    expect(early.kind).to.equal('retry');
  });
});
