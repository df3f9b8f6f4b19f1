import { instanceDriver } from '../../../tools/stack/context.js';
import { field } from '../../../tools/stack/json.js';
import { waitFor } from '../../support/wait-for.js';
import type { StackCaller } from './private-stack.js';

const ADMIN = 'nomad-management.token';

export interface SleepingJob {
  readonly id: string;
  readonly namespace: string;
  readonly tasks: readonly string[];
  /** The role of Vault that the tasks ask for. */
  readonly role: string;
}

/** Runs a job whose tasks do nothing but log in to Vault; makes its namespace, too. */
export async function runSleepingJob(caller: StackCaller, job: SleepingJob): Promise<void> {
  for (const [path, body] of [
    ['namespace', { Name: job.namespace }],
    [`jobs?namespace=${job.namespace}`, { Job: specOf(job) }],
  ] as const) {
    const { status, text } = await caller.nomad(ADMIN, path, 'PUT', body);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${text.trim()}`);
  }
}

/** Its allocation, once there is one. */
export async function allocationOf(
  caller: StackCaller,
  { id, namespace }: Pick<SleepingJob, 'id' | 'namespace'>,
): Promise<{ readonly id: string; readonly status: string }> {
  return waitFor(
    async () => {
      const { json } = await caller.nomad(ADMIN, `job/${id}/allocations?namespace=${namespace}`);
      const [allocation] = Array.isArray(json) ? (json as readonly unknown[]) : [];
      if (allocation === undefined) return null;
      const [allocationId, status] = [field(allocation, 'ID'), field(allocation, 'ClientStatus')];
      return { id: String(allocationId), status: String(status) };
    },
    { withinMs: 40_000, describe: `an allocation of ${id}` },
  );
}

function specOf({ id, namespace, tasks, role }: SleepingJob): unknown {
  return {
    ID: id,
    Name: id,
    Namespace: namespace,
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
          Vault: { Role: role, ChangeMode: 'noop', Env: false },
          KillTimeout: 1_000_000_000,
          Resources: { CPU: 50, MemoryMB: 32 },
        })),
      },
    ],
  };
}
