import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import type { StackInfo } from '../../tools/stack/stack-info.js';
import { waitFor } from '../support/wait-for.js';
import { oneStack } from './support/one-stack.js';
import { StackCaller } from './support/private-stack.js';
import { allocationOf, runSleepingJob } from './support/sleeping-job.js';
import { readTaskFile, runTinyJob, tinyJobRuns } from './support/tiny-job.js';
import type { Attempt } from './support/vault-attempts.js';
import { FOREIGN, waysTo, waysToCampaign } from './support/vault-attempts.js';
import { AuditSince, recordOf } from './support/vault-audit.js';

const MINE = 'oc-eeeeeeeeeee2';
const THEIRS = 'oc-fffffffffff3';
const CAMPAIGN_ID = 'kc-aaaaaaaaaaa2';
const CAMPAIGN = `campaigns/${CAMPAIGN_ID}`;
const CAMPAIGNS = waysToCampaign(CAMPAIGN_ID);

const LISTS: readonly Attempt[] = [
  { method: 'LIST', path: 'kv/metadata/instances' },
  { method: 'LIST', path: `kv/metadata/instances/${THEIRS}` },
];

/** Each identity tries what is not for it, on real servers; all of it is refused, and on record. */
describe('across tenants', function () {
  this.timeout(120_000);

  const shared = oneStack.forSuite();
  let stack: StackInfo;
  let caller: StackCaller;

  before(async () => {
    stack = await shared.take();
    caller = new StackCaller(stack);
    await Promise.all([
      runTinyJob(caller, MINE, 'my-key'),
      runTinyJob(caller, THEIRS, 'their-key'),
    ]);
    await Promise.all([tinyJobRuns(caller, MINE), tinyJobRuns(caller, THEIRS)]);
  });

  after(() => shared.giveBack());

  it('an instance reaches nothing of another one, nor of anybody else', async () => {
    const allocationId = await tinyJobRuns(caller, MINE);
    const token = readTaskFile(stack, allocationId, 'secrets/vault_token')?.trim() ?? '';
    await expectRefused(token, [
      ...waysTo(THEIRS, 'keys'),
      ...waysTo(THEIRS, 'gateway'),
      ...except(waysTo(MINE, 'keys'), ['GET kv/data']),
      ...except(waysTo(MINE, 'gateway'), ['GET kv/data']),
      ...CAMPAIGNS,
      ...LISTS,
      ...FOREIGN,
    ]);
  });

  it('a job with the name of an instance in another namespace gets no token at all', async () => {
    const job = { id: 'oc-ccccccccccc4', namespace: 'elsewhere', tasks: ['gateway'] };
    const audit = new AuditSince(caller, stack);
    await runSleepingJob(caller, { ...job, role: 'openclaw-instance' });
    await waitFor(() => Promise.resolve(audit.refusedLogins > 0), {
      withinMs: 40_000,
      describe: 'Vault to refuse the stranger',
    });
    const { id, status } = await allocationOf(caller, job);
    expect(status).to.not.equal('running');
    const folder = join(stack.layout.data, 'nomad', 'alloc', id, 'gateway');
    expect(existsSync(join(folder, 'secrets', 'vault_token'))).to.equal(false);
    const purge = `job/${job.id}?purge=true&namespace=${job.namespace}`;
    await caller.nomad('nomad-management.token', purge, 'DELETE');
  });

  it('the API reads no key, ends nothing, writes no gateway’s token, and sees no list', async () => {
    const token = await caller.vaultLogin('api');
    const writes = ['POST kv/data', 'PATCH kv/data'];
    await expectRefused(token, [
      ...except(waysTo(THEIRS, 'keys'), [...writes, 'GET kv/metadata']),
      ...except(waysTo(THEIRS, 'gateway'), ['GET kv/data']),
      ...LISTS,
      ...FOREIGN,
    ]);
  });

  it('the API writes the value of a campaign once, and neither reads nor changes it', async () => {
    const token = await caller.vaultLogin('api');
    const write = () => {
      const body = { options: { cas: 0 }, data: { value: 'x' } };
      return caller.vault(token, `kv/data/${CAMPAIGN}`, 'POST', body);
    };
    expect((await write()).status).to.equal(200);
    expect((await write()).status).to.equal(403);
    await expectRefused(token, CAMPAIGNS);
  });

  it('the controller reads no key, by no way, and changes no more than it must', async () => {
    const token = await caller.vaultLogin('controller');
    const inUse = ['GET kv/metadata', 'DELETE kv/metadata', 'POST kv/data'];
    await expectRefused(token, [
      ...except(waysTo(THEIRS, 'keys'), [...inUse, 'PATCH kv/data', 'POST kv/destroy']),
      ...except(waysTo(THEIRS, 'gateway'), [...inUse, 'GET kv/data']),
      ...CAMPAIGNS,
      ...FOREIGN,
    ]);
  });

  it('the worker reads no secret of an instance, and ends none', async () => {
    const token = await caller.vaultLogin('worker');
    const writes = ['POST kv/data', 'PATCH kv/data'];
    await expectRefused(token, [
      ...except(waysTo(THEIRS, 'keys'), [...writes, 'GET kv/metadata']),
      ...waysTo(THEIRS, 'gateway'),
      ...LISTS,
      ...FOREIGN,
    ]);
  });

  for (const role of ['api', 'controller', 'worker'] as const) {
    it(`the ${role} changes one key by a patch, and is told nothing of the others`, async () => {
      const token = await caller.vaultLogin(role);
      const path = `kv/data/instances/${THEIRS}/keys`;
      const metadata = await caller.vault(token, `kv/metadata/instances/${THEIRS}/keys`);
      const { data } = z
        .object({ data: z.object({ current_version: z.number() }) })
        .parse(metadata.json);
      const change = { options: { cas: data.current_version }, data: { [role]: 'x' } };
      const patched = await caller.vault(token, path, 'PATCH', change);
      expect(patched.status, patched.text).to.equal(200);
      expect(patched.text).to.not.include('their-key');
      const kept = await caller.vault(caller.secret('vault-root.token'), path);
      expect(kept.json).to.have.nested.property('data.data.key', 'their-key');
      expect(kept.json).to.have.nested.property(`data.data.${role}`, 'x');
    });
  }

  it('the worker reads the value of a campaign and ends it, knows which there are, and writes none', async () => {
    const token = await caller.vaultLogin('worker');
    // By their names it finds values that were left of campaigns which are over.
    const inUse = ['GET kv/data', 'DELETE kv/metadata', 'LIST kv/metadata'];
    await expectRefused(token, except(CAMPAIGNS, inUse));
    expect((await caller.vault(token, 'kv/metadata/campaigns', 'LIST')).status).to.equal(200);
    expect((await caller.vault(token, `kv/data/${CAMPAIGN}`)).status).to.equal(200);
    expect((await caller.vault(token, `kv/metadata/${CAMPAIGN}`, 'DELETE')).status).to.equal(204);
    expect((await caller.vault(token, `kv/data/${CAMPAIGN}`)).status).to.equal(404);
  });

  it('the worker seals and opens what it sealed', async () => {
    const token = await caller.vaultLogin('worker');
    const plaintext = Buffer.from('a backup').toString('base64');
    const sealing = 'transit/encrypt/clawdeploy-backups';
    const sealed = await caller.vault(token, sealing, 'POST', { plaintext });
    const { data } = z.object({ data: z.object({ ciphertext: z.string() }) }).parse(sealed.json);
    const opened = await caller.vault(token, 'transit/decrypt/clawdeploy-backups', 'POST', data);
    expect(opened.json).to.have.nested.property('data.plaintext', plaintext);
  });

  /** All ways but those that an identity has for its work, by method and the path's beginning. */
  function except(all: readonly Attempt[], allowed: readonly string[]): readonly Attempt[] {
    return all.filter(
      ({ method, path }) => !allowed.some((way) => `${method} ${path}`.startsWith(`${way}/`)),
    );
  }

  async function expectRefused(token: string, attempts: readonly Attempt[]): Promise<void> {
    const audit = new AuditSince(caller, stack);
    const allowed: string[] = [];
    for (const { method, path } of attempts) {
      const hasBody = method === 'POST' || method === 'PATCH';
      const body = hasBody ? { data: { key: 'x' }, versions: [1] } : undefined;
      const { status } = await caller.vault(token, path, method, body);
      if (status !== 403) allowed.push(`${method} ${path}: ${String(status)}`);
    }
    expect(allowed).to.deep.equal([]);
    // The answer waits for the audit, so what was answered is on record: this, by them, just now.
    expect(await audit.refusalsOf(token)).to.deep.equal(attempts.map(recordOf));
  }
});
