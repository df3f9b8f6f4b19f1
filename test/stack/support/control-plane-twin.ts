import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackInfo } from '../../../tools/stack/stack-info.js';
import { waitFor } from '../../support/wait-for.js';
import type { StackCaller } from './private-stack.js';
import { allocationOf, runSleepingJob } from './sleeping-job.js';

/**
 * Runs a job with the name, namespace, tasks and Vault role of jobs/control-plane, whose tasks only
 * sleep, and resolves to the Vault token that each task was given.
 */
export async function controlPlaneTokens(
  caller: StackCaller,
  stack: StackInfo,
  tasks: readonly string[],
): Promise<readonly string[]> {
  const job = { id: 'clawdeploy', namespace: 'clawdeploy', tasks, role: 'clawdeploy' };
  await runSleepingJob(caller, job);
  const id = await waitFor(
    async () => {
      const allocation = await allocationOf(caller, job);
      return allocation.status === 'running' ? allocation.id : null;
    },
    { withinMs: 40_000, describe: 'the tasks of the control plane to run' },
  );
  const folder = join(stack.layout.data, 'nomad', 'alloc', id);
  return tasks.map((task) => {
    const file = join(folder, task, 'secrets', 'vault_token');
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  });
}
