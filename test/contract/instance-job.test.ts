import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NomadScheduler } from '../../src/clients/nomad/nomad-scheduler.js';
import { instanceVariables } from '../../src/compose/instance-variables.js';
import type { Config } from '../../src/config/read-config.js';
import { readConfig } from '../../src/config/read-config.js';
import type { InstanceId } from '../../src/domain/ids.js';
import { SIZE_CLASSES, SIZE_CLASS_NAMES } from '../../src/domain/size-classes.js';
import { aPoolKey, anInstanceId } from '../support/builders.js';
import { jsonClientFor } from '../support/json-client-for.js';
import { ROOT, requireServer } from '../support/servers.js';
import type { TestNomad } from '../support/test-nomad.js';
import { startTestNomad } from '../support/test-nomad.js';

const { signal } = new AbortController();

/** What of a registered job the control plane relies on elsewhere. */
interface Job {
  readonly Meta: Readonly<Record<string, string>>;
  readonly TaskGroups: readonly {
    readonly Services: readonly { readonly Name: string; readonly Meta: unknown }[];
    readonly Tasks: readonly {
      readonly Driver: string;
      readonly Resources: { readonly CPU: number; readonly MemoryMB: number };
    }[];
  }[];
}

describe('The job of an instance, registered with Nomad', function () {
  this.timeout(60_000);
  let nomad: TestNomad;
  let jobspec: string;

  before(async function () {
    requireServer('nomad', this);
    nomad = await startTestNomad();
    jobspec = await readFile(join(ROOT, 'jobs/instance/openclaw.nomad.hcl'), 'utf8');
  });

  after(() => nomad?.stop());

  for (const driver of ['exec', 'raw_exec'] as const) {
    for (const sizeClass of SIZE_CLASS_NAMES) {
      it(`takes the variables we give it, of class ${sizeClass} under ${driver}`, async () => {
        const instanceId = anInstanceId();
        const config = aConfig(driver);
        const scheduler = new NomadScheduler({
          http: jsonClientFor('nomad', `${nomad.address}/v1`, await adminToken()),
          jobspec,
          variablesOf: (spec) => instanceVariables(config, spec),
          installation: 'test',
        });
        await scheduler.startInstance({ instanceId, pool: aPoolKey({ sizeClass }) }, signal);
        const job = await jobOf(instanceId);
        const [group] = job.TaskGroups;

        expect(job.Meta).to.include({ clawdeploy_managed: 'true', size_class: sizeClass });
        expect(job.Meta).to.include({ clawdeploy_installation: 'test' });
        expect(group?.Services[0]).to.deep.include({ Name: 'openclaw' });
        expect(group?.Services[0]?.Meta).to.deep.include({
          instance_id: instanceId,
          allocation_id: '${NOMAD_ALLOC_ID}',
        });
        const { cpuMhz, memoryMib } = SIZE_CLASSES[sizeClass];
        expect(group?.Tasks[0]).to.include({ Driver: driver });
        expect(group?.Tasks[0]?.Resources).to.include({ CPU: cpuMhz, MemoryMB: memoryMib });
        await scheduler.stopInstance(instanceId, signal);
      });
    }
  }

  async function jobOf(instanceId: InstanceId): Promise<Job> {
    return (await nomad.admin('GET', `/v1/job/${instanceId}`)) as Job;
  }

  async function adminToken(): Promise<Record<string, string>> {
    return { 'x-nomad-token': await nomad.tokenFor('clawdeploy-controller') };
  }
});

function aConfig(driver: 'exec' | 'raw_exec'): Config {
  return readConfig([], {
    CLAWDEPLOY_INSTANCE_DRIVER: driver,
    CLAWDEPLOY_OPENCLAW_DIR: '/opt/somewhere',
    CLAWDEPLOY_COMPILE_CACHE_DIR: '/opt/somewhere/compile-cache',
  }) as Config;
}
