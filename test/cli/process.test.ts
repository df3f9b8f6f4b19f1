import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { freePort } from '../support/free-port.js';
import { makeTempDir, removeTempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';
import { API_TOKEN, FakeApi, GATEWAY_TOKEN } from './fake-api.js';
import type { CommandCall, CommandEnd } from './run-command.js';
import { runCommand } from './run-command.js';

const ID = 'oc-abcdefghjkmn';
const KEY = 'sk-a-key-that-nobody-may-see-0123456789';

describe('the command as a process', function () {
  // Each call starts Node and compiles the source anew.
  this.timeout(90_000);

  let dir: string;
  let api: FakeApi;
  let apiUrl: string;

  before(async () => {
    dir = await makeTempDir();
    await writeFile(join(dir, 'api.token'), `${API_TOKEN}\n`, { mode: 0o600 });
  });

  beforeEach(async () => {
    api = new FakeApi();
    apiUrl = await api.start();
  });

  afterEach(() => api?.stop());

  after(async () => {
    await removeTempDir(dir);
  });

  function call(args: readonly string[], more: Partial<CommandCall> = {}): Promise<CommandEnd> {
    const env = { CLAWDEPLOY_API_URL: apiUrl, CLAWDEPLOY_TOKEN_FILE: join(dir, 'api.token') };
    return runCommand({ args, cwd: dir, env, ...more });
  }

  it('claims, sets the piped key, waits until it is live, and prints none of it', async () => {
    const args = ['claim', '--tenant', 'bea', '--name', 'bot', '--provider', 'stub', '--json'];
    const { code, stdout, stderr } = await call(args, { input: `${KEY}\n` });
    expect(code, stderr).to.equal(0);
    const { instance, times } = JSON.parse(stdout);
    expect(instance).to.include({ tenant: 'bea', name: 'bot', state: 'ready' });
    expect(instance.keys).to.have.length(1);
    expect(instance.keys[0]).to.include({ name: 'stub', state: 'live' });
    expect(times).to.have.all.keys('claimMs', 'readyMs', 'keyLiveMs');
    const put = api.seen.find(({ line }) => line.startsWith('PUT'));
    expect(put).to.deep.include({ prefer: 'wait=60', body: { value: KEY } });
    expect(stdout + stderr).to.not.include(KEY);
    expect(stdout + stderr).to.not.include(GATEWAY_TOKEN);
  });

  it('refuses a key in an argument, with the reason, and calls nothing', async () => {
    const { code, stdout, stderr } = await call(['keys', 'set', ID, 'stub', KEY]);
    expect(code).to.equal(2);
    expect(stderr)
      .to.match(/history/)
      .and.match(/prompt|pipe/);
    expect(stdout + stderr).to.not.include(KEY);
    expect(api.seen).to.deep.equal([]);
  });

  it('keeps to JSON when arguments are refused, and still blots out what may be a key', async () => {
    const { code, stdout, stderr } = await call(['keys', 'set', ID, '--value', '--json']);
    expect(code).to.equal(2);
    expect(stdout).to.equal('');
    expect(JSON.parse(stderr).error).to.include({ exitCode: 2 });
    const masked = await call(['--json', 'keys', 'set', ID, 'stub', `--value=${KEY}`]);
    expect(JSON.parse(masked.stderr).error.sentence).to.include('--value=…');
    expect(masked.stderr).to.not.include(KEY);
  });

  it('ends with the documented code for each kind of refusal', async () => {
    const refusals = [
      [404, 'instance_unknown', 3],
      [409, 'name_taken', 4],
      [429, 'pool_empty', 5],
      [503, 'vault_sealed', 6],
      [422, 'key_malformed', 2],
      [500, 'internal', 1],
    ] as const;
    for (const [status, code, exitCode] of refusals) {
      api.forced = { status, code, detail: 'The reason why.' };
      const end = await call(['show', ID]);
      expect(end.code, code).to.equal(exitCode);
      expect(end.stderr).to.equal(`The reason why. (${code}, request req-42)\n`);
    }
  });

  it('says when to try again, and what of a request was wrong', async () => {
    api.forced = { status: 429, code: 'pool_empty', detail: 'The pool is empty.', retryAfter: 7 };
    const empty = await call(['claim', '--tenant', 'bea']);
    expect(empty.stderr).to.include('The pool is empty. Try again in 7 s.');
    const errors = [{ pointer: '/name', detail: 'use lower-case letters' }];
    api.forced = { status: 400, code: 'request_invalid', detail: 'See errors.', errors };
    const wrong = await call(['claim', '--tenant', 'bea', '--name', 'Bot', '--json']);
    expect(wrong.code).to.equal(2);
    const { error } = JSON.parse(wrong.stderr);
    expect(error.sentence).to.include('/name use lower-case letters');
    expect(error).to.include({ code: 'request_invalid', status: 400, requestId: 'req-42' });
  });

  it('ends with 6 when nothing listens', async () => {
    const env = {
      CLAWDEPLOY_API_URL: `http://127.0.0.1:${await freePort()}`,
      CLAWDEPLOY_TOKEN_FILE: join(dir, 'api.token'),
    };
    const { code, stderr } = await call(['list'], { env });
    expect(code).to.equal(6);
    expect(stderr).to.include('does not answer');
  });

  it('ends with 130 at Ctrl-C and says what it has claimed by then', async () => {
    api.looksUntilReady = Number.POSITIVE_INFINITY;
    const { code, stderr } = await call(['claim', '--tenant', 'bea'], {
      onStart: (interrupt) => {
        const isClaimed = (): boolean => api.seen.some(({ line }) => line.startsWith('GET'));
        void waitFor(isClaimed, { withinMs: 60_000, describe: 'the claim' }).then(
          interrupt,
          interrupt,
        );
      },
    });
    expect(code).to.equal(130);
    expect(stderr).to.match(/Interrupted\. oc-fake00000001 is claimed/);
  });

  it('finds cli.json from a folder below, follows pages, and prints the API’s own shapes', async () => {
    const below = join(dir, 'repository', 'deep', 'down');
    const stateDir = join(dir, 'repository', '.clawdeploy');
    await mkdir(below, { recursive: true });
    await mkdir(stateDir);
    const tokenFile = join(dir, 'api.token');
    const cli = { apiUrl, tokenFile, edgeUrl: apiUrl, baseDomain: 'claws.localhost' };
    await writeFile(join(stateDir, 'cli.json'), JSON.stringify(cli));
    api.addReady(ID);
    api.addReady('oc-222222222222', 'bea');
    const found = { cwd: below, env: {} };
    const list = JSON.parse((await call(['list', '--json'], found)).stdout);
    expect(list.items).to.have.length(2);
    expect(list.items[1]).to.include({ id: 'oc-222222222222', tenant: 'bea' });
    const pools = JSON.parse((await call(['pool', '--json'], found)).stdout);
    expect(pools.items[0]).to.include({ sizeClass: 's', idleTarget: 2, hold: null });
  });

  it('shows the gateway’s token for access and open alone, there behind the #', async () => {
    api.addReady(ID);
    const shown = await call(['show', ID, '--json']);
    expect(JSON.parse(shown.stdout)).to.include({ id: ID, state: 'ready' });
    expect(shown.stdout).to.not.include(GATEWAY_TOKEN);
    const access = JSON.parse((await call(['access', ID, '--json'])).stdout);
    const url = `http://${ID}.claws.localhost:8088/`;
    expect(access).to.deep.equal({ url, token: GATEWAY_TOKEN });
    const opened = await call(['open', ID]);
    expect(opened.stdout).to.equal(`${url}#token=${encodeURIComponent(GATEWAY_TOKEN)}\n`);
  });

  it('deletes keys and instances, but no instance unasked', async () => {
    api.addReady(ID);
    api.addKey(ID, 'telegram/bot');
    expect((await call(['keys', 'delete', ID, 'telegram/bot'])).code).to.equal(0);
    expect(api.seen.at(-1)?.line).to.equal(`DELETE /v1/instances/${ID}/keys/telegram%2Fbot`);
    expect((await call(['delete', ID])).code).to.equal(2);
    expect(api.seen).to.have.length(1);
    const { code, stdout } = await call(['delete', ID, '--yes', '--json']);
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.include({ id: ID, state: 'deleting' });
  });
});
