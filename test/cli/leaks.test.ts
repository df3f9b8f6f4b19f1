import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { filesHolding, formsOf, leaksIn } from '../support/leaks/forms.js';
import { makeTempDir, removeTempDir } from '../support/temp-dir.js';
import { API_TOKEN, FakeApi } from './fake-api.js';
import { COMMAND } from './run-command.js';
import { ShellSession } from './shell-session.js';

const ID = 'oc-abcdefghjkmn';
const TYPED = 'typed~~?key+at/the=prompt>>?of;33bb44';
const PIPED = 'piped~~?key+into/the=command>>?11aa22';

/** A key on its way through the command line, in a shell that keeps a history, with a home. */
describe('a key that a person sets by the command line', function () {
  // Each command starts Node and compiles the source anew.
  this.timeout(240_000);

  let dir: string;
  let home: string;
  let api: FakeApi;
  let shell: ShellSession;

  before(async function () {
    dir = await makeTempDir();
    home = await makeTempDir();
    if (spawnSync('script', ['--version']).status !== 0) this.skip();
    api = new FakeApi();
    api.addReady(ID);
    const tokenFile = join(dir, 'api.token');
    await writeFile(tokenFile, `${API_TOKEN}\n`, { mode: 0o600 });
    await writeFile(join(dir, 'key.txt'), `${PIPED}\n`, { mode: 0o600 });
    const connection = {
      CLAWDEPLOY_API_URL: await api.start(),
      CLAWDEPLOY_TOKEN_FILE: tokenFile,
    };
    const history = { HISTFILE: join(home, '.bash_history') };
    shell = new ShellSession({ HOME: home, ...history, ...connection });
    const set = `${COMMAND.join(' ')} keys set ${ID}`;
    shell.type(`${set} stub`);
    await shell.untilShown('is not shown');
    shell.type(TYPED);
    await shell.untilShown('uses the key stub now');
    shell.type(`${set} telegram/bot < ${join(dir, 'key.txt')}`);
    await shell.untilShown('uses the key telegram/bot now');
    await shell.leave();
  });

  after(async () => {
    await api?.stop();
    await removeTempDir(dir);
    await removeTempDir(home);
  });

  it('arrives', () => {
    const values = api.seen.filter(({ line }) => line.startsWith('PUT')).map(({ body }) => body);
    expect(values.map((body) => (body as { value: string }).value)).to.deep.equal([TYPED, PIPED]);
  });

  it('is not on the screen', () => {
    expect(leaksIn(shell.shown, [TYPED, PIPED].flatMap(formsOf))).to.deep.equal([]);
  });

  it('is in no file of the home: history, configuration, logs', async () => {
    const history = await readFile(join(home, '.bash_history'), 'utf8');
    expect(history, 'the command itself').to.include(`keys set ${ID} stub`);
    expect(await filesHolding(home, [TYPED, PIPED].flatMap(formsOf))).to.deep.equal([]);
  });
});
