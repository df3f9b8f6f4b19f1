import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instanceDriver } from '../../../tools/stack/context.js';
import { field } from '../../../tools/stack/json.js';
import type { StackInfo } from '../../../tools/stack/stack-info.js';
import { waitFor } from '../../support/wait-for.js';
import type { StackCaller } from './private-stack.js';

const NAMESPACE = 'clawdeploy';

/**
 * Runs a job with the name, namespace, tasks and Vault role of jobs/control-plane, whose tasks only
 * sleep, and resolves to the Vault token that each task was given.
 */
export async function controlPlaneTokens(
  caller: StackCaller,
  stack: StackInfo,
  tasks: readonly string[],
): Promise<readonly string[]> {
  const admin = 'nomad-management.token';
  for (const [path, body] of [
    ['namespace', { Name: NAMESPACE }],
    [`jobs?namespace=${NAMESPACE}`, { Job: twin(tasks) }],
  ] as const) {
    const { status, text } = await caller.nomad(admin, path, 'PUT', body);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${text.trim()}`);
  }
  const id = await waitFor(
    async () => {
      const path = `job/clawdeploy/allocations?namespace=${NAMESPACE}`;
      const { json } = await caller.nomad(admin, path);
      const [allocation] = Array.isArray(json) ? (json as readonly unknown[]) : [];
      return field(allocation, 'ClientStatus') === 'running' ? field(allocation, 'ID') : null;
    },
    { withinMs: 40_000, describe: 'the tasks of the control plane to run' },
  );
  const folder = join(stack.layout.data, 'nomad', 'alloc', String(id));
  return tasks.map((task) => {
    const file = join(folder, task, 'secrets', 'vault_token');
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  });
}

function twin(tasks: readonly string[]): unknown {
  return {
    ID: 'clawdeploy',
    Name: 'clawdeploy',
    Namespace: NAMESPACE,
    Type: 'service',
    Datacenters: ['dc1'],
    TaskGroups: [
      {
        Name: 'roles',
        Count: 1,
        Tasks: tasks.map((Name) => ({
          Name,
          Driver: instanceDriver(),
          Config: { command: '/bin/sh', args: ['-c', 'while true; do sleep 0.2; done'] },
          Vault: { Role: 'clawdeploy', ChangeMode: 'noop', Env: false },
          KillTimeout: 1_000_000_000,
          Resources: { CPU: 50, MemoryMB: 32 },
        })),
      },
    ],
  };
}
