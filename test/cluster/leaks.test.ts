import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { AxiosResponse } from 'axios';
import { z } from 'zod';
import { canonicalJson } from '../../src/lib/canonical-json.js';
import { digestOf } from '../../src/lib/digest.js';
import { formsOf, leaksIn } from '../support/leaks/forms.js';
import { misplaceAtApi, misplaceAtEdge } from '../support/leaks/misplacements.js';
import type { Said } from '../support/leaks/whereabouts.js';
import {
  saidByConsul,
  saidByDatabase,
  saidByNomad,
  saidByRedis,
  saidInMetrics,
} from '../support/leaks/whereabouts.js';
import { runOpenClaw } from '../support/openclaw-in-task.js';
import { oneProduct } from '../support/one-product.js';
import type { InstanceShown, Product } from '../support/product.js';
import { fingerprintOf } from '../support/product.js';
import { waitFor } from '../support/wait-for.js';

const run = promisify(execFile);

/** The task's own secrets folder, in memory: the one place outside Vault where a key may be read. */
const ALLOWED = /\/secrets\/keys\.json$/;

/** What is claimed, in the same words each time, so that the same idempotency key fits. */
const ALICES = { tenant: 'alice', name: 'default', sizeClass: 's' };

const Failed = z.object({ stdout: z.string() });

/** A planted key is looked for everywhere the product keeps, logs or says anything. */
describe('a tenant’s key', function () {
  this.timeout(400_000);

  // The base64 of each has a + and a /, which tells its two alphabets apart.
  const canary = 'canary~~?key+that/must=not>>?leak;7f3a9c';
  const rotated = 'rotated~~?key+of/some=tenant>>?new;88b1f0';
  const refused = 'refused-key~~?of+some/tenant>>?bad;c01d7e';
  const provided = 'provided~~?key+of/the=platform>>?old;2b7e44';
  const replaced = 'replaced~~?key+of/the=platform>>?new;9d30f1';
  const misplaced = 'misplaced~~?key+in/a=wrong>>?place;51d0e2';
  /** Of letters that ids and other tokens are made of, so that no form betrays it. */
  const plain = 'misplaced-Key_made-of.Letters-77aa10cc';
  const planted = [canary, rotated, refused, provided, replaced];
  const answers: string[] = [];
  const shared = oneProduct.forSuite();
  /** What signs webhooks: made by the API, kept in Vault, read by the worker. */
  const signing: string[] = [];
  let product: Product;
  let instance: InstanceShown;
  let token: string;
  let forms: readonly string[];

  before(async () => {
    product = await shared.take();
    await product.idleMembers(1);
    instance = await claimed();
    token = await product.token(instance.id);
    note(...(await webhooks()));
    forms = [...planted, misplaced, plain, token, ...signing].flatMap(formsOf);

    const set = await product.setKey(instance.id, 'stub', canary);
    expect(await product.chat(instance.id, token)).to.include(fingerprintOf(canary));
    note(set, ...(await rotations()), ...(await campaigns()));
    for (const secret of [misplaced, plain]) {
      note(...(await misplaceAtApi(product, instance.id, secret)));
      note(...(await misplaceAtEdge(product, instance.id, secret)));
    }
    const { api } = product;
    for (const path of ['', '/keys', '/rotations']) {
      note(await api.get(`/v1/instances/${instance.id}${path}`));
    }
    note(await api.get('/v1/instances'), await product.viaEdge(instance.id, '/', { token }));
  });

  after(async () => {
    await shared.giveBack();
  });

  function note(...said: readonly AxiosResponse[]): void {
    answers.push(...said.map(({ headers, data }) => JSON.stringify([headers, data])));
  }

  /** Claimed with a key where ids belong, and once more, so that it is looked up again. */
  async function claimed(): Promise<InstanceShown> {
    const headers = { prefer: 'wait=60', 'idempotency-key': plain, 'x-request-id': plain };
    const claim = () => product.api.post<InstanceShown>('/v1/instances', ALICES, { headers });
    const first = await claim();
    const again = await claim();
    expect([first.data.state, again.data.id]).to.deep.equal(['ready', first.data.id]);
    note(first, again);
    return again.data;
  }

  async function rotations(): Promise<readonly AxiosResponse[]> {
    const path = `/v1/instances/${instance.id}/rotations`;
    const rotate = (value: string, query = '', more = {}) => {
      const keys = [{ name: 'stub', value }];
      const headers = { prefer: 'wait=60', ...more };
      return product.api.post(`${path}${query}`, { keys }, { headers });
    };
    const once = { 'idempotency-key': 'a-rotation-of-alices' };
    const said = [
      await rotate(refused),
      await rotate(refused, '?verify=true'),
      await rotate(rotated, '', once),
      await rotate(rotated, '', once),
      await rotate(refused, '', once),
    ];
    expect(said.map(({ status }) => status)).to.deep.equal([200, 422, 200, 200, 409]);
    return said;
  }

  /** One whose secret was renewed and has signed; what the two answers that show it say is left out. */
  async function webhooks(): Promise<readonly AxiosResponse[]> {
    const { api } = product;
    // Nobody listens there.
    const made = await api.post<{ id: string; secret: string }>('/v1/webhooks', {
      url: 'http://127.0.0.1:9/hook',
    });
    const path = `/v1/webhooks/${made.data.id}`;
    const renewed = await api.post<{ secret: string }>(`${path}/secret`, { overlapSeconds: 600 });
    expect([made.status, renewed.status]).to.deep.equal([201, 200]);
    signing.push(made.data.secret, renewed.data.secret);
    const tested = await api.post(`${path}/test`);
    const look = () => api.get<{ items: { lastFailure: string | null }[] }>(`${path}/deliveries`);
    const isTried = async (): Promise<boolean> =>
      (await look()).data.items.some(({ lastFailure }) => lastFailure !== null);
    await waitFor(isTried, { withinMs: 30_000, describe: 'a signed attempt' });
    return [await api.get('/v1/webhooks'), await api.get(path), tested, await look()];
  }

  /** Of the platform's own key: one that halts and is aborted, and one that is done. */
  async function campaigns(): Promise<readonly AxiosResponse[]> {
    const { api } = product;
    const given = await api.put(
      `/v1/instances/${instance.id}/keys/stub`,
      { value: provided, owner: 'platform' },
      { headers: { prefer: 'wait=60' } },
    );
    const start = (value: string) =>
      api.post<{ id: string }>('/v1/key-campaigns', { kind: 'replace', keyName: 'stub', value });
    const halting = await start(refused);
    const path = `/v1/key-campaigns/${halting.data.id}`;
    const halted = await untilState(path, 'halted');
    const aborted = await api.patch(path, { state: 'aborted' });
    const last = await start(replaced);
    const done = await untilState(`/v1/key-campaigns/${last.data.id}`, 'done');
    return [given, halting, halted, aborted, last, done];
  }

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

  it('is in no answer of the API or the edge, however wrong the place that it was sent in', () => {
    expectSilence(answers.map((text, index): Said => [`answer ${String(index)}`, text]));
  });

  it('is in no metrics: ours, those of the servers, those of the edge', async () => {
    expectSilence(await saidInMetrics(product.info));
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
    expectSilence(await saidByDatabase(product.info));
  });

  it('cannot be guessed by what the database keeps of requests that held it', async () => {
    const said = (await saidByDatabase(product.info)).map(([, text]) => text).join('\n');
    expect(said, 'a digest that is there on purpose').to.include(digestOf(plain));
    const guesses = planted.flatMap((value) => [
      digestOf(value),
      digestOf(canonicalJson({ stub: value })),
      digestOf(canonicalJson([{ name: 'stub', value }])),
    ]);
    expect(leaksIn(said, guesses)).to.deep.equal([]);
  });

  it('is nowhere in Redis, asked while it runs', async () => {
    expectSilence(await saidByRedis(product.info));
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
    expect(leaksIn(kept[0] ?? '', formsOf(replaced))).to.not.have.length(0);
    for (const old of [canary, rotated, refused, provided, misplaced, plain]) {
      expect(leaksIn(kept[0] ?? '', formsOf(old)), old).to.deep.equal([]);
    }
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

  it('is nowhere in Consul: store, catalog, agent, configuration', async () => {
    expectSilence(await saidByConsul(product.info));
  });

  it('is nowhere in Nomad: jobs of any version, variables, allocations, evaluations, events', async () => {
    const said = await saidByNomad(product.info);
    expect(said.filter(([, text]) => text.includes(instance.id)).length).to.be.greaterThan(4);
    expectSilence(said);
  });

  it('is in no process’s environment or command line', async () => {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    for (const pid of pids) {
      for (const file of ['environ', 'cmdline']) {
        const text = await readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '');
        expect(leaksIn(text, forms), `${file} of ${pid}`).to.deep.equal([]);
      }
    }
  });

  it('is where OpenClaw’s own audit of secrets wants it, in the claimed instance itself', async () => {
    const audit = ['secrets', 'audit', '--check', '--json'];
    const { exitCode, output } = await runOpenClaw(product.info, instance.id, audit);
    expect(exitCode, output).to.equal(0);
    expect(leaksIn(output, forms)).to.deep.equal([]);
  });

  function expectSilence(said: readonly Said[]): void {
    expect(said).to.not.have.length(0);
    const leaks = said.map(([place, text]) => [place, leaksIn(text, forms)] as const);
    expect(leaks.filter(([, found]) => found.length > 0)).to.deep.equal([]);
  }
});
