import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { Fault } from '../../src/errors/index.js';
import { GATEWAY_TOKEN } from '../api/support/memory-fleet.js';
import type { MemoryApi } from '../api/support/memory-api.js';
import { startMemoryApi } from '../api/support/memory-api.js';
import { NOON, aPool, anInstanceId } from '../support/builders.js';
import { freePort } from '../support/free-port.js';
import { clawdeploy } from './run.js';

const KEY = 'a-key-that-must-not-be-shown';

describe('the command line', () => {
  let api: MemoryApi;

  beforeEach(async () => {
    api = await startMemoryApi();
  });

  afterEach(async () => {
    await api?.stop();
  });

  describe('claim', () => {
    it('waits until the gateway is ready and says how to get in, but not the token', async () => {
      api.fleet.addIdle();
      const { code, out, err } = await clawdeploy(api, ['claim', 'bea', '--name', 'bot']);
      expect(code, err).to.equal(0);
      expect(out)
        .to.match(/tenant +bea/)
        .and.match(/name +bot/)
        .and.match(/state +ready/);
      expect(out).to.match(/claimed in .* \(warm\), ready after/);
      expect(out).to.match(/clawdeploy access oc-[a-z2-7]{12}/);
      expect(out).to.not.include(GATEWAY_TOKEN);
      expect(err).to.include('waiting for');
    });

    it('is for whoever is logged in, unless the token says whose it is', async () => {
      api.fleet.addIdle(2);
      const operator = await clawdeploy(api, ['claim', '--json'], { as: { role: 'operator' } });
      expect(JSON.parse(operator.out).instance.tenant).to.equal('ada');
      const as = { role: 'tenant', tenant: 'zoe' };
      const tenant = await clawdeploy(api, ['claim', '--json'], { as });
      expect(JSON.parse(tenant.out).instance.tenant).to.equal('zoe');
    });

    it('with a provider asks for the key and ends when the gateway uses it', async () => {
      api.fleet.addIdle();
      const args = ['claim', '--provider', 'stub', '--json'];
      const { code, out, err } = await clawdeploy(api, args, { input: `${KEY}\n` });
      expect(code, err).to.equal(0);
      const { instance, times } = JSON.parse(out);
      expect(instance.keys[0]).to.include({ name: 'stub', state: 'live' });
      expect(times.keyLiveMs).to.be.greaterThan(0);
      expect(api.fleet.keyValues.get('stub')).to.equal(KEY);
      expect(out + err).to.not.include(KEY);
    });

    it('takes nothing from the pool when the provider or the key cannot be right', async () => {
      api.fleet.addIdle();
      for (const [provider, input] of [
        ['no-such-provider', KEY],
        ['anthropic', KEY],
        ['stub', ''],
      ] as const) {
        const { code, err } = await clawdeploy(api, ['claim', '--provider', provider], { input });
        expect(code, provider).to.equal(2);
        expect(err, provider).to.not.include(KEY);
      }
      const states = [...api.fleet.views.values()].map(({ instance }) => instance.state);
      expect(states).to.deep.equal(['idle']);
    });

    it('waits for a gateway that has to start, and says what it waits for', async () => {
      api.fleet.canStart = true;
      const { code, out, err } = await clawdeploy(api, ['claim', 'bea', '--region', 'default']);
      expect(code, err).to.equal(0);
      expect(out)
        .to.match(/state +ready/)
        .and.include('(cold)');
      expect(err).to.include('1/6 waiting for a gateway to start');
      expect((await clawdeploy(api, ['claim', '--region', 'mars'])).code).to.equal(2);
    });

    it('is refused to a suspended tenant until the suspension is lifted', async () => {
      api.fleet.addClaimed('bea');
      api.fleet.addIdle();
      expect((await clawdeploy(api, ['tenant', 'suspend', 'bea'])).code).to.equal(0);
      const claim = ['claim', 'bea', '--name', 'second'];
      const refused = await clawdeploy(api, claim);
      expect(refused.code).to.equal(1);
      expect(refused.err).to.include('suspended');
      const lifted = await clawdeploy(api, ['tenant', 'unsuspend', 'bea', '--json']);
      expect(JSON.parse(lifted.out)).to.deep.equal({ tenant: 'bea', suspendedAt: null });
      expect((await clawdeploy(api, claim)).code).to.equal(0);
      expect((await clawdeploy(api, ['tenant', 'suspend', 'nobody'])).code).to.equal(3);
    });

    it('tells an empty pool, a taken name and a wrong size class apart', async () => {
      expect((await clawdeploy(api, ['claim'])).code).to.equal(5);
      api.fleet.addIdle(2);
      await clawdeploy(api, ['claim']);
      expect((await clawdeploy(api, ['claim'])).code).to.equal(4);
      expect((await clawdeploy(api, ['claim', '--size', 'xxl'])).code).to.equal(2);
      expect((await clawdeploy(api, ['claim', 'ada', '--tenant', 'bea'])).code).to.equal(2);
    });
  });

  describe('keys', () => {
    it('come from a pipe, without its line end, and are shown nowhere', async () => {
      const { id } = api.fleet.addClaimed('ada');
      const set = await clawdeploy(api, ['keys', 'set', id, 'stub'], { input: `${KEY}\r\n` });
      expect(set.code, set.err).to.equal(0);
      expect(api.fleet.keyValues.get('stub')).to.equal(KEY);
      const list = await clawdeploy(api, ['keys', 'list', id]);
      expect(list.out).to.match(/stub +1 +live/);
      expect(set.out + set.err + list.out).to.not.include(KEY);
    });

    it('come from a prompt that shows nothing, where typing errors can be mended', async () => {
      const { id } = api.fleet.addClaimed('ada');
      const input = `oops\u0015${KEY}x\u007f\r`;
      const { code, err } = await clawdeploy(api, ['keys', 'set', id, 'stub'], {
        input,
        isTerminal: true,
      });
      expect(code, err).to.equal(0);
      expect(api.fleet.keyValues.get('stub')).to.equal(KEY);
      expect(err).to.include('not shown').and.not.include(KEY);
    });

    it('in an argument are refused, before anything is called, and not repeated', async () => {
      const { id } = api.fleet.addClaimed('ada');
      const { code, err } = await clawdeploy(api, ['keys', 'set', id, 'stub', KEY]);
      expect(code).to.equal(2);
      expect(err).to.include('history').and.not.include(KEY);
      const option = await clawdeploy(api, ['keys', 'set', id, 'stub', `--value=${KEY}`]);
      expect(option.code).to.equal(2);
      expect(option.err).to.not.include(KEY);
      expect(api.measured).to.deep.equal([]);
    });

    it('in the place of an id or a name are refused before a prompt, and neither shown nor sent', async () => {
      const { id } = api.fleet.addClaimed('ada');
      for (const line of [
        ...['set', 'rotate', 'delete'].map((verb) => ['keys', verb, id, KEY]),
        ...['set', 'rotate', 'delete'].map((verb) => ['keys', verb, KEY, 'stub']),
        ['keys', 'list', KEY],
        ['claim', '--provider', KEY],
        ['campaign', 'replace', KEY],
        ['campaign', 'renew', KEY],
      ]) {
        const { code, out, err } = await clawdeploy(api, line, { isTerminal: true });
        expect(code, line.join(' ')).to.equal(2);
        expect(out + err, line.join(' ')).to.not.include(KEY);
        expect(err, line.join(' ')).to.not.include('not shown');
      }
      expect(api.measured).to.deep.equal([]);
    });

    it('of a megabyte are refused without being sent', async () => {
      const { id } = api.fleet.addClaimed('ada');
      const input = 'x'.repeat(1 << 20);
      const { code, err } = await clawdeploy(api, ['keys', 'set', id, 'stub'], { input });
      expect(code).to.equal(2);
      expect(err).to.include('longer than any key');
      expect(api.measured).to.deep.equal([]);
    });

    it('are exchanged for new ones, with the proof or with what was wrong', async () => {
      const { id } = api.fleet.addClaimed('ada');
      const rotate = ['keys', 'rotate', id, 'stub'];
      const done = await clawdeploy(api, rotate, { input: KEY });
      expect(done.code, done.err).to.equal(0);
      expect(done.out).to.include('proven at').and.not.include(KEY);
      const again = await clawdeploy(api, [...rotate, '--idempotency-key', 'r-1'], { input: KEY });
      expect(again.code, again.err).to.equal(0);
      expect(api.rotations.repeatedBy).to.equal('r-1');
      api.rotations.failsWith = 'key_refused';
      const refused = await clawdeploy(api, rotate, { input: KEY });
      expect(refused.code).to.equal(1);
      expect(refused.err).to.include('The provider refused').and.include('old key is in use');
      const asked = await clawdeploy(api, [...rotate, '--verify'], { input: 'refused-by-them' });
      expect(asked.code).to.not.equal(0);
      expect(asked.err).to.include('The provider refused');
    });

    it('that the gateway does not take are a failure that says where to look', async () => {
      const { id } = api.fleet.addClaimed('ada');
      api.fleet.isStuck = true;
      const { code, err } = await clawdeploy(api, ['keys', 'set', id, 'stub'], { input: KEY });
      expect(code).to.equal(1);
      expect(err).to.include(`clawdeploy keys list ${id}`);
    });

    it('can be deleted, and an absent one is not found', async () => {
      const { id } = api.fleet.addClaimed('ada');
      await clawdeploy(api, ['keys', 'set', id, 'stub'], { input: KEY });
      expect((await clawdeploy(api, ['keys', 'delete', id, 'stub'])).code).to.equal(0);
      expect((await clawdeploy(api, ['keys', 'delete', id, 'stub'])).code).to.equal(3);
    });

    it('are not asked for again after Ctrl-C at the prompt', async () => {
      const { id } = api.fleet.addClaimed('ada');
      const run = { input: 'half a k\u0003', isTerminal: true };
      const { code, err } = await clawdeploy(api, ['keys', 'set', id, 'stub'], run);
      expect(code).to.equal(130);
      expect(err).to.include('Interrupted');
      expect(api.measured).to.deep.equal([]);
    });
  });

  describe('pool', () => {
    const as = { role: 'operator' };

    it('shows why nothing starts, who waits, and what the clock asks for', async () => {
      const override = { cron: '0 8 * * 1-5', timeZone: 'UTC', forMinutes: 90, idleFloor: 5 };
      api.fleet.pool = aPool({
        breakerOpenedAt: NOON,
        isBreakerFinal: true,
        overrides: [override],
      });
      const { out } = await clawdeploy(api, ['pool']);
      expect(out)
        .to.match(/waiting +hold\n/)
        .and.match(/ 0 +breaker_final\n/);
      expect(out).to.include('at least 5 for 90 min from "0 8 * * 1-5" UTC');
    });

    it('can be paused, resumed and resized', async () => {
      const { id } = api.fleet.pool;
      const paused = await clawdeploy(api, ['pool', 'pause', id], { as });
      expect(paused.out).to.match(/paused\n$/);
      api.fleet.pool = { ...api.fleet.pool, breakerOpenedAt: NOON };
      const resumed = await clawdeploy(api, ['pool', 'resume', id, '--json'], { as });
      expect(JSON.parse(resumed.out)).to.include({ id, hold: null });
      const resize = ['pool', 'resize', id, '--floor', '1', '--ceiling', '6', '--max', '12'];
      const { out } = await clawdeploy(api, resize, { as });
      expect(out).to.match(/ 1\.\.6 +12 /);
    });

    it('stays as it is when the wish is absurd, empty, malformed or somebody else’s', async () => {
      const { id } = api.fleet.pool;
      const before = api.fleet.pool;
      const absurd = await clawdeploy(api, ['pool', 'resize', id, '--max', '50000'], { as });
      expect(absurd.code).to.equal(2);
      expect(absurd.err).to.include('quota of 20');
      expect((await clawdeploy(api, ['pool', 'resize', id], { as })).code).to.equal(2);
      expect((await clawdeploy(api, ['pool', 'resize', id, '--max', '-1'], { as })).code).to.equal(
        2,
      );
      expect((await clawdeploy(api, ['pool', 'pause', 'none'], { as })).code).to.equal(3);
      expect((await clawdeploy(api, ['pool', 'pause', id])).code).to.equal(1);
      expect((await clawdeploy(api, ['pool', 'burst'], { as })).code).to.equal(2);
      expect(api.fleet.pool).to.equal(before);
    });
  });

  describe('delete', () => {
    it('asks a person, and no is the answer unless they say yes', async () => {
      const { id } = api.fleet.addClaimed('ada');
      const ask = (input: string): Promise<{ code: number }> =>
        clawdeploy(api, ['delete', id], { input, isTerminal: true });
      expect((await ask('\n')).code).to.equal(1);
      expect((await ask('nope\n')).code).to.equal(1);
      expect((await ask('y\n')).code).to.equal(0);
      expect(api.measured).to.deep.equal(['DELETE /v1/instances/:id 202']);
    });

    it('wants --yes where nobody can be asked', async () => {
      const { id } = api.fleet.addClaimed('ada');
      expect((await clawdeploy(api, ['delete', id])).code).to.equal(2);
      const { code, out } = await clawdeploy(api, ['delete', id, '--yes', '--wait']);
      expect(code).to.equal(0);
      expect(out).to.include(`${id} is gone`);
    });
  });

  it('lists instances and pools as tables and as JSON', async () => {
    const { id } = api.fleet.addClaimed('ada');
    api.fleet.addIdle(2);
    const list = await clawdeploy(api, ['list']);
    expect(list.out).to.match(new RegExp(`${id} +ada +default +ready`));
    const ready = await clawdeploy(api, ['--json', 'list', '--state', 'ready']);
    expect(JSON.parse(ready.out).items).to.have.length(1);
    expect((await clawdeploy(api, ['pool'])).out).to.match(/s-2026\S+ +2 +2\.\.2 +10 +0 +0 +2/);
    expect((await clawdeploy(api, ['list', '--tenant', 'nobody'])).out).to.include('no instances');
  });

  it('follows pages until it has everything once', async () => {
    api.fleet.addIdle(250);
    const { out } = await clawdeploy(api, ['list', '--json']);
    const { items } = JSON.parse(out) as { items: readonly { id: string }[] };
    expect(new Set(items.map(({ id }) => id)).size).to.equal(250);
    expect(items).to.have.length(250);
  });

  it('hands out URL and token, and a link that keeps the token from servers', async () => {
    const { id } = api.fleet.addClaimed('ada');
    const access = await clawdeploy(api, ['access', id]);
    expect(access.out).to.include(GATEWAY_TOKEN);
    const open = await clawdeploy(api, ['open', id]);
    expect(open.out).to.equal(`http://${id}.claws.localhost:8088/#token=${GATEWAY_TOKEN}\n`);
  });

  describe('exit codes', () => {
    it('say what kind of failure it was', async () => {
      expect((await clawdeploy(api, ['show', anInstanceId()])).code, 'not found').to.equal(3);
      const { id } = api.fleet.addClaimed('ada', { state: 'binding', bindingStep: 'claimed' });
      expect((await clawdeploy(api, ['access', id])).code, 'conflict').to.equal(4);
      api.fleet.trouble = new Fault('vault_sealed', 'Vault is sealed.');
      expect((await clawdeploy(api, ['pool'])).code, 'unavailable').to.equal(6);
      api.fleet.trouble = new Error('a bug');
      expect((await clawdeploy(api, ['pool'])).code, 'bug').to.equal(1);
      expect((await clawdeploy(api, ['no-such-command'])).code, 'usage').to.equal(2);
      expect((await clawdeploy(api, [])).code, 'no command').to.equal(2);
      expect((await clawdeploy(api, ['--help'])).code, 'help').to.equal(0);
    });

    it('tell an API that is not there from one that refuses', async () => {
      const apiUrl = `http://127.0.0.1:${String(await freePort())}`;
      const { code, err } = await clawdeploy(api, ['list'], { environment: { apiUrl } });
      expect(code).to.equal(6);
      expect(err).to.include(apiUrl);
      const wrong = await clawdeploy(api, ['list'], { as: { issuer: 'somebody-else' } });
      expect(wrong.code).to.equal(1);
    });

    it('come with a JSON object on stderr when JSON is asked for', async () => {
      const { code, out, err } = await clawdeploy(api, ['show', anInstanceId(), '--json']);
      expect(code).to.equal(3);
      expect(out).to.equal('');
      const { error } = JSON.parse(err);
      expect(error).to.include({ exitCode: 3, code: 'instance_unknown', status: 404 });
      expect(error.requestId).to.be.a('string');
    });

    it('is 130 after Ctrl-C, however far it was', async () => {
      const { id } = api.fleet.addClaimed('ada');
      const interrupt = new AbortController();
      interrupt.abort();
      const run = { signal: interrupt.signal };
      expect((await clawdeploy(api, ['show', id], run)).code).to.equal(130);
    });
  });

  describe('finds the installation', () => {
    const none = { apiUrl: undefined, tokenFile: undefined };

    it('by the cli.json that `make up` writes, from any folder below', async () => {
      const below = join(api.dir, 'a', 'b');
      await mkdir(below, { recursive: true });
      await mkdir(join(api.dir, '.clawdeploy'));
      const tokenFile = join(api.dir, 'cli.token');
      const cli = { apiUrl: api.url, tokenFile, edgeUrl: api.url, baseDomain: 'claws.localhost' };
      await writeFile(join(api.dir, '.clawdeploy', 'cli.json'), JSON.stringify(cli));
      const { code } = await clawdeploy(api, ['list'], { environment: { ...none, folder: below } });
      expect(code).to.equal(0);
    });

    it('or says in one sentence how to name one', async () => {
      const environment = { ...none, folder: api.dir };
      const { code, err } = await clawdeploy(api, ['list'], { environment });
      expect(code).to.equal(2);
      expect(err).to.include('make up').and.include('CLAWDEPLOY_API_URL');
    });
  });
});
