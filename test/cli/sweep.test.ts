import { expect } from 'chai';
import type { MemoryApi } from '../api/support/memory-api.js';
import { startMemoryApi } from '../api/support/memory-api.js';
import { aSweepReport } from '../api/support/memory-sweeps.js';
import type { Ran } from './run.js';
import { clawdeploy } from './run.js';

describe('clawdeploy sweep', () => {
  let api: MemoryApi;

  beforeEach(async () => {
    api = await startMemoryApi();
  });

  afterEach(async () => {
    await api?.stop();
  });

  const sweep = (...args: string[]): Promise<Ran> =>
    clawdeploy(api, ['sweep', ...args], { as: { role: 'operator' } });

  it('waits until it is done, and tells what was found and what became of it', async () => {
    const { code, out, err } = await sweep();

    expect(code, err).to.equal(0);
    expect(out).to.match(/seen +2 rows, 3 jobs, 2 variables, 2 secrets, 2 services/);
    expect(out).to.match(/oc-\S+ +job_of_deleted +clear_away +done\n/);
  });

  it('says in a dry run what would be done, and what waits for its grace', async () => {
    const { findings, acted } = api.sweeps.report;
    api.sweeps.report = aSweepReport({
      findings: findings.map((finding) => ({ ...finding, isRipe: false })),
      acted: acted.slice(1),
      waiting: 1,
    });
    const { out } = await sweep('--dry-run');
    const shown = JSON.parse((await sweep('--dry-run', '--json')).out);

    expect(out).to.match(/instance +difference +remedy +would be\n/);
    expect(out).to.match(/clear_away +waiting\n/);
    expect(out).to.match(/waiting +1, for the next sweeps/);
    expect(shown).to.include({ state: 'done', isDryRun: true });
    expect(shown.report).to.include({ isDryRun: true, waiting: 1 });
  });

  it('shows the last one without asking for another', async () => {
    expect((await sweep('--latest')).code).to.equal(3);
    await sweep();

    expect((await sweep('--latest')).out).to.include('job_of_deleted');
  });

  it('says so when all is well, and when nothing was done for good reason', async () => {
    api.sweeps.report = aSweepReport({ findings: [], acted: [] });
    expect((await sweep()).out).to.include('Everything is as the database says.');
    const suspicion = { kind: 'rows_without_jobs', found: 3, of: 4 } as const;
    api.sweeps.report = aSweepReport({ suspicion, acted: [] });

    expect((await sweep()).out).to.include('rows_without_jobs for 3 of 4.');
  });

  it('is for operators', async () => {
    const { code, err } = await clawdeploy(api, ['sweep']);

    expect(code).to.equal(1);
    expect(err).to.include('operators only');
  });
});
