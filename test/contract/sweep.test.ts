import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { ConsulCatalog } from '../../src/clients/consul/consul-catalog.js';
import { HttpTransport } from '../../src/clients/http/http-transport.js';
import { NomadAnnouncements } from '../../src/clients/nomad/nomad-announcements.js';
import { NomadScheduler } from '../../src/clients/nomad/nomad-scheduler.js';
import { VaultGatewayTokens } from '../../src/clients/vault/vault-gateway-tokens.js';
import { VaultSession } from '../../src/clients/vault/vault-session.js';
import { VaultShredder } from '../../src/clients/vault/vault-shredder.js';
import { Sweeper } from '../../src/controllers/sweep/sweeper.js';
import type { InstanceId } from '../../src/domain/ids.js';
import type { Pool } from '../../src/domain/pool.js';
import { GRACE_MS } from '../../src/domain/sweep/plan-sweep.js';
import { plusMs } from '../../src/lib/clock.js';
import type { Store } from '../../src/ports/index.js';
import { createDataSource } from '../../src/store/data-source.js';
import { PostgresCensus } from '../../src/store/postgres-census.js';
import { NOON, aPoolKey, anAnnouncement, anInstanceId } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { startTestDatabase } from '../support/database.js';
import { FakeFleet } from '../support/fakes/fake-fleet.js';
import { jsonClientFor } from '../support/json-client-for.js';
import type { TestServer } from '../support/servers.js';
import { ROOT, requireServer } from '../support/servers.js';
import { TestControlPlane } from '../support/test-control-plane.js';
import { startTestConsul } from '../support/test-consul.js';
import { startTestNomad } from '../support/test-nomad.js';
import { quietLog } from '../support/quiet-log.js';
import { startTestVault } from '../support/test-vault.js';
import { waitFor } from '../support/wait-for.js';

const { signal } = new AbortController();

describe('sweeping real servers, with the rights of the controller', function () {
  this.timeout(90_000);

  const servers: TestServer[] = [];
  let database: TestDatabase | undefined;
  let dataSource: DataSource | undefined;
  let store: Store;
  let pool: Pool;
  let installation: string;
  let scheduler: NomadScheduler;
  let schedulerOf: (installation: string) => NomadScheduler;
  let announcements: NomadAnnouncements;
  let tokens: VaultGatewayTokens;
  let shredder: VaultShredder;
  let catalog: ConsulCatalog | undefined;
  let sweeper: Sweeper;
  let now = NOON;

  before(async function () {
    for (const name of ['nomad', 'vault', 'consul'] as const) requireServer(name, this);
    database = await startTestDatabase();
    store = await database.emptyStore();
    const census = await openCensus(database.url());
    installation = await census.identity();
    const bounds = { idleFloor: 2, idleCeiling: 2, membersMax: 100 };
    pool = await store.pools.ensure(aPoolKey(), bounds, now);
    await openNomad();
    await openVault();
    await openConsul();
    const { outside } = new TestControlPlane(store, new FakeFleet(), { now: () => now });
    const places = { scheduler, announcements, tokens, shredder, catalog: catalogOrFail() };
    sweeper = new Sweeper({ outside: { ...outside, ...places }, census, installation });
  });

  after(async () => {
    catalog?.close();
    await dataSource?.destroy();
    await Promise.all([...servers.map((server) => server.stop()), database?.stop()]);
  });

  it('leaves nothing of a deleted or an unknown instance, and all of anybody else’s', async () => {
    const [deleted, unknown, alive] = [await aDeleted(), anInstanceId(), await aWarming()];
    const [foreign, unproven] = [anInstanceId(), anInstanceId()];
    for (const id of [deleted, unknown, alive, foreign]) {
      await schedulerOf(id === foreign ? 'elsewhere' : installation).startInstance(
        { instanceId: id, pool },
        signal,
      );
    }
    for (const id of [deleted, unknown, alive, foreign, unproven]) {
      await announcements.announce(id, anAnnouncement(), signal);
      await tokens.ensureToken(id, 1, signal);
    }

    await waitFor(
      async () => {
        await pass();
        return (await traces(deleted)).length + (await traces(unknown)).length === 0;
      },
      { withinMs: 30_000, describe: 'everything to be swept', everyMs: 200 },
    );

    const all = ['job', 'variable', 'secrets'];
    expect(await traces(alive)).to.deep.equal(all);
    expect(await traces(foreign)).to.deep.equal(all);
    expect(await traces(unproven)).to.deep.equal(['variable', 'secrets']);
    const { counts, acted } = await pass();
    expect(acted).to.deep.equal([]);
    expect(counts).to.include({
      job_of_stranger: 1,
      variable_without_row: 1,
      secrets_without_row: 1,
    });
  });

  async function pass() {
    const report = await sweeper.sweep({ isDryRun: false }, signal);
    now = plusMs(now, GRACE_MS);
    return report;
  }

  async function traces(id: InstanceId): Promise<readonly string[]> {
    const jobs = (await scheduler.listJobs(signal)).map(({ instanceId }) => instanceId);
    const variables = await announcements.listInstanceIds(signal);
    const secrets = await shredder.listInstanceIds(signal);
    return Object.entries({ job: jobs, variable: variables, secrets }).flatMap(([what, ids]) =>
      ids.includes(id) ? [what] : [],
    );
  }

  async function aDeleted(): Promise<InstanceId> {
    const made = await store.instances.insert({ id: anInstanceId(), pool, at: now });
    const leaving = await store.instances.move(made, { verb: 'delete', at: now });
    await store.instances.move(leaving ?? made, { verb: 'finish', at: now });
    return made.id;
  }

  async function aWarming(): Promise<InstanceId> {
    const made = await store.instances.insert({ id: anInstanceId(), pool, at: now });
    await store.instances.move(made, { verb: 'launch', at: now });
    return made.id;
  }

  async function openNomad(): Promise<void> {
    const nomad = await startTestNomad();
    servers.push(nomad);
    const jobspec = await readFile(join(ROOT, 'test/support/jobspecs/sleeper.nomad.hcl'), 'utf8');
    const headers = { 'x-nomad-token': await nomad.tokenFor('clawdeploy-controller') };
    const http = jsonClientFor('nomad', `${nomad.address}/v1`, headers);
    schedulerOf = (name) =>
      new NomadScheduler({
        http,
        jobspec,
        variablesOf: ({ instanceId }) => ({ instance_id: instanceId, memory_mib: 16 }),
        installation: name,
      });
    scheduler = schedulerOf(installation);
    announcements = new NomadAnnouncements(http);
  }

  async function openVault(): Promise<void> {
    const vault = await startTestVault();
    servers.push(vault);
    const appRole = await vault.appRoleFor(['clawdeploy-controller']);
    const transport = new HttpTransport({ system: 'vault', baseUrl: `${vault.address}/v1` });
    const session = new VaultSession({ transport, appRole: () => Promise.resolve(appRole) });
    tokens = new VaultGatewayTokens(session);
    shredder = new VaultShredder(session, quietLog);
  }

  async function openConsul(): Promise<void> {
    const consul = await startTestConsul();
    servers.push(consul);
    const token = await consul.tokenFor('clawdeploy-control-plane');
    catalog = new ConsulCatalog({
      address: consul.address,
      token: () => token,
      service: 'openclaw',
    });
  }

  async function openCensus(url: string): Promise<PostgresCensus> {
    const options = { connectionsMax: 2, applicationName: 'test-census' };
    dataSource = await createDataSource({ url, ...options }).initialize();
    return new PostgresCensus(dataSource);
  }

  function catalogOrFail(): ConsulCatalog {
    return catalog ?? expect.fail('no catalog');
  }
});
