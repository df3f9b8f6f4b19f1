import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { AxiosResponse } from 'axios';
import pg from 'pg';
import { z } from 'zod';
import type { InstanceShown, Product } from '../support/product.js';
import { fingerprintOf, startProduct } from '../support/product.js';
import type { StackInfo } from '../../tools/stack/stack-info.js';
import { waitFor } from '../support/wait-for.js';
import { askNomad } from '../support/stack-eyes.js';

const run = promisify(execFile);

/** The task's own secrets folder, in memory: the one place outside Vault where a key may be read. */
const ALLOWED = /\/secrets\/keys\.json$/;

/** How long the stream of events is listened to; what is past comes at once. */
const EVENTS_MS = 3_000;

const Failed = z.object({ stdout: z.string() });

/** A planted key is looked for everywhere the product keeps, logs or says anything. */
describe('a tenant’s key', function () {
  this.timeout(300_000);

  const canary = 'canary+key/that=must?not;leak-7f3a9c';
  const misplaced = 'misplaced+key/in=a?wrong;place-51d0e2';
  const rotated = 'rotated+key/of=some?tenant;new-88b1f0';
  const refused = 'refused-key+of/some=tenant?bad;c01d7e';
  const provided = 'provided+key/of=the?platform;old-2b7e44';
  const replaced = 'replaced+key/of=the?platform;new-9d30f1';
  const planted = [canary, misplaced, rotated, refused, provided, replaced];
  const forms = planted.flatMap((key) => [
    ...[key, encodeURIComponent(key), JSON.stringify(key).slice(1, -1)],
    ...inBase64(key),
  ]);
  const answers: string[] = [];
  let product: Product;
  let instance: InstanceShown;

  before(async () => {
    product = await startProduct({ pools: 's=1', extraEnv: { CLAWDEPLOY_LOG_LEVEL: 'debug' } });
    await product.idleMembers(1);
    instance = await product.claim('alice');
    const token = await product.token(instance.id);
    const set = await product.setKey(instance.id, 'stub', canary);
    expect(await product.chat(instance.id, token)).to.include(fingerprintOf(canary));

    const { api } = product;
    const rotations = `/v1/instances/${instance.id}/rotations`;
    const rotate = (value: string, query = '') =>
      api.post(
        `${rotations}${query}`,
        { keys: [{ name: 'stub', value }] },
        { headers: { prefer: 'wait=60' } },
      );
    const said = [
      set,
      await rotate(refused),
      await rotate(refused, '?verify=true'),
      await rotate(rotated),
      await api.post(rotations, { keys: [{ name: misplaced, value: 'x'.repeat(20) }] }),
      await api.post(rotations, { keys: { [misplaced]: misplaced } }),
      await api.patch(`/v1/instances/${instance.id}/keys`, {
        set: [{ name: 'a', [misplaced]: 1 }],
      }),
      await api.put(
        `/v1/instances/${instance.id}/keys/stub`,
        { value: provided, owner: 'platform' },
        { headers: { prefer: 'wait=60' } },
      ),
      ...(await campaigns(api)),
      await api.get(rotations),
      await api.put(`/v1/instances/${instance.id}/keys/stub`, { wrong: misplaced }),
      await api.put(`/v1/instances/${instance.id}/keys/${encodeURIComponent(misplaced)}`, {
        value: 'x'.repeat(20),
      }),
      await api.post('/v1/instances', { tenant: 'a', name: 'b', sizeClass: misplaced }),
      await api.post('/v1/instances', `{"name": "${misplaced}`, {
        headers: { 'content-type': 'application/json' },
      }),
      await api.get(`/v1/instances/${instance.id}`),
      await api.get(`/v1/instances/${instance.id}/keys`),
      await api.get('/v1/instances'),
      await api.get('/metrics'),
      await product.viaEdge(instance.id, '/', { token }),
    ];
    expect(said.slice(1, 4).map(({ status }) => status)).to.deep.equal([200, 422, 200]);
    answers.push(...said.map(({ headers, data }) => JSON.stringify([headers, data])));
  });

  after(async () => {
    await product?.stop();
  });

  /** One that halts and is aborted, one that is misspelt, and one that is done. */
  async function campaigns(api: Product['api']): Promise<readonly AxiosResponse[]> {
    const start = (value: string, keyName = 'stub') =>
      api.post<{ id: string }>('/v1/key-campaigns', { kind: 'replace', keyName, value });
    const halting = await start(refused);
    const path = `/v1/key-campaigns/${halting.data.id}`;
    const halted = await untilState(path, 'halted');
    const aborted = await api.patch(path, { state: 'aborted' });
    const wrong = await start('x'.repeat(20), misplaced);
    const last = await start(replaced);
    return [halting, halted, aborted, wrong, last, await untilState(lastPath(last), 'done')];
  }

  const lastPath = ({ data }: AxiosResponse<{ id: string }>) => `/v1/key-campaigns/${data.id}`;

  /** Settled: nothing of its value is in Vault any more. */
  async function untilState(path: string, state: string): Promise<AxiosResponse> {
    const look = () => product.api.get<{ state: string; valueDestroyedAt: string | null }>(path);
    const isThere = async (): Promise<boolean> => {
      const { data } = await look();
      return data.state === state && (state === 'halted' || data.valueDestroyedAt !== null);
    };
    await waitFor(isThere, { withinMs: 60_000, describe: `the campaign to be ${state}` });
    return look();
  }

  it('is in no answer of the API, the metrics or the edge', () => {
    expect(leaksIn(answers.join('\n'))).to.deep.equal([]);
  });

  it('is in no file of the stack but the task’s secrets: data, logs, configuration', async () => {
    const patterns = forms.flatMap((form) => ['-e', form]);
    const args = ['-rlaF', ...patterns, '--', product.info.layout.stateDir];
    const stdout = await run('grep', args, { maxBuffer: 2 ** 24 }).then(
      ({ stdout: paths }) => paths,
      // It fails when it finds nothing, and when a file goes away under it; what it had found counts.
      (failure: unknown) => Failed.parse(failure).stdout,
    );
    const found = stdout.split('\n').filter((line) => line !== '');
    expect(found.filter((path) => !ALLOWED.test(path))).to.deep.equal([]);
    expect(found.filter((path) => ALLOWED.test(path))).to.have.length(1);
  });

  it('is nowhere in the database', async () => {
    const url = (await readFile(product.info.secretFile('database.url'), 'utf8')).trim();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const { rows } = await client.query<{ table_name: string }>(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
      );
      expect(rows).to.not.have.length(0);
      for (const { table_name: table } of rows) {
        const { rows: all } = await client.query(`SELECT t::text AS row FROM "${table}" t`);
        expect(leaksIn(JSON.stringify(all)), table).to.deep.equal([]);
      }
    } finally {
      await client.end();
    }
  });

  it('is destroyed in Vault once another one is in use, and so is one that was refused', async () => {
    const root = (await readFile(product.info.secretFile('vault-root.token'), 'utf8')).trim();
    const base = `${product.info.urls.vault}/v1/kv`;
    const kept: string[] = [];
    for (let version = 1; version <= 12; version += 1) {
      const url = `${base}/data/instances/${instance.id}/keys?version=${String(version)}`;
      const reply = await fetch(url, { headers: { 'x-vault-token': root } });
      if (reply.status === 200) kept.push(await reply.text());
    }
    expect(kept).to.have.length(1);
    expect(kept[0]).to.include(replaced);
    for (const old of [canary, rotated, refused, provided]) expect(kept[0]).to.not.include(old);
    const campaigns = `${base}/metadata/campaigns?list=true`;
    const listed = await fetch(campaigns, { headers: { 'x-vault-token': root } });
    expect(listed.status, 'values of campaigns').to.equal(404);
  });

  it('can be in no core dump of a gateway or of ours', async () => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const seen: string[] = [];
    for (const pid of pids) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
      const isOurs =
        command.includes('build/dist/src/main.js') || /openclaw.*gateway/.test(command);
      if (!isOurs) continue;
      const limits = await readFile(`/proc/${pid}/limits`, 'latin1').catch(() => '');
      if (limits === '') continue;
      seen.push(command);
      expect(limits, command).to.match(/Max core file size +0 +0 /);
    }
    expect(seen.length).to.be.greaterThan(3);
  });

  it('is nowhere in Consul’s store or catalog, nor in Nomad’s events', async () => {
    const { info } = product;
    const consul = (await readFile(info.secretFile('consul-management.token'), 'utf8')).trim();
    for (const path of ['kv/?recurse=true', 'catalog/services', 'health/service/openclaw']) {
      const url = `${info.urls.consul}/v1/${path}`;
      const reply = await fetch(url, { headers: { 'x-consul-token': consul } });
      expect(leaksIn(await reply.text()), path).to.deep.equal([]);
    }
    const events = await eventsOf(info);
    expect(events).to.include(instance.id);
    expect(leaksIn(events)).to.deep.equal([]);
  });

  it('is nowhere in Nomad: jobs, variables, allocations, evaluations', async () => {
    const { info } = product;
    for (const path of [
      `/v1/job/${instance.id}`,
      `/v1/job/${instance.id}/submission?version=0`,
      `/v1/var/nomad/jobs/${instance.id}`,
      `/v1/job/${instance.id}/allocations`,
      `/v1/job/${instance.id}/evaluations`,
    ]) {
      const said = JSON.stringify(await askNomad(info, path).catch(String));
      expect(leaksIn(said), path).to.deep.equal([]);
    }
  });

  it('is in no process’s environment or command line', async () => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    for (const pid of pids) {
      for (const file of ['environ', 'cmdline']) {
        const text = await readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '');
        expect(leaksIn(text), `${file} of ${pid}`).to.deep.equal([]);
      }
    }
  });

  function leaksIn(text: string): string[] {
    return forms.filter((form) => text.includes(form));
  }
});

/**
 * How the key looks inside a longer text that was encoded as a whole: three ways, by where in a group
 * of three bytes it begins. What depends on its neighbours at both ends is left out.
 */
function inBase64(key: string): readonly string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), Buffer.from(key)]).toString('base64');
    const end = text.replaceAll('=', '').length - (text.endsWith('=') ? 1 : 0);
    return text.slice(before === 0 ? 0 : 4, end);
  });
}

/** What Nomad tells of everything since it started, as far as it still has it. */
async function eventsOf(info: StackInfo): Promise<string> {
  const token = (await readFile(info.secretFile('nomad-management.token'), 'utf8')).trim();
  const reply = await fetch(`${info.urls.nomad}/v1/event/stream?index=1&namespace=*`, {
    headers: { 'x-nomad-token': token },
    signal: AbortSignal.timeout(EVENTS_MS),
  });
  let told = '';
  try {
    for await (const piece of reply.body ?? []) told += Buffer.from(piece).toString('utf8');
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
  }
  return told;
}
