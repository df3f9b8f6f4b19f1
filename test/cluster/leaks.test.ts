import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import pg from 'pg';
import { z } from 'zod';
import type { InstanceShown, Product } from '../support/product.js';
import { fingerprintOf, startProduct } from '../support/product.js';
import { askNomad } from '../support/stack-eyes.js';

const run = promisify(execFile);

/** The task's own secrets folder, in memory: the one place outside Vault where a key may be read. */
const ALLOWED = /\/secrets\/keys\.json$/;

const Failed = z.object({ stdout: z.string() });

/** A planted key is looked for everywhere the product keeps, logs or says anything. */
describe('a tenant’s key', function () {
  this.timeout(300_000);

  const canary = 'canary+key/that=must?not;leak-7f3a9c';
  const misplaced = 'misplaced+key/in=a?wrong;place-51d0e2';
  const forms = [canary, misplaced].flatMap((key) => [
    key,
    Buffer.from(key).toString('base64').replaceAll('=', ''),
    encodeURIComponent(key),
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
    const said = [
      set,
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
    answers.push(...said.map(({ headers, data }) => JSON.stringify([headers, data])));
  });

  after(async () => {
    await product?.stop();
  });

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
