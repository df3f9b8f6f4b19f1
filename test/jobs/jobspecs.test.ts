import { expect } from 'chai';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import type { HclVariables } from '../../src/clients/nomad/hcl-variables.js';
import { renderHclVariables } from '../../src/clients/nomad/hcl-variables.js';
import { instanceVariables } from '../../src/compose/instance-variables.js';
import type { Config } from '../../src/config/read-config.js';
import { readConfig } from '../../src/config/read-config.js';
import { instanceIdOf } from '../../src/domain/ids.js';
import { SIZE_CLASS_NAMES } from '../../src/domain/size-classes.js';
import type { PoolKey } from '../../src/domain/pool.js';
import { aPoolKey } from '../support/builders.js';
import type { TestServer } from '../support/servers.js';
import { ROOT, requireServer } from '../support/servers.js';
import { startValidatingNomad } from './validating-nomad.js';

const INSTANCE_JOB = 'jobs/instance/openclaw.nomad.hcl';
const GOLDEN = join(ROOT, 'test/jobs/golden');
const DRIVERS = ['exec', 'raw_exec'] as const;
type Driver = (typeof DRIVERS)[number];

/** Values for what a jobspec cannot have defaults for. */
const REQUIRED: Readonly<Record<string, HclVariables>> = {
  'jobs/control-plane/clawdeploy.nomad.hcl': { base_domain: 'claws.example', namespace: 'default' },
};

const Template = z.looseObject({
  EmbeddedTmpl: z.string(),
  DestPath: z.string(),
  ChangeMode: z.string(),
  Perms: z.string(),
  Wait: z.looseObject({ Min: z.number(), Max: z.number() }).nullable(),
});
const Job = z.looseObject({
  ID: z.string(),
  Meta: z.record(z.string(), z.string()).nullable(),
  TaskGroups: z.array(
    z.looseObject({
      Update: z.looseObject({ MaxParallel: z.number() }).nullable(),
      Services: z.array(z.looseObject({ Tags: z.array(z.string()).nullable() })).nullable(),
      Tasks: z.array(z.looseObject({ Templates: z.array(Template).nullable() })),
    }),
  ),
});
type Job = z.infer<typeof Job>;

describe('jobspecs', function () {
  this.timeout(60_000);

  let nomad: TestServer;

  before(async function () {
    requireServer('nomad', this);
    nomad = await startValidatingNomad();
  });

  after(async () => {
    await nomad?.stop();
  });

  async function parse(path: string, variables: HclVariables): Promise<Job> {
    const JobHCL = await readFile(join(ROOT, path), 'utf8');
    const body = { JobHCL, Variables: renderHclVariables(variables), Canonicalize: true };
    return Job.parse(await nomad.admin('POST', '/v1/jobs/parse', body));
  }

  async function complaintsAbout(job: Job): Promise<readonly string[]> {
    const reply = await nomad.admin('PUT', '/v1/validate/job', { Job: job });
    const { ValidationErrors: errors, Error: error } = z
      .object({ ValidationErrors: z.array(z.string()).nullable(), Error: z.string() })
      .parse(reply);
    return errors ?? (error === '' ? [] : [error]);
  }

  it('are taken by Nomad, each of them', async () => {
    const paths = await jobspecPaths();
    expect(paths).to.include(INSTANCE_JOB);
    for (const path of paths) {
      const variables = path === INSTANCE_JOB ? variablesFor('exec') : (REQUIRED[path] ?? {});
      expect(await complaintsAbout(await parse(path, variables)), path).to.deep.equal([]);
    }
  });

  describe('of an instance', () => {
    for (const driver of DRIVERS) {
      it(`renders under ${driver} to what was reviewed`, async () => {
        const file = join(GOLDEN, `instance-${driver}.json`);
        const rendered = `${JSON.stringify(inOrder(await parse(INSTANCE_JOB, variablesFor(driver))), null, 2)}\n`;
        if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(file, rendered);
        const hint = 'if the change is meant, run this test with UPDATE_GOLDEN=1 and review it';
        expect(rendered, hint).to.equal(await readFile(file, 'utf8'));
      });
    }

    for (const sizeClass of SIZE_CLASS_NAMES) {
      it(`is valid for size ${sizeClass} under both drivers`, async () => {
        for (const driver of DRIVERS) {
          const job = await parse(INSTANCE_JOB, variablesFor(driver, { sizeClass }));
          expect(await complaintsAbout(job), driver).to.deep.equal([]);
        }
      });
    }

    it('has its task log in to Vault in the namespace of the installation', async () => {
      const variables = { ...variablesFor('exec'), vault_namespace: 'team-a' };
      const job = JSON.stringify(await parse(INSTANCE_JOB, variables));
      expect(job).to.include('"Namespace":"team-a"');
    });

    it('listens, trusts and names itself as the settings of a cluster say', async () => {
      const settings = {
        CLAWDEPLOY_PUBLIC_SCHEME: 'https',
        CLAWDEPLOY_PUBLIC_EDGE_PORT: '443',
        CLAWDEPLOY_GATEWAY_BIND: 'lan',
        CLAWDEPLOY_GATEWAY_TRUSTED_PROXIES: '10.0.0.5, 10.1.0.0/16',
      };
      const job = JSON.stringify(await parse(INSTANCE_JOB, variablesFor('exec', {}, settings)));
      expect(job).to.include('https://oc-aaaaaaaaaaaa.claws.localhost\\"]');
      expect(job).to.include('bind: \\"lan\\"');
      expect(job).to.include('trustedProxies: [\\"10.0.0.5\\",\\"10.1.0.0/16\\"]');
    });

    it('carries the mark without which it would never be stopped', async () => {
      const job = await parse(INSTANCE_JOB, variablesFor('exec'));
      expect(job.ID).to.equal('oc-aaaaaaaaaaaa');
      expect(job.Meta).to.include({ clawdeploy_managed: 'true' });
    });

    it('makes no deployment, which could replace a tenant’s gateway by itself', async () => {
      const job = await parse(INSTANCE_JOB, variablesFor('exec'));
      expect(job.TaskGroups.map(({ Update }) => Update?.MaxParallel)).to.deep.equal([0]);
    });

    it('renders the keys before the file that makes the gateway read them', async () => {
      const templates = await templatesOf('exec');
      const paths = templates.map(({ DestPath }) => DestPath);
      expect(paths.indexOf('secrets/keys.json')).to.be.lessThan(paths.indexOf('local/tenant.json'));

      const [keys, trigger] = ['secrets/keys.json', 'local/tenant.json'].map(
        (path) => templates[paths.indexOf(path)]?.EmbeddedTmpl ?? '',
      );
      expect(secretsReadBy(trigger)).to.deep.equal(secretsReadBy(keys)).and.have.length(2);
    });

    it('waits for nothing when a secret changes, and restarts nothing', async () => {
      for (const template of await templatesOf('exec')) {
        const { DestPath, ChangeMode, EmbeddedTmpl, Perms, Wait } = template;
        expect([ChangeMode, Perms], DestPath).to.deep.equal(['noop', '0600']);
        if (EmbeddedTmpl.includes('nomadVar')) expect(Wait, DestPath).to.include({ Min: 0 });
      }
    });

    it('gives Traefik a backend of its own, so that no tenant’s request reaches another', async () => {
      const [group] = (await parse(INSTANCE_JOB, variablesFor('exec'))).TaskGroups;
      const tags = group?.Services?.flatMap(({ Tags }) => Tags ?? []) ?? [];
      expect(tags).to.include.members([
        'traefik.http.routers.oc-aaaaaaaaaaaa.service=oc-aaaaaaaaaaaa',
        'traefik.http.services.oc-aaaaaaaaaaaa.loadbalancer.passhostheader=true',
      ]);
    });

    it('takes values as values: none can become a part of the program', async () => {
      const evil = 'x" } config { command = "/bin/false" } ${env["PATH"]}';
      const job = await parse(INSTANCE_JOB, { ...variablesFor('exec'), pool_id: evil });
      expect(job.Meta).to.include({ pool_id: evil });
    });

    async function templatesOf(driver: Driver): Promise<readonly z.infer<typeof Template>[]> {
      const job = await parse(INSTANCE_JOB, variablesFor(driver));
      return job.TaskGroups.flatMap(({ Tasks }) => Tasks).flatMap(
        ({ Templates }) => Templates ?? [],
      );
    }
  });
});

async function jobspecPaths(): Promise<readonly string[]> {
  const entries = await readdir(join(ROOT, 'jobs'), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.nomad.hcl'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

/** The variables as the control plane gives them, so that the two cannot drift apart. */
function variablesFor(
  driver: Driver,
  pool: Partial<PoolKey> = {},
  changes: NodeJS.ProcessEnv = {},
): HclVariables {
  const settings = readConfig([], {
    CLAWDEPLOY_INSTANCE_DRIVER: driver,
    CLAWDEPLOY_OPENCLAW_DIR: '/srv/openclaw',
    CLAWDEPLOY_COMPILE_CACHE_DIR: '/srv/openclaw/compile-cache',
    CLAWDEPLOY_PUBLIC_API_URL: 'http://127.0.0.1:8080/',
    ...changes,
  });
  const instanceId = instanceIdOf('aaaaaaaaaaaa');
  return instanceVariables(settings as Config, { instanceId, pool: aPoolKey(pool) });
}

/** The paths of the secrets that a template reads, in a stable order. */
function secretsReadBy(template = ''): readonly string[] {
  return [...template.matchAll(/secret \(printf "([^"]+)"/g)].map(([, path = '']) => path).sort();
}

/** The same data with the members of each object in the order of their names. */
function inOrder(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(inOrder);
  if (typeof data !== 'object' || data === null) return data;
  const members = Object.entries(data).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(members.map(([name, value]) => [name, inOrder(value)]));
}
