import { expect } from 'chai';
import type { MemoryApi } from '../api/support/memory-api.js';
import { startMemoryApi } from '../api/support/memory-api.js';
import type { Ran } from './run.js';
import { clawdeploy } from './run.js';

const VALUE = 'a-new-key-for-the-stub-model';

describe('clawdeploy campaign', () => {
  let api: MemoryApi;

  beforeEach(async () => {
    api = await startMemoryApi();
  });

  afterEach(async () => {
    await api?.stop();
  });

  const campaign = (...args: string[]): Promise<Ran> =>
    clawdeploy(api, ['campaign', ...args], { as: { role: 'operator' }, input: `${VALUE}\n` });

  it('replaces a key, tells how far it is, and at the end who kept the old one', async () => {
    api.campaigns.becomes = 'done';
    const { code, out, err } = await campaign('replace', 'stub', '--budget', '5%');

    expect(code, err).to.equal(0);
    expect(err).to.include('Replacing the key stub: 2/2 gateways settled, 1 kept the old one');
    expect(out).to.match(/state +done\n/);
    expect(out).to.match(/oc-\S+ +reverted +key_refused\n/);
    expect(out + err).to.not.include(VALUE);
  });

  it('fails when it halts, and says how to go on', async () => {
    api.campaigns.becomes = 'halted';
    const { code, err } = await campaign('replace', 'stub');
    expect(code).to.equal(1);
    expect(err).to.match(/It halted: .*campaign show kc-\w+`, then resume or abort it/);

    const id = /kc-\w+/.exec(err)?.[0] ?? '';
    expect((await campaign('resume', id)).out).to.match(/state +running\n/);
    expect((await campaign('abort', id)).out).to.match(/state +aborted\n/);
    expect((await campaign('resume', id)).code).to.equal(4);
  });

  it('can be left to itself, paused, shown and listed', async () => {
    expect((await campaign('list')).out).to.equal('There was none yet.\n');
    const { id } = JSON.parse((await campaign('replace', 'stub', '--no-wait', '--json')).out);
    expect((await campaign('pause', id)).out).to.match(/state +paused\n/);
    expect((await campaign('show', id)).out).to.match(
      /gateways +2 total, 1 verified, 1 reverted\n/,
    );
    expect((await campaign('list')).out).to.match(/kc-\w+ +replace +stub +paused/);
    expect((await campaign('show', 'kc-nothing')).code).to.equal(3);
  });

  it('asks tenants for keys of their own without asking for a value', async () => {
    const { code, out } = await campaign('renew', 'openai');
    expect(code).to.equal(0);
    expect(out).to.include('renew the key openai');
    const repeated = ['renew', 'openai', '--idempotency-key', 'breach-7'];
    await campaign(...repeated);
    expect(api.campaigns.repeatedBy).to.equal('breach-7');
  });

  it('refuses a key on the command line, a share that is none, and who is no operator', async () => {
    const { code, err } = await campaign('replace', 'stub', VALUE);
    expect(code).to.equal(2);
    expect(err).to.include('pipe it in').and.not.include(VALUE);
    expect((await campaign('replace', 'stub', '--budget', 'much')).code).to.equal(2);
    const other = await clawdeploy(api, ['campaign', 'list']);
    expect(other.code).to.equal(1);
    expect(other.err).to.include('for operators and auditors only');
  });
});
