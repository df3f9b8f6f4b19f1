import { expect } from 'chai';
import { hasCandidates, packagesToUnpack } from '../../tools/setup/debian-packages.js';
import { driverFor } from '../../tools/setup/driver.js';
import { elapsed } from '../../tools/setup/elapsed.js';
import { Progress } from '../../tools/setup/progress.js';
import { readSetupOptions } from '../../tools/setup/setup-options.js';
import { jsonReport, printReport } from '../../tools/setup/setup-report.js';

const ROW = {
  tool: 'nomad',
  title: 'Nomad',
  version: '1.11.3',
  how: 'in the cache',
  place: '/home-of-someone/.cache/nomad',
} as const;
const GAP = {
  what: 'vault',
  sentence: 'Vault is missing.',
  tail: ['why'],
  log: 'vault.log',
} as const;
const REPORT = {
  rows: [ROW],
  gaps: [],
  build: 'unchanged',
  driver: 'exec',
  tookMs: 1_500,
} as const;

describe('the arguments of setup', () => {
  it('choose tools, offline and JSON', () => {
    const options = readSetupOptions(['--only', 'consul, nomad', '--offline', '--json']);
    expect([...(options.only ?? [])]).to.deep.equal(['nomad', 'consul']);
    expect(options).to.include({ isOffline: true, isJson: true, wantsHelp: false });
    expect(readSetupOptions([]).only).to.be.null;
  });

  it('are refused with a sentence that lists what there is', () => {
    expect(() => readSetupOptions(['--only', 'docker'])).to.throw(/does not know docker.*nomad/);
    expect(() => readSetupOptions(['--only', ','])).to.throw(/names nothing/);
    expect(() => readSetupOptions(['--fast'])).to.throw(/--fast.*--help/);
  });
});

describe('the report of setup', () => {
  it('is a table with places as shells write them', () => {
    const text = printReport(REPORT, '/home-of-someone');
    expect(text).to.match(/^Nomad +1\.11\.3 +in the cache +~\/\.cache\/nomad$/m);
    expect(text).to.include('Setup done in 1.5 s.');
  });

  it('says what is missing with what stands behind it', () => {
    const text = printReport({ ...REPORT, gaps: [GAP] }, '/nowhere');
    expect(text).to.include('MISSING  Vault is missing.\n    | why\n    whole output: vault.log');
    expect(text).to.include('with 1 missing');
  });

  it('says without root what root would add', () => {
    const text = printReport({ ...REPORT, driver: driverFor(false) }, '/');
    expect(text).to.match(/^Driver +raw_exec, since this is not root: .*your rights/m);
    expect(text).to.match(/nothing limits their memory.*as root they are isolated by exec/);
    expect(printReport({ ...REPORT, driver: driverFor(true) }, '/')).to.match(/^Driver +exec: /m);
  });

  it('is one JSON object for programs', () => {
    const json: unknown = JSON.parse(jsonReport({ ...REPORT, gaps: [GAP] }));
    expect(json).to.deep.include({ ok: false, driver: 'exec', seconds: 1.5 });
  });
});

describe('progress', () => {
  it('says on a screen that cannot be redrawn only what begins and what takes long', () => {
    const written: string[] = [];
    let nowMs = 0;
    const progress = new Progress({ write: (text) => written.push(text) }, () => nowMs);
    const task = progress.begin('Nomad', 'building (about 4 min)');
    task.line('17: net/http');
    progress.tick();
    nowMs = 31_000;
    progress.tick();
    progress.tick();
    task.end();
    expect(written).to.deep.equal([
      'Nomad: building (about 4 min)\n',
      'Nomad: still at it after 31 s: 17: net/http\n',
    ]);
  });

  it('redraws on a terminal, one line per task, no wider than the terminal', () => {
    const written: string[] = [];
    const screen = { isTTY: true, columns: 60, write: (text: string) => written.push(text) };
    const progress = new Progress(screen, () => 0);
    const task = progress.begin('Nomad', 'building');
    task.line(`\u001b[2K${'x'.repeat(200)}`);
    progress.tick();
    task.end();
    const [line = ''] = written.filter((text) => text.includes('Nomad'));
    expect(line.length).to.be.at.most(60);
    expect(line.replace('\n', '')).to.not.match(/\p{Cc}/u);
    expect(written.at(-1)).to.equal('\u001b[1A\u001b[0J');
  });

  it('says durations as people do', () => {
    expect([400, 12_000, 185_000].map(elapsed)).to.deep.equal(['0.4 s', '12 s', '3 min 05 s']);
  });
});

describe("Debian's packages", () => {
  it('are taken with what apt would install along with them, each once', () => {
    const said =
      'Reading package lists...\nInst liblzf1 (3.6-3 Debian)\nInst redis-tools (5:7.0)\n';
    expect(packagesToUnpack(['redis-server', 'redis-tools'], said)).to.deep.equal([
      'redis-server',
      'redis-tools',
      'liblzf1',
    ]);
  });

  it('are known only when apt has a candidate for each', () => {
    const known = 'redis-server:\n  Installed: (none)\n  Candidate: 5:7.0.15-1\n';
    expect(hasCandidates(known, ['redis-server'])).to.be.true;
    expect(hasCandidates(known, ['redis-server', 'redis-tools'])).to.be.false;
    expect(hasCandidates('redis-server:\n  Candidate: (none)\n', ['redis-server'])).to.be.false;
  });
});
