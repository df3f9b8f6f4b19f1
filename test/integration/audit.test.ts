import { expect } from 'chai';
import { RecordRefusals } from '../../src/commands/record-refusals.js';
import type { AuditEntry } from '../../src/domain/audit/audit-entry.js';
import type { Refusal } from '../../src/domain/audit/refusal-tally.js';
import type { AuditFilter, Store } from '../../src/ports/index.js';
import { plusMs } from '../../src/lib/clock.js';
import { NOON, aPoolKey } from '../support/builders.js';
import { claimsOn } from '../support/claim-command.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';

const CLOCK = { now: () => NOON };

describe('the audit on PostgreSQL', function () {
  this.timeout(120_000);

  let database: TestDatabase;
  let store: Store;

  before(async () => {
    database = await startTestDatabase();
  });

  after(async () => {
    await database?.stop();
  });

  beforeEach(async () => {
    store = await database.emptyStore();
  });

  const entry = (changes: Partial<AuditEntry> = {}): AuditEntry => ({
    ...{ at: NOON, actor: 'product:shop', action: 'instance.claim', target: 't', outcome: 'done' },
    ...{ requestId: 'req-1', from: '2001:db8::7', details: { name: 'x', n: 1, no: null } },
    ...changes,
  });

  const found = async (filter: AuditFilter, limit = 10): Promise<readonly number[]> =>
    (await store.audit.list(filter, { limit, cursor: null })).rows.map(({ record }) => record.id);

  it('shows a record as it was written', async () => {
    await store.audit.append(entry());
    const { rows, nextCursor } = await store.audit.list({}, { limit: 10, cursor: null });

    expect(rows).to.deep.equal([{ record: { id: 1, ...entry() }, seal: null }]);
    expect(nextCursor).to.equal(null);
  });

  it('is listed a page at a time, each record exactly once', async () => {
    for (let made = 0; made < 5; made += 1) await store.audit.append(entry());
    const ids: number[] = [];
    let cursor: string | null = null;
    do {
      const page = await store.audit.list({ actor: 'product:shop' }, { limit: 2, cursor });
      ids.push(...page.rows.map(({ record }) => record.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(ids).to.deep.equal([5, 4, 3, 2, 1]);
  });

  it('is filtered by each part', async () => {
    await store.audit.append(entry());
    await store.audit.append(entry({ actor: 'nobody', outcome: 'refused', requestId: null }));
    await store.audit.append(entry({ action: 'keys.change', target: 'other' }));
    await store.audit.append(entry({ at: plusMs(NOON, 1) }));

    expect(await found({ actor: 'nobody' })).to.deep.equal([2]);
    expect(await found({ outcome: 'refused' })).to.deep.equal([2]);
    expect(await found({ action: 'keys.change' })).to.deep.equal([3]);
    expect(await found({ target: 'other' })).to.deep.equal([3]);
    expect(await found({ since: plusMs(NOON, 1) })).to.deep.equal([4]);
    expect(await found({ until: plusMs(NOON, 1), actor: 'product:shop' })).to.deep.equal([3, 1]);
  });

  it('looks at a bounded number of records for a page, which leads on to the rest', async () => {
    await store.audit.append(entry({ actor: 'rare', target: 'rare' }));
    await database.query(
      `INSERT INTO audit (at, actor, action, target, outcome, details)
        SELECT now(), 'often', 'test.write', 't', 'done', '{}' FROM generate_series(1, 100000)`,
      [],
    );
    const page = { limit: 10, cursor: null };
    const first = await store.audit.list({ actor: 'rare' }, page);
    const second = await store.audit.list({ actor: 'rare' }, { ...page, cursor: first.nextCursor });

    expect(first).to.deep.equal({ rows: [], nextCursor: '2' });
    expect(second.rows.map(({ record }) => record.id)).to.deep.equal([1]);
    expect(second.nextCursor).to.equal(null);
    expect(await found({ target: 'rare' })).to.deep.equal([1]);
  });

  it('has the address that a claim came from', async () => {
    const bounds = { idleFloor: 0, idleCeiling: 0, membersMax: 1 };
    await store.pools.ensure(aPoolKey(), bounds, NOON);
    await claimsOn(store).claim('ada', 'key-1');
    const { rows } = await store.audit.list(
      { action: 'instance.claim' },
      { limit: 1, cursor: null },
    );
    expect(rows[0]?.record.from).to.equal('192.0.2.1');
  });

  describe('of refusals', () => {
    const refusal = (changes: Partial<Refusal> = {}): Refusal => ({
      ...{ actor: 'nobody', from: '192.0.2.7', action: 'claimInstance', target: null },
      ...{ code: 'unauthenticated', requestId: 'req-1' },
      ...changes,
    });

    const written = async (): Promise<readonly unknown[]> =>
      (await store.audit.list({ outcome: 'refused' }, { limit: 50, cursor: null })).rows.map(
        ({ record }) => record.details,
      );

    it('is written by the flush that follows, once', async () => {
      const refusals = new RecordRefusals(store, CLOCK);
      refusals.note(refusal());
      refusals.note(refusal());
      expect(await written()).to.deep.equal([]);
      await refusals.flush();
      await refusals.flush();
      expect(await written()).to.deep.equal([{ code: 'unauthenticated', count: 2 }]);
    });

    it('loses none while the database is away, and doubles none after it', async () => {
      let isAway = true;
      const flaky = {
        ...store,
        transaction: ((work) =>
          isAway
            ? Promise.reject(new Error('away'))
            : store.transaction(work)) as Store['transaction'],
      };
      const refusals = new RecordRefusals(flaky, CLOCK);
      refusals.note(refusal());
      expect(await refusals.flush().catch(String)).to.equal('Error: away');
      refusals.note(refusal({ code: 'forbidden' }));
      expect(await refusals.flush().catch(String)).to.equal('Error: away');
      isAway = false;
      await refusals.flush();
      await refusals.flush();
      expect(await written()).to.deep.equal([
        { code: 'forbidden', count: 1 },
        { code: 'unauthenticated', count: 1 },
      ]);
    });
  });
});
