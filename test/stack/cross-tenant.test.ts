import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import type { StackInfo } from '../../tools/stack/stack-info.js';
import { StackCaller, purgePrivate, shortStateDir, upPrivate } from './support/private-stack.js';
import { readTaskFile, runTinyJob, tinyJobRuns } from './support/tiny-job.js';

const MINE = 'oc-aaaaaaaaaaa2';
const THEIRS = 'oc-bbbbbbbbbbb3';

type Method = 'GET' | 'POST' | 'DELETE' | 'LIST';

interface Attempt {
  readonly method: Method;
  readonly path: string;
}

/** Every way to an instance's secret that Vault's key-value engine has. */
function waysTo(id: string, secret: 'keys' | 'gateway'): readonly Attempt[] {
  const at = `instances/${id}/${secret}`;
  return [
    { method: 'GET', path: `kv/data/${at}` },
    { method: 'GET', path: `kv/data/${at}?version=1` },
    { method: 'POST', path: `kv/data/${at}` },
    { method: 'DELETE', path: `kv/data/${at}` },
    { method: 'GET', path: `kv/subkeys/${at}` },
    { method: 'GET', path: `kv/metadata/${at}` },
    { method: 'POST', path: `kv/metadata/${at}` },
    { method: 'DELETE', path: `kv/metadata/${at}` },
    { method: 'POST', path: `kv/delete/${at}` },
    { method: 'POST', path: `kv/undelete/${at}` },
    { method: 'POST', path: `kv/destroy/${at}` },
  ];
}

/** What nobody but the operator has any business with. */
const FOREIGN: readonly Attempt[] = [
  { method: 'LIST', path: 'kv/metadata' },
  { method: 'GET', path: 'kv/config' },
  { method: 'GET', path: 'kv/data/clawdeploy/api' },
  { method: 'POST', path: 'kv/data/clawdeploy/api' },
  { method: 'GET', path: 'other/data/instances' },
  { method: 'LIST', path: 'sys/policies/acl' },
  { method: 'POST', path: 'sys/policies/acl/mine' },
  { method: 'GET', path: 'sys/mounts' },
  { method: 'POST', path: 'sys/rotate' },
  { method: 'POST', path: 'auth/token/create' },
  { method: 'GET', path: 'auth/approle/role/clawdeploy-api/role-id' },
  { method: 'POST', path: 'auth/jwt-nomad/role/mine' },
  { method: 'LIST', path: 'identity/entity/id' },
  { method: 'POST', path: 'identity/entity' },
  { method: 'GET', path: 'transit/export/encryption-key/clawdeploy-backups' },
];

/** Every way to the value of a key campaign. */
const CAMPAIGN = `campaigns/kc-aaaaaaaaaaa2`;
const CAMPAIGNS: readonly Attempt[] = [
  { method: 'GET', path: `kv/data/${CAMPAIGN}` },
  { method: 'GET', path: `kv/subkeys/${CAMPAIGN}` },
  { method: 'POST', path: `kv/data/${CAMPAIGN}` },
  { method: 'DELETE', path: `kv/data/${CAMPAIGN}` },
  { method: 'GET', path: `kv/metadata/${CAMPAIGN}` },
  { method: 'POST', path: `kv/metadata/${CAMPAIGN}` },
  { method: 'DELETE', path: `kv/metadata/${CAMPAIGN}` },
  { method: 'POST', path: `kv/destroy/${CAMPAIGN}` },
  { method: 'LIST', path: 'kv/metadata/campaigns' },
];

const LISTS: readonly Attempt[] = [
  { method: 'LIST', path: 'kv/metadata/instances' },
  { method: 'LIST', path: `kv/metadata/instances/${THEIRS}` },
];

const AuditLine = z.object({ request: z.object({ path: z.string() }) });

/** Each identity tries what is not for it, on real servers; all of it is refused, and on record. */
describe('across tenants', function () {
  this.timeout(120_000);

  let stateDir: string;
  let stack: StackInfo;
  let caller: StackCaller;

  before(async () => {
    stateDir = shortStateDir();
    stack = await upPrivate(stateDir);
    caller = new StackCaller(stack);
    await Promise.all([
      runTinyJob(caller, MINE, 'my-key'),
      runTinyJob(caller, THEIRS, 'their-key'),
    ]);
    await Promise.all([tinyJobRuns(caller, MINE), tinyJobRuns(caller, THEIRS)]);
  });

  after(() => purgePrivate(stateDir));

  it('an instance reaches nothing of another one, nor of anybody else', async () => {
    const allocationId = await tinyJobRuns(caller, MINE);
    const token = readTaskFile(stack, allocationId, 'secrets/vault_token')?.trim() ?? '';
    const own = waysTo(MINE, 'keys').filter(({ method }) => method !== 'GET');
    await expectRefused(token, [
      ...waysTo(THEIRS, 'keys'),
      ...waysTo(THEIRS, 'gateway'),
      ...own,
      ...CAMPAIGNS,
      ...LISTS,
      ...FOREIGN,
    ]);
  });

  it('the API reads no key, by no way, and no list', async () => {
    const token = await caller.vaultLogin('api');
    await expectRefused(token, [...readsOf('keys'), ...LISTS, ...FOREIGN]);
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

  it('the controller reads no key, by no way', async () => {
    const token = await caller.vaultLogin('controller');
    await expectRefused(token, [...readsOf('keys'), ...CAMPAIGNS, ...FOREIGN]);
  });

  it('the worker reads no secret of an instance, and ends none', async () => {
    const token = await caller.vaultLogin('worker');
    const endings = waysTo(THEIRS, 'keys').filter(
      ({ method, path }) => method !== 'GET' && !path.startsWith('kv/data'),
    );
    await expectRefused(token, [
      ...readsOf('keys'),
      ...endings,
      ...waysTo(THEIRS, 'gateway'),
      ...LISTS,
      ...FOREIGN,
    ]);
  });

  it('the worker reads the value of a campaign and ends it, and writes none', async () => {
    const token = await caller.vaultLogin('worker');
    await expectRefused(
      token,
      CAMPAIGNS.filter(
        ({ method, path }) =>
          path !== `kv/data/${CAMPAIGN}` && !(method === 'DELETE' && path.includes('metadata')),
      ),
    );
    await expectRefused(token, [
      { method: 'POST', path: `kv/data/${CAMPAIGN}` },
      { method: 'DELETE', path: `kv/data/${CAMPAIGN}` },
    ]);
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

  /** The ways to read of a secret; metadata is no part of it: it holds versions, no values. */
  function readsOf(secret: 'keys'): readonly Attempt[] {
    return waysTo(THEIRS, secret).filter(
      ({ method, path }) => method === 'GET' && !path.startsWith('kv/metadata'),
    );
  }

  async function expectRefused(token: string, attempts: readonly Attempt[]): Promise<void> {
    const allowed: string[] = [];
    for (const { method, path } of attempts) {
      const body = method === 'POST' ? { data: { key: 'x' }, versions: [1] } : undefined;
      const { status } = await caller.vault(token, path, method, body);
      if (status !== 403) allowed.push(`${method} ${path}: ${String(status)}`);
    }
    expect(allowed).to.deep.equal([]);
    // The answer waits for the audit, so what was answered is on record.
    const onRecord = refusalsOnRecord();
    const paths = attempts.map(({ path }) => path.split('?')[0] ?? '');
    expect(paths.filter((path) => !onRecord.has(path))).to.deep.equal([]);
  }

  function refusalsOnRecord(): ReadonlySet<string> {
    const text = readFileSync(join(stack.layout.logs, 'vault-audit.log'), 'utf8');
    const lines = text.split('\n').filter((line) => line.includes('permission denied'));
    const refused = lines.map((line) => AuditLine.parse(JSON.parse(line)));
    return new Set(refused.map(({ request }) => request.path.replace(/\/$/, '')));
  }
});
