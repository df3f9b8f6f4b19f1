import { expect } from 'chai';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MemoryApi } from '../api/support/memory-api.js';
import { startMemoryApi } from '../api/support/memory-api.js';
import { anAuditRecord } from '../api/support/memory-audit.js';
import type { Ran } from './run.js';
import { clawdeploy } from './run.js';

describe('clawdeploy audit', () => {
  let api: MemoryApi;

  beforeEach(async () => {
    api = await startMemoryApi();
    api.audit.records = [1, 2, 3].map((id) =>
      anAuditRecord({ id, actor: `product:${String(id)}` }),
    );
    api.audit.seal();
  });

  afterEach(async () => {
    await api?.stop();
  });

  const audit = (...args: string[]): Promise<Ran> =>
    clawdeploy(api, ['audit', ...args], { as: { role: 'operator' } });

  /** Changes what was sealed, as whoever owns the database could. */
  function forge(id: number): void {
    api.audit.sealed = api.audit.sealed.map((each) =>
      each.seal.recordId === id
        ? { ...each, record: anAuditRecord({ id, actor: 'forged' }) }
        : each,
    );
  }

  it('lists what was done, newest first, and what was asked for alone', async () => {
    const all = await audit('list', '--limit', '2');
    const one = JSON.parse((await audit('list', '--actor', 'product:1', '--json')).out) as {
      readonly items: readonly { readonly id: number }[];
    };

    expect(all.err).to.equal('');
    expect(all.out.match(/product:\d/g)).to.deep.equal(['product:3', 'product:2']);
    expect(one.items.map(({ id }) => id)).to.deep.equal([1]);
    expect((await audit('list', '--target', 'oc-bbbbbbbbbbbb')).out).to.include('nothing like it');
    expect((await audit('list', '--limit', '0')).code).to.equal(2);
  });

  it('verifies the chain, and prints an anchor that it can be held against', async () => {
    const first = await audit('verify');
    const anchor = /\n(\d+:[0-9a-f]{64})\n/.exec(first.out)?.[1] ?? '';

    expect(first.out).to.include('All 3 lines hold');
    expect(anchor).to.match(/^3:/);
    expect((await audit('verify', '--anchor', anchor)).code).to.equal(0);
    const cut = await audit('verify', '--anchor', anchor.replace('3:', '4:'), '--json');
    expect(cut.code).to.equal(1);
    expect(JSON.parse(cut.err).error.broken).to.deep.equal({ number: 4, flaw: 'missing' });
    const other = await audit('verify', '--anchor', `2:${anchor.slice(2)}`);
    expect(other.err).to.include('line 2 is not the one that the anchor names');
    expect((await audit('verify', '--anchor', 'x')).code).to.equal(2);
  });

  it('names the first line that was changed since it was sealed', async () => {
    forge(2);
    const { code, err } = await audit('verify');

    expect(code).to.equal(1);
    expect(err).to.include('The chain is broken: line 2 is not what was sealed.');
  });

  it('exports to a file of its own user alone, which verifies without the API', async () => {
    const file = join(api.dir, 'audit.ndjson');
    expect((await audit('export', '--file', file)).out).to.include('3 lines are in');
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect((await audit('export', '--file', file)).code).to.equal(2);
    forge(1);

    expect((await audit('verify', file)).out).to.include('All 3 lines hold');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"actor":"product:3"', '"actor":"product:4"'));
    expect((await audit('verify', file)).err).to.include('line 3 is not what was sealed');
    const [first = '', second = '', third = ''] = text.split('\n');
    await writeFile(file, `${first}\n${third}\n`);
    expect((await audit('verify', file)).err).to.include('line 2 is missing');
    await writeFile(file, `${first}\n${third.replace('"number":3', '"number":2')}\n`);
    expect((await audit('verify', file)).err).to.include('line 2 does not follow');
    await writeFile(file, `${second}\n${third}\n`);
    expect((await audit('verify', file)).err).to.include('line 1 is missing');
    expect((await audit('verify', file, '--after', '1')).out).to.include('All 2 lines hold');
    await writeFile(file, 'nonsense\n');
    expect((await audit('verify', file)).err).to.include('no line of an audit’s export');
    expect((await audit('verify', join(api.dir, 'absent'))).code).to.equal(2);
  });

  it('prints an export with one line and with none', async () => {
    const { out } = await audit('export', '--after', '2');
    expect(out.trimEnd().split('\n')).to.have.length(1);
    expect(JSON.parse(out)).to.include({ number: 3, actor: 'product:3' });
    expect((await audit('export', '--after', '3')).out).to.equal('');
    expect((await audit('verify', '--after', '3')).out).to.include('Nothing is sealed there.');
  });

  it('is for operators and auditors', async () => {
    for (const what of ['list', 'export', 'verify']) {
      const { code, err } = await clawdeploy(api, ['audit', what]);
      expect(code).to.equal(1);
      expect(err).to.include('audit:read');
    }
  });
});
