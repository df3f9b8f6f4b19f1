import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { mintToken } from '../../tools/stack/identity.js';
import { callApi, textAt } from '../../tools/stack/http.js';
import { field } from '../../tools/stack/json.js';
import { findMarked } from '../../tools/stack/processes.js';
import type { StackInfo } from '../../tools/stack/stack-info.js';
import { controlPlaneTokens } from './support/control-plane-twin.js';
import { oneStack } from './support/one-stack.js';
import { StackCaller } from './support/private-stack.js';
import { readTaskFile, runTinyJob, tinyJob, tinyJobRuns } from './support/tiny-job.js';

const ONE = 'oc-aaaaaaaaaaa2';
const OTHER = 'oc-bbbbbbbbbbb3';
/** Has secrets but no job. */
const BARE = 'oc-ddddddddddd5';

describe('access in the development stack', function () {
  this.timeout(90_000);

  const shared = oneStack.forSuite();
  let stack: StackInfo;
  let caller: StackCaller;

  before(async () => {
    stack = await shared.take();
    caller = new StackCaller(stack);
    await Promise.all([
      runTinyJob(caller, ONE, 'key-of-one'),
      runTinyJob(caller, OTHER, 'key-of-other'),
    ]);
    await Promise.all([tinyJobRuns(caller, ONE), tinyJobRuns(caller, OTHER)]);
  });

  after(() => shared.giveBack());

  it('keeps the state folder to its owner, every secret and rendered configuration too', () => {
    const modeOf = (path: string): number => statSync(path).mode & 0o777;
    expect(modeOf(stack.layout.stateDir)).to.equal(0o700);
    for (const folder of [stack.layout.secrets, stack.layout.config]) {
      expect(modeOf(folder)).to.equal(0o700);
      for (const file of readdirSync(folder))
        expect(modeOf(join(folder, file)), file).to.equal(0o600);
    }
  });

  it('listens on the loopback address only', () => {
    const sockets = new Set(findMarked(stack.stackId).flatMap(({ pid }) => socketsOf(pid)));
    const open = listeners().filter(({ inode }) => sockets.has(inode));
    expect(open.length).to.be.greaterThan(8);
    // Little-endian 127.0.0.1, and ::1 or its IPv4 form, as the kernel writes them.
    const loopback = /^(0100007F|0{24}01000000|0{16}FFFF00000100007F)$/;
    for (const { address, port } of open) expect(address, `port ${port}`).to.match(loopback);
  });

  it('gives the anonymous nothing', async () => {
    const nomad = await caller.nomad(null, 'jobs');
    const consul = await caller.consul(null, 'catalog/services');
    const vault = await caller.vault(null, `kv/data/instances/${ONE}/keys`);
    expect(nomad.status).to.equal(403);
    expect(consul.status === 403 || consul.text.trim() === '{}', consul.text).to.equal(true);
    expect(vault.status).to.equal(403);
  });

  it('passes nothing of the starting shell on to its processes', () => {
    const ours = /^(PATH|LANG|HOME|XDG_\w+|LD_LIBRARY_PATH|CLAWDEPLOY_\w+|NODE_ENV|NOMAD_\w+|)$/;
    for (const { pid, child } of findMarked(stack.stackId)) {
      if (child === null) continue;
      const names = readFileSync(`/proc/${pid}/environ`, 'utf8')
        .split('\0')
        .map((entry) => entry.split('=')[0] ?? '');
      for (const name of names) expect(name, child).to.match(ours);
    }
  });

  describe('of an instance', () => {
    it('reads its own keys by its workload identity and no one else’s', async () => {
      const allocationId = await tinyJobRuns(caller, ONE);
      expect(readTaskFile(stack, allocationId, 'secrets/key')).to.equal('1:key-of-one');

      const token = readTaskFile(stack, allocationId, 'secrets/vault_token')?.trim() ?? '';
      const own = await caller.vault(token, `kv/data/instances/${ONE}/keys`);
      expect(own.status).to.equal(200);
      const refused = [
        await caller.vault(token, `kv/data/instances/${OTHER}/keys`),
        await caller.vault(token, `kv/data/instances/${ONE}/keys`, 'POST', { data: { key: 'x' } }),
        await caller.vault(token, 'kv/metadata/instances', 'LIST'),
      ];
      expect(refused.map(({ status }) => status)).to.deep.equal([403, 403, 403]);
    });

    it('is listed in Consul by its own identity, and the control plane sees it', async () => {
      const seen = await caller.consul('consul-control-plane.token', 'health/service/openclaw');
      expect(seen.text).to.include(OTHER);
      const other = await caller.consul('consul-control-plane.token', 'catalog/services');
      expect(Object.keys(Object(other.json))).to.deep.equal(['openclaw']);
    });

    it('runs without root and without the machine’s files', async function () {
      if (process.getuid?.() !== 0) this.skip();
      const allocationId = await tinyJobRuns(caller, ONE);
      const folder = join(stack.layout.data, 'nomad', 'alloc', allocationId, 'gateway');
      expect(readdirSync(join(folder, 'bin')))
        .to.include('sh')
        .and.not.include('mount');
      expect(readdirSync(join(folder, 'etc'))).to.not.include('shadow');
    });
  });

  it('lets each role of the control plane’s own job read its own files alone', async () => {
    const root = caller.secret('vault-root.token');
    const pathOf = (task: string): string => `kv/data/clawdeploy/${task}`;
    for (const task of ['api', 'worker']) {
      const first = { options: { cas: 0 }, data: { database_url: task } };
      await caller.vault(root, pathOf(task), 'POST', first);
    }
    const [api = '', worker = ''] = await controlPlaneTokens(caller, stack, ['api', 'worker']);
    const tries = [
      [api, 'api'],
      [worker, 'worker'],
      [api, 'worker'],
      [worker, 'api'],
    ] as const;
    const replies = tries.map(([token, task]) => caller.vault(token, pathOf(task)));
    const statuses = (await Promise.all(replies)).map(({ status }) => status);
    expect(statuses).to.deep.equal([200, 200, 403, 403]);
    expect((await caller.vault(api, pathOf('api'), 'POST', { data: {} })).status).to.equal(403);
  });

  it('lets no other job log in to Vault', async () => {
    const job = Object(tinyJob('xx-stranger'));
    await caller.nomad('nomad-controller.token', 'jobs', 'PUT', { Job: job });
    const forged = await caller.vault(null, 'auth/jwt-nomad/login', 'POST', {
      role: 'openclaw-instance',
      jwt: await mintToken(stack.layout, { sub: ONE, role: 'operator', ttlMs: 60_000 }),
    });
    expect(forged.status).to.equal(400);
    const allocation = await caller.allocation('xx-stranger');
    expect(allocation?.taskState).to.not.equal('running');
    await caller.nomad('nomad-controller.token', 'job/xx-stranger?purge=true', 'DELETE');
  });

  it('lets the API write keys that it cannot read', async () => {
    const token = await caller.vaultLogin('api');
    const path = `kv/data/instances/${BARE}/keys`;
    const data = { openai: 'sk-1' };
    expect((await caller.vault(token, path, 'POST', { data })).status).to.equal(400);
    const first = { options: { cas: 0 }, data };
    expect((await caller.vault(token, path, 'POST', first)).status).to.equal(200);
    expect((await caller.vault(token, path)).status).to.equal(403);
    const patched = await callApi(`${stack.urls.vault}/v1/${path}`, {
      method: 'PATCH',
      headers: { 'x-vault-token': token, 'content-type': 'application/merge-patch+json' },
      body: { options: { cas: 1 }, data: { anthropic: 'sk-2' } },
    });
    expect(patched.status).to.equal(200);
    const versions = await caller.vault(token, `kv/metadata/instances/${BARE}/keys`);
    expect(field(field(versions.json, 'data'), 'current_version')).to.equal(2);
  });

  it('lets the controller make gateway tokens and end keys that it cannot read', async () => {
    const token = await caller.vaultLogin('controller');
    const gateway = `kv/data/instances/${BARE}/gateway`;
    const first = { options: { cas: 0 }, data: { token: 't' } };
    const made = await caller.vault(token, gateway, 'POST', first);
    expect(made.status).to.equal(200);
    expect((await caller.vault(token, gateway)).status).to.equal(200);
    expect((await caller.vault(token, `kv/data/instances/${BARE}/keys`)).status).to.equal(403);
    const ended = await caller.vault(token, `kv/metadata/instances/${BARE}/keys`, 'DELETE');
    expect(ended.status).to.equal(204);
  });

  it('gives each role a token that runs out and can be renewed', async () => {
    const token = await caller.vaultLogin('worker');
    const self = await caller.vault(token, 'auth/token/lookup-self');
    expect(field(field(self.json, 'data'), 'renewable')).to.equal(true);
    expect(field(field(self.json, 'data'), 'ttl')).to.be.within(1, 1200);
    expect(field(field(self.json, 'data'), 'policies')).to.deep.equal(['clawdeploy-worker']);
  });

  it('lets the controller write the variables of instances and no others', async () => {
    const write = async (path: string): Promise<number> => {
      const body = { Path: path, Items: { revision: '2' } };
      return (await caller.nomad('nomad-controller.token', `var/${path}`, 'PUT', body)).status;
    };
    expect(await write(`nomad/jobs/${BARE}`)).to.equal(200);
    expect(await write('nomad/jobs/billing')).to.equal(403);
    expect(await write('secrets')).to.equal(403);
  });

  it('lets the controller plan and render jobs, but neither enter nor read a task', async () => {
    const token = 'nomad-controller.token';
    const parsed = await caller.nomad(token, 'jobs/parse', 'POST', { JobHCL: 'job "a" {}' });
    expect(parsed.status).to.equal(200);
    const planned = await caller.nomad(token, `job/${ONE}/plan`, 'POST', { Job: tinyJob(ONE) });
    expect(planned.status).to.equal(200);
    expect((await caller.nomad(token, 'nodes')).status).to.equal(200);
    const allocation = await caller.allocation(ONE);
    const peek = await caller.nomad(token, `client/fs/ls/${allocation?.id ?? ''}?path=/`);
    expect(peek.status).to.equal(403);
    const logs = await caller.nomad(
      token,
      `client/fs/logs/${allocation?.id ?? ''}?task=gateway&type=stdout&plain=true`,
    );
    expect(logs.status).to.equal(403);
  });

  it('gives the API and the worker no token of Nomad or Consul, nor their addresses', () => {
    for (const role of ['api', 'worker'] as const) {
      const told = Object.keys(stack.controlPlaneEnv(role));
      expect(
        told.filter((name) => /NOMAD|CONSUL/.test(name)),
        role,
      ).to.deep.equal([]);
    }
    const tokens = readdirSync(stack.layout.secrets).filter((name) =>
      /^(nomad|consul)-/.test(name),
    );
    expect(tokens.filter((name) => /api|worker/.test(name))).to.deep.equal([]);
  });

  it('signs tokens that the published key set verifies', async () => {
    const keys = createLocalJWKSet(JSON.parse(readFileSync(stack.layout.jwks, 'utf8')));
    const token = await mintToken(stack.layout, {
      sub: 'ada',
      role: 'tenant',
      tenant: 'acme',
      ttlMs: 60_000,
    });
    const { payload } = await jwtVerify(token, keys, {
      issuer: 'clawdeploy',
      audience: 'clawdeploy-api',
    });
    expect(payload).to.include({ sub: 'ada', role: 'tenant', tenant: 'acme' });
  });

  it('says in Nomad’s own configuration what the design rests on', async () => {
    const scheduler = await caller.nomad(
      'nomad-management.token',
      'operator/scheduler/configuration',
    );
    const settings = field(scheduler.json, 'SchedulerConfig');
    expect(field(settings, 'MemoryOversubscriptionEnabled')).to.equal(true);
    const self = await caller.nomad('nomad-management.token', 'agent/self');
    expect(textAt(self, 'config', 'Client', 'MaxKillTimeout')).to.equal('340s');
  });
});

function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const target = statSync(`/proc/${pid}/fd/${fd}`, { throwIfNoEntry: false });
      return target?.isSocket() === true ? [String(target.ino)] : [];
    } catch {
      // A descriptor that was closed meanwhile listens to nothing.
      return [];
    }
  });
}

function listeners(): { address: string; port: number; inode: string }[] {
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    readFileSync(table, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A')
      .map((fields) => {
        const [address = '', port = ''] = (fields[1] ?? '').split(':');
        return { address, port: parseInt(port, 16), inode: fields[9] ?? '' };
      }),
  );
}
