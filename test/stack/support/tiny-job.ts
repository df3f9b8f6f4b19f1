import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instanceDriver } from '../../../tools/stack/context.js';
import type { StackInfo } from '../../../tools/stack/stack-info.js';
import { waitFor } from '../../support/wait-for.js';
import type { StackCaller } from './private-stack.js';

/**
 * Runs a shell loop the way an instance is run: the same driver, user, volumes, identity and
 * service, so that policies meet the real thing without the weight of a gateway. It notes each of
 * its starts in local/boots and shows its key in secrets/key.
 */
export async function runTinyJob(caller: StackCaller, id: string, key: string): Promise<void> {
  const root = caller.secret('vault-root.token');
  const first = { options: { cas: 0 }, data: { key } };
  await expectOk(caller.vault(root, `kv/data/instances/${id}/keys`, 'POST', first));
  const variable = { Path: `nomad/jobs/${id}`, Items: { revision: '1' } };
  await expectOk(caller.nomad('nomad-controller.token', `var/nomad/jobs/${id}`, 'PUT', variable));
  await expectOk(caller.nomad('nomad-controller.token', 'jobs', 'PUT', { Job: tinyJob(id) }));
}

/** Waits until the task runs and returns its allocation's id. */
export async function tinyJobRuns(caller: StackCaller, id: string): Promise<string> {
  const allocation = await waitFor(
    async () => {
      const seen = await caller.allocation(id);
      return seen?.status === 'running' && seen.taskState === 'running' ? seen : null;
    },
    { withinMs: 40_000, describe: `the task of ${id} to run` },
  );
  return allocation.id;
}

/** A file of the task's folder, or null. */
export function readTaskFile(stack: StackInfo, allocationId: string, path: string): string | null {
  const file = join(stack.layout.data, 'nomad', 'alloc', allocationId, 'gateway', path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

export function tinyJob(id: string): unknown {
  const script =
    'echo boot >> "$NOMAD_TASK_DIR/boots"; trap "exit 0" TERM; while true; do sleep 0.2; done';
  const isRoot = instanceDriver() === 'exec';
  const keyTemplate =
    `{{ with nomadVar "nomad/jobs/${id}" }}{{ .revision }}{{ end }}:` +
    `{{ with secret "kv/data/instances/${id}/keys" }}{{ .Data.data.key }}{{ end }}`;
  return {
    ID: id,
    Name: id,
    Type: 'service',
    Datacenters: ['dc1'],
    TaskGroups: [
      {
        Name: 'gateway',
        Count: 1,
        Update: { MaxParallel: 0 },
        Networks: [{ Mode: 'host', DynamicPorts: [{ Label: 'http' }] }],
        Volumes: { openclaw: { Type: 'host', Source: 'openclaw', ReadOnly: true } },
        Services: [{ Name: 'openclaw', PortLabel: 'http', Provider: 'consul', Tags: [id] }],
        Tasks: [
          {
            Name: 'gateway',
            Driver: instanceDriver(),
            ...(isRoot ? { User: 'nobody' } : {}),
            Config: { command: '/bin/sh', args: ['-c', script] },
            Vault: { ChangeMode: 'noop', Env: false },
            ...(isRoot
              ? {
                  VolumeMounts: [
                    { Volume: 'openclaw', Destination: '/opt/openclaw', ReadOnly: true },
                  ],
                }
              : {}),
            Templates: [
              {
                EmbeddedTmpl: keyTemplate,
                DestPath: 'secrets/key',
                ChangeMode: 'noop',
                Perms: '0600',
              },
            ],
            KillTimeout: 2_000_000_000,
            Resources: { CPU: 50, MemoryMB: 32, MemoryMaxMB: 64 },
          },
        ],
      },
    ],
  };
}

async function expectOk(call: ReturnType<StackCaller['nomad']>): Promise<void> {
  const reply = await call;
  if (reply.status !== 200) throw new Error(`answered ${reply.status}: ${reply.text.trim()}`);
}
