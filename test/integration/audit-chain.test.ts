import { createHash } from 'node:crypto';
import { expect } from 'chai';
import type { DataSource, QueryRunner } from 'typeorm';
import type { AuditEntry } from '../../src/domain/audit/audit-entry.js';
import type { ChainPoint } from '../../src/domain/audit/chain.js';
import type { ChainBreak } from '../../src/domain/audit/check-chain.js';
import { checkAfter, checkEnd, checkLine } from '../../src/domain/audit/check-chain.js';
import { exportLine } from '../../src/api/present-audit.js';
import { systemClock } from '../../src/lib/clock.js';
import type { AuditChainStore, Store } from '../../src/ports/index.js';
import { AuditChainer } from '../../src/queue/audit-chainer.js';
import { createDataSource } from '../../src/store/data-source.js';
import { NOON } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { quietLog } from '../support/quiet-log.js';
import { waitFor } from '../support/wait-for.js';

/** A line of an export as a reader of its documentation would take it. */
interface Line extends ChainPoint {
  readonly previous: string;
  readonly id: number;
  readonly actor: string;
}

const INSERT = `
  INSERT INTO audit (at, actor, action, target, outcome, details)
  VALUES (now(), $1, 'test.write', 't', 'done', '{"n": 1}')`;

const INSERT_AS = `
  INSERT INTO audit (id, at, actor, action, target, outcome, details) OVERRIDING SYSTEM VALUE
  VALUES ($1, now(), $2, 'test.write', 't', 'done', '{"n": 1}')`;

describe('the audit chain on PostgreSQL', function () {
  this.timeout(120_000);

  let database: TestDatabase;
  let store: Store;

  before(async () => {
    // A server of its own: sealing waits for every transaction that is open anywhere on it.
    database = await startTestDatabase({});
  });

  after(async () => {
    await database?.stop();
  });

  beforeEach(async () => {
    store = await database.emptyStore();
  });

  const entry = (actor: string): AuditEntry => ({
    ...{ at: NOON, actor, action: 'test.write', target: 't', outcome: 'done' },
    ...{ requestId: null, from: '192.0.2.1', details: { b: 1, a: 'é', c: null, d: true } },
  });

  const write = async (...actors: readonly string[]): Promise<void> => {
    for (const actor of actors) await store.audit.append(entry(actor));
  };

  const chainer = (chain: AuditChainStore = store.auditChain, holder = 'test'): AuditChainer =>
    new AuditChainer({
      ...{ clock: systemClock, log: quietLog, holder, onLag: () => undefined },
      store: { auditChain: chain, leases: store.leases },
      onSealed: () => undefined,
    });

  async function sealed(): Promise<void> {
    while (await chainer().pass());
  }

  async function exported(): Promise<readonly Line[]> {
    const found = await store.auditChain.listAfter(0, 100_000);
    return found.map((each) => JSON.parse(exportLine(each)) as Line);
  }

  async function checked(...anchors: readonly ChainPoint[]): Promise<ChainBreak | null> {
    let check = checkAfter(0, anchors);
    for (const line of await exported()) check = checkLine(check, { ...line }, anchors);
    return checkEnd(check, anchors).broken;
  }

  /** What no role of the product may do, but who owns the database can. */
  async function tamper(...statements: readonly string[]): Promise<void> {
    await database.query('ALTER TABLE audit DISABLE TRIGGER audit_append_only', []);
    await database.query('ALTER TABLE audit_seals DISABLE TRIGGER audit_seals_append_only', []);
    for (const statement of statements) await database.query(statement, []);
  }

  describe('seals', () => {
    it('every record once, in one chain that an independent reader can follow', async () => {
      await write('a', 'b', 'c');
      await sealed();
      await write('d');
      await sealed();

      const lines = await exported();
      expect(lines.map(({ actor }) => actor).join('')).to.equal('abcd');
      let previous = '0'.repeat(64);
      for (const [index, { hash, ...content }] of lines.entries()) {
        expect(content).to.include({ number: index + 1, previous });
        expect(createHash('sha256').update(textOf(content)).digest('hex')).to.equal(hash);
        previous = hash;
      }
      expect(await checked()).to.equal(null);
    });

    it('nothing ahead of a transaction that began earlier and is not over', async () => {
      await inOwnSession(async (slow) => {
        await slow.startTransaction();
        await slow.query(INSERT, ['slow']);
        await write('quick');
        await sealed();
        expect(await exported()).to.deep.equal([]);
        expect(await store.auditChain.waitingSince()).to.deep.equal(NOON);

        await slow.commitTransaction();
        await sealed();
        expect((await exported()).map(({ actor }) => actor)).to.deep.equal(['slow', 'quick']);
        expect(await store.auditChain.waitingSince()).to.equal(null);
      });
    });

    it('what got its number early and its transaction late, after what was sealed meanwhile', async () => {
      await write('before');
      await inOwnSession(async (late) => {
        await late.startTransaction();
        await late.query(`SELECT nextval(pg_get_serial_sequence('audit', 'id'))`);
        await write('meanwhile');
        await sealed();
        await late.query(INSERT_AS, [2, 'late']);
        await late.commitTransaction();
        await sealed();
      });
      const lines = await exported();
      expect(lines.map(({ actor }) => actor)).to.deep.equal(['before', 'meanwhile', 'late']);
      expect(lines.map(({ id }) => id)).to.deep.equal([1, 3, 2]);
      expect(await checked()).to.equal(null);
    });

    it('none of a transaction that came to nothing, and is not held up by it', async () => {
      await store
        .transaction(async (tx) => {
          await tx.audit.append(entry('undone'));
          throw new Error('undone');
        })
        .catch(() => undefined);
      await write('kept');
      await sealed();
      expect((await exported()).map(({ actor }) => actor)).to.deep.equal(['kept']);
    });

    it('every record of many writers once, while two chainers run', async () => {
      const writers = 8;
      const each = 60;
      let writing = writers;
      const write1 = async (writer: number): Promise<void> => {
        for (let turn = 0; turn < each; turn += 1) {
          // Transactions of many lengths, some with two records and some that come to nothing.
          await store
            .transaction(async (tx) => {
              await tx.audit.append(entry(`${String(writer)}.${String(turn)}`));
              for (let step = 0; step < (writer * turn) % 4; step += 1) await tx.pools.list();
              if (turn % 7 === 6) throw new Error('undone');
              if (turn % 5 === 4)
                await tx.audit.append(entry(`${String(writer)}.${String(turn)}+`));
            })
            .catch(() => undefined);
        }
        writing -= 1;
      };
      const unleased = { ...store.leases, grant: grantAll, release: () => Promise.resolve() };
      const chain = async (holder: string): Promise<void> => {
        const one = new AuditChainer({
          ...{ clock: systemClock, log: quietLog, holder, onLag: () => undefined },
          store: { auditChain: store.auditChain, leases: unleased },
          onSealed: () => undefined,
        });
        while (writing > 0) await one.pass();
      };
      await Promise.all([
        ...Array.from({ length: writers }, (_, writer) => write1(writer)),
        ...[chain('one'), chain('other')],
      ]);
      await sealed();

      const rows = (await database.query('SELECT id FROM audit ORDER BY id', [])) as {
        id: string;
      }[];
      const lines = await exported();
      expect(lines.map(({ id }) => id).sort((a, b) => a - b)).to.deep.equal(
        rows.map(({ id }) => Number(id)),
      );
      expect(rows.length).to.be.greaterThan(writers * each * 0.8);
      expect(await checked()).to.equal(null);
    });

    it('a batch at a time, and says that there is more', async () => {
      await database.query(
        `INSERT INTO audit (at, actor, action, target, outcome, details)
          SELECT now(), 'bulk', 'test.write', 't', 'done', '{}' FROM generate_series(1, 1200)`,
        [],
      );
      expect(await chainer().pass()).to.equal(true);
      expect(await exported()).to.have.length(500);
      await sealed();
      expect(await exported()).to.have.length(1_200);
      expect(await checked()).to.equal(null);
    });

    it('on after a restored dump, whose transactions are another server’s', async () => {
      await write('a', 'b', 'c');
      await sealed();
      await write('unsealed there');
      await tamper('UPDATE audit SET xact = xact + 4000000000');
      await write('new here');
      await sealed();
      await write('later here');
      await sealed();

      const actors = (await exported()).map(({ actor }) => actor);
      expect(actors).to.deep.equal(['a', 'b', 'c', 'unsealed there', 'new here', 'later here']);
      expect(await checked()).to.equal(null);
    });
  });

  describe('killed', () => {
    const STEPS = ['waitingSince', 'head', 'unsealed', 'append'] as const;
    for (const step of STEPS) {
      for (const moment of ['before', 'after'] as const) {
        it(`${moment} the step ${step} goes on as if nothing had been`, async () => {
          await write('a', 'b', 'c');
          const dying = dyingAt(store.auditChain, step, moment);
          const outcome = await chainer(dying, 'dying').pass().catch(String);
          expect(outcome).to.equal('Error: killed');

          await store.leases.release([{ name: 'audit-chain', holder: 'dying', fence: 1 }]);
          await write('d');
          await sealed();
          expect((await exported()).map(({ actor }) => actor).join('')).to.equal('abcd');
          expect(await checked()).to.equal(null);
        });
      }
    }

    it('with its connection in the middle of a batch leaves all of it or nothing', async () => {
      await database.query(
        `INSERT INTO audit (at, actor, action, target, outcome, details)
          SELECT now(), 'bulk', 'test.write', 't', 'done', '{}' FROM generate_series(1, 400)`,
        [],
      );
      const passing = chainer()
        .pass()
        .catch(() => null);
      await database.endConnections();
      await passing;
      // The pool gives out connections that were ended until it finds out about each.
      const seen = await waitFor(exported, { withinMs: 10_000, describe: 'the sealed records' });
      expect([0, 400]).to.include(seen.length);
      await store.leases.grant('audit-chain', 'test', 1);
      await sealed();
      expect(await exported()).to.have.length(400);
      expect(await checked()).to.equal(null);
    });
  });

  describe('shows', () => {
    beforeEach(async () => {
      await write('a', 'b', 'c', 'd', 'e');
      await sealed();
    });

    it('a record that was changed', async () => {
      await tamper(`UPDATE audit SET actor = 'somebody' WHERE actor = 'c'`);
      expect(await checked()).to.deep.equal({ number: 3, flaw: 'changed' });
    });

    it('one whose time, address or a single detail was changed', async () => {
      await tamper(`UPDATE audit SET at = at + interval '1 millisecond' WHERE actor = 'b'`);
      expect(await checked()).to.deep.equal({ number: 2, flaw: 'changed' });
      await tamper(`UPDATE audit SET at = at - interval '1 millisecond' WHERE actor = 'b'`);
      expect(await checked()).to.equal(null);
      await tamper(`UPDATE audit SET details = '{"b": {"n": [1]}}' WHERE actor = 'd'`);
      expect(await checked()).to.deep.equal({ number: 4, flaw: 'changed' });
      await tamper(`UPDATE audit SET from_address = NULL WHERE actor = 'a'`);
      expect(await checked()).to.deep.equal({ number: 1, flaw: 'changed' });
    });

    it('a record that was removed, with its seal or without', async () => {
      await tamper(`DELETE FROM audit WHERE actor = 'b'`);
      expect(await checked()).to.deep.equal({ number: 2, flaw: 'missing' });
      await tamper(`DELETE FROM audit WHERE actor = 'e'`);
      expect((await exported()).at(-1)).to.include({ number: 5, isMissing: true });
      await tamper(`DELETE FROM audit_seals WHERE number = 2`);
      expect(await checked()).to.deep.equal({ number: 2, flaw: 'missing' });
      await tamper(`UPDATE audit_seals SET number = number - 1 WHERE number > 2`);
      expect(await checked()).to.deep.equal({ number: 2, flaw: 'unlinked' });
    });

    it('that the newest are gone whose seals are not', async () => {
      await tamper(`DELETE FROM audit WHERE actor IN ('d', 'e')`);
      expect(await checked()).to.deep.equal({ number: 4, flaw: 'missing' });
    });

    it('a record that was put in between', async () => {
      await tamper(
        `UPDATE audit_seals SET number = number + 100 WHERE number > 2`,
        `UPDATE audit_seals SET number = number - 99 WHERE number > 100`,
        `INSERT INTO audit (at, actor, action, target, outcome, details)
          VALUES (now(), 'x', 'test.write', 't', 'done', '{}')`,
        `INSERT INTO audit_seals (number, audit_id, previous, hash, sealed_at)
          SELECT 3, max(audit.id), (SELECT hash FROM audit_seals WHERE number = 2), repeat('a', 64),
            now() FROM audit`,
      );
      expect(await checked()).to.deep.equal({ number: 3, flaw: 'changed' });
    });

    it('records that changed places', async () => {
      await tamper(
        `UPDATE audit_seals SET number = 100 WHERE number = 2`,
        `UPDATE audit_seals SET number = 2 WHERE number = 3`,
        `UPDATE audit_seals SET number = 3 WHERE number = 100`,
      );
      expect(await checked()).to.deep.equal({ number: 2, flaw: 'unlinked' });
    });

    it('a chain that was cut short or made anew, to whoever has an anchor', async () => {
      const anchor = await store.auditChain.head();
      if (anchor === null) throw new Error('nothing is sealed');
      await tamper(
        `DELETE FROM audit WHERE actor = 'e'`,
        `DELETE FROM audit_seals WHERE number = 5`,
      );
      expect(await checked()).to.equal(null);
      expect(await checked(anchor)).to.deep.equal({ number: 5, flaw: 'missing' });

      await tamper(`UPDATE audit SET actor = 'x' WHERE actor = 'b'`, `TRUNCATE audit_seals`);
      await write('e');
      await sealed();
      expect(await checked()).to.equal(null);
      expect(await checked(anchor)).to.deep.equal({ number: 5, flaw: 'rewritten' });
    });
  });

  it('keeps seals from being changed or removed', async () => {
    await write('a');
    await sealed();
    for (const statement of [
      `UPDATE audit_seals SET hash = 'x'`,
      'DELETE FROM audit_seals',
      'TRUNCATE audit_seals',
    ]) {
      const outcome = await database.query(statement, []).catch(String);
      expect(outcome).to.include('audit rows are only ever added');
    }
  });

  async function inOwnSession(work: (runner: QueryRunner) => Promise<void>): Promise<void> {
    const options = { url: database.url(), connectionsMax: 2, applicationName: 'test-session' };
    const session: DataSource = createDataSource(options);
    await session.initialize();
    const runner = session.createQueryRunner();
    try {
      await work(runner);
    } finally {
      await runner.release();
      await session.destroy();
    }
  }
});

const grantAll: Store['leases']['grant'] = (name, holder) =>
  Promise.resolve({ name, holder, fence: 1 });

/** The chain as a process sees it that is killed around one step. */
function dyingAt(
  chain: AuditChainStore,
  step: keyof AuditChainStore,
  moment: 'before' | 'after',
): AuditChainStore {
  return new Proxy(chain, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...given: unknown[]) => Promise<unknown>;
      return async (...given: unknown[]) => {
        if (name === step && moment === 'before') throw new Error('killed');
        const result = await Reflect.apply(method, target, given);
        if (name === step) throw new Error('killed');
        return result;
      };
    },
  });
}

/** RFC 8785 once more, for what an export holds: written from its text and not from our code. */
function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  const members = names.map((name) => {
    return `${JSON.stringify(name)}:${textOf((value as Record<string, unknown>)[name])}`;
  });
  return `{${members.join(',')}}`;
}
