import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MemoryApi } from '../api/support/memory-api.js';
import { startMemoryApi } from '../api/support/memory-api.js';
import type { Ran, Run } from './run.js';
import { clawdeploy } from './run.js';

const THINK = JSON.stringify({ agents: { defaults: { thinkingDefault: 'low' } } });

describe('clawdeploy config, restart, delete and restore', () => {
  let api: MemoryApi;
  let id: string;

  beforeEach(async () => {
    api = await startMemoryApi();
    ({ id } = api.fleet.addClaimed('ada'));
  });

  afterEach(async () => {
    await api?.stop();
  });

  const run = (args: readonly string[], options: Run = {}): Promise<Ran> =>
    clawdeploy(api, args, options);

  it('change settings by what is piped in, and say when that counts', async () => {
    const { code, out, err } = await run(['config', 'patch', id], { input: THINK });
    expect(code, err).to.equal(0);
    expect(out).to.match(/thinkingDefault +added, hot\n/);
    expect(out).to.include(`The gateway ${id} runs with it.`);
    expect(JSON.parse((await run(['config', 'show', id])).out)).to.deep.equal(JSON.parse(THINK));
    expect((await run(['config', 'changes', id])).out).to.match(/\n1 +\S+ +1 /);
  });

  it('change nothing when only asked, or when the revision is another one', async () => {
    const asked = await run(['config', 'patch', id, '--dry-run'], { input: THINK });
    expect(asked.out).to.include('Nothing was changed.');
    const file = join(api.dir, 'patch.json');
    await writeFile(file, THINK);
    const stale = await run(['config', 'patch', id, '--file', file, '--revision', '7']);
    expect(stale.code).to.equal(4);
    expect(JSON.parse((await run(['config', 'show', id])).out)).to.deep.equal({});
  });

  it('repeat nothing of what is no patch: it may be a key', async () => {
    const { code, err } = await run(['config', 'patch', id], { input: 'sk-ant-a-secret' });
    expect(code).to.equal(2);
    expect(err).to.not.include('sk-ant');
  });

  it('list what is the platform’s, with reasons', async () => {
    expect((await run(['config', 'owned', id])).out).to.match(/\ngateway +\S+/);
  });

  it('bring an instance back, and out of the trash', async () => {
    expect((await run(['restart', id])).out).to.include('is back: http');
    api.fleet.graceMs = 60_000;
    const removed = await run(['delete', id, '--yes', '--wait']);
    expect(removed.out).to.include(`clawdeploy restore ${id}`);
    expect((await run(['restore', id, '--no-wait'])).out).to.include('on its way back');
    expect((await run(['delete', id, '--yes', '--grace', '0'])).out).to.include('is closed');
    expect((await run(['restore', id])).code).to.equal(4);
  });
});
